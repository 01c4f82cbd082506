//! Operators that no Plan can have, each with the reason and what to do instead.

use core::fmt;

use crate::proto::{ML_DOMAIN, is_default_domain};

/// An operator that cannot be frozen into a Plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedOperator {
    /// Its domain; the default one is empty.
    pub domain: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Why a Plan cannot have it.
    pub reason: &'static str,
    /// What to do instead.
    pub advice: &'static str,
}

impl fmt::Display for RefusedOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.advice)
    }
}

const RANDOM: (&str, &str) = (
    "its results are random, and all nodes must compute the same bits",
    "export the model for inference (in PyTorch model.eval()), or make the random numbers an input",
);
const TEXT: (&str, &str) =
    ("it works on strings, which Plans do not have", "do this step before the call and give the model numbers");
const IMAGE: (&str, &str) =
    ("it decodes compressed image files", "decode the image before the call and give the model its pixels");
const MAP: (&str, &str) =
    ("it works on maps, which Plans do not have", "export with a tensor as input (skl2onnx: initial_types) or output");

/// Domain, name, and the reason with the advice.
const TABLE: &[(&str, &str, (&str, &str))] = &[
    ("", "Bernoulli", RANDOM),
    ("", "Multinomial", RANDOM),
    ("", "RandomNormal", RANDOM),
    ("", "RandomNormalLike", RANDOM),
    ("", "RandomUniform", RANDOM),
    ("", "RandomUniformLike", RANDOM),
    ("", "RegexFullMatch", TEXT),
    ("", "StringConcat", TEXT),
    ("", "StringNormalizer", TEXT),
    ("", "StringSplit", TEXT),
    ("", "ImageDecoder", IMAGE),
    (ML_DOMAIN, "CastMap", MAP),
    (ML_DOMAIN, "CategoryMapper", TEXT),
    (ML_DOMAIN, "DictVectorizer", MAP),
];

/// All operators that are refused for a reason of their own, rather than because the importer does not know them.
pub fn refused_operators() -> impl Iterator<Item = RefusedOperator> {
    TABLE.iter().map(|&(domain, name, (reason, advice))| RefusedOperator { domain, name, reason, advice })
}

/// Why this operator is refused, where that is known.
pub(crate) fn refused(domain: &str, op_type: &str) -> Option<RefusedOperator> {
    let domain = if is_default_domain(domain) { "" } else { domain };
    refused_operators().find(|row| (row.domain, row.name) == (domain, op_type))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_operator_is_both_refused_and_supported() {
        let both: Vec<_> =
            super::refused_operators().filter(|row| crate::lower::is_supported(row.domain, row.name)).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}

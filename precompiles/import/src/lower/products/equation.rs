//! The equation of an Einsum: labels of each input's dimensions and of the result's.

use praxis_model::limits::MAX_RANK;

use crate::{limits::shown, refusal::Refusal};

/// A letter, or a dimension of the ellipsis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    /// Counted from the outermost of the widest ellipsis.
    Ellipsis(usize),
    Letter(char),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Equation {
    pub(super) inputs: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
}

/// Letters before and after an ellipsis, if there is one.
struct Term {
    before: Vec<char>,
    after: Option<Vec<char>>,
}

impl Term {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let letters = |part: &str| -> Result<Vec<char>, Refusal> {
            if part.len() > MAX_RANK || !part.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                let term = shown(text);
                return Err(format!("the term {term} of its equation should be at most {MAX_RANK} letters").into());
            }
            Ok(part.chars().collect())
        };
        match text.split_once("...") {
            Some((before, after)) => Ok(Self { before: letters(before)?, after: Some(letters(after)?) }),
            None => Ok(Self { before: letters(text)?, after: None }),
        }
    }

    fn letters(&self) -> impl Iterator<Item = char> {
        self.before.iter().chain(self.after.iter().flatten()).copied()
    }

    /// The labels, with the ellipsis standing for the innermost `own` of `all` dimensions.
    fn labels(&self, own: usize, all: usize) -> Vec<Label> {
        let ellipsis = if self.after.is_some() { all - own..all } else { 0..0 };
        let before = self.before.iter().copied().map(Label::Letter);
        before
            .chain(ellipsis.map(Label::Ellipsis))
            .chain(self.after.iter().flatten().copied().map(Label::Letter))
            .collect()
    }
}

impl Equation {
    /// Reads an equation for inputs of these ranks.
    pub(super) fn parse(text: &str, ranks: &[usize]) -> Result<Self, Refusal> {
        let text: String = text.chars().filter(|&c| c != ' ').collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let terms = left.split(',').take(ranks.len() + 1).map(Term::parse).collect::<Result<Vec<_>, _>>()?;
        if terms.len() != ranks.len() {
            return Err(format!("its equation has not as many terms as there are inputs, {}", ranks.len()).into());
        }
        let mut own = Vec::with_capacity(terms.len());
        for (term, &rank) in terms.iter().zip(ranks) {
            let letters = term.letters().count();
            if rank < letters || (rank > letters && term.after.is_none()) {
                return Err(format!("a term of its equation has {letters} letters, its input the rank {rank}").into());
            }
            own.push(rank - letters);
        }
        let all = own.iter().copied().max().unwrap_or(0);
        let inputs: Vec<Vec<Label>> = terms.iter().zip(&own).map(|(term, &own)| term.labels(own, all)).collect();
        let output = match right {
            Some(right) => Term::parse(right)?.labels(all, all),
            None => implicit(&terms, all),
        };
        let known = |label: &Label| inputs.iter().any(|labels| labels.contains(label));
        let twice = (0..output.len()).any(|index| output[..index].contains(&output[index]));
        if twice || !output.iter().all(known) {
            return Err("the result of its equation names a label twice, or one that no input has".into());
        }
        Ok(Self { inputs, output })
    }
}

/// The ellipsis, then the letters that occur once, in the order of their codes.
fn implicit(terms: &[Term], all: usize) -> Vec<Label> {
    let letters: Vec<char> = terms.iter().flat_map(Term::letters).collect();
    let once = |letter: &char| letters.iter().filter(|&other| other == letter).count() == 1;
    let mut single: Vec<char> = letters.iter().copied().filter(once).collect();
    single.sort_unstable();
    (0..all).map(Label::Ellipsis).chain(single.into_iter().map(Label::Letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<Label> {
        text.chars().map(Label::Letter).collect()
    }

    #[test]
    fn equations_are_read() {
        let explicit = Equation::parse("bij, bjk -> bki", &[3, 3]).unwrap();
        assert_eq!(explicit, Equation { inputs: vec![letters("bij"), letters("bjk")], output: letters("bki") });
        assert_eq!(Equation::parse("zb,bA", &[2, 2]).unwrap().output, letters("Az"));
        let wide = Equation::parse("...i,i...->...", &[3, 2]).unwrap();
        assert_eq!(wide.inputs[1], [Label::Letter('i'), Label::Ellipsis(1)]);
        assert_eq!(wide.output, [Label::Ellipsis(0), Label::Ellipsis(1)]);
        assert_eq!(Equation::parse("->", &[0]).unwrap(), Equation { inputs: vec![vec![]], output: vec![] });
    }

    #[test]
    fn equations_that_make_no_sense_are_refused() {
        for (text, ranks) in [
            ("ij", &[3][..]),
            ("ij,jk", &[2]),
            ("i->ii", &[1]),
            ("i->j", &[1]),
            ("i1", &[2]),
            ("i->k->l", &[1]),
            ("......", &[1]),
            ("abcdefghi", &[9]),
        ] {
            assert!(Equation::parse(text, ranks).is_err(), "{text}");
        }
    }
}

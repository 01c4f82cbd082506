//! Positional parameters, read one by one, with errors that name the position.

use crate::Failure;
use alloy_primitives::{B256, U256};
use jsonrpsee::types::Params;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Most parameters of any method.
const MAX_ARGUMENTS: usize = 8;

/// The parameters of one request.
pub(crate) struct Args<'a> {
    values: Vec<&'a RawValue>,
    next: usize,
}

impl<'a> Args<'a> {
    /// Splits the parameters without reading them yet.
    pub(crate) fn new(params: &'a Params<'_>) -> Result<Self, Failure> {
        let values: Vec<&RawValue> = match params.as_str() {
            None | Some("" | "null") => Vec::new(),
            Some(json) => serde_json::from_str(json)
                .map_err(|_| Failure::Params("the parameters must be a JSON array, in order".into()))?,
        };
        if values.len() > MAX_ARGUMENTS {
            return Err(Failure::Params(format!("too many arguments, want at most {MAX_ARGUMENTS}")));
        }
        Ok(Self { values, next: 0 })
    }

    fn take(&mut self) -> (usize, Option<&'a RawValue>) {
        let index = self.next;
        self.next += 1;
        (index, self.values.get(index).copied().filter(|raw| raw.get() != "null"))
    }

    /// The next parameter.
    pub(crate) fn required<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let (index, raw) = self.take();
        let raw = raw.ok_or_else(|| Failure::Params(format!("missing value for required argument {index}")))?;
        serde_json::from_str(raw.get()).map_err(|error| Failure::argument(index, error))
    }

    /// The next parameter; `None` when it is left out or null.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        let (index, raw) = self.take();
        raw.map(|raw| serde_json::from_str(raw.get()).map_err(|error| Failure::argument(index, error))).transpose()
    }
}

/// A storage key: 32 bytes, or a quantity such as `0x0`, which clients have always sent too.
pub(crate) fn storage_key(text: &str) -> Result<B256, Failure> {
    let invalid = || Failure::Params(format!("invalid hex in storage key: {text:?}"));
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.len() > 64 {
        let text: String = text.chars().take(80).collect();
        return Err(Failure::Params(format!("storage key too long (want at most 32 bytes): {text:?}")));
    }
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(invalid());
    }
    if digits.is_empty() {
        return Ok(B256::ZERO);
    }
    U256::from_str_radix(digits, 16).map(B256::from).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(failure: Failure) -> String {
        match failure {
            Failure::Params(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_required_and_optional_in_order() {
        let params = Params::new(Some(r#"["0x5", null, true]"#));
        let mut args = Args::new(&params).unwrap();
        assert_eq!(args.required::<U256>().unwrap(), U256::from(5));
        assert_eq!(args.optional::<u64>().unwrap(), None);
        assert!(args.required::<bool>().unwrap());
        assert_eq!(args.optional::<bool>().unwrap(), None);
        assert_eq!(message(args.required::<bool>().unwrap_err()), "missing value for required argument 4");
    }

    #[test]
    fn names_the_argument_that_is_wrong() {
        let params = Params::new(Some(r#"["0x5", "x"]"#));
        let mut args = Args::new(&params).unwrap();
        args.required::<String>().unwrap();
        assert!(message(args.required::<bool>().unwrap_err()).starts_with("invalid argument 1: "));
    }

    #[test]
    fn no_parameters_come_in_three_spellings() {
        for text in [None, Some("null"), Some("[]")] {
            let params = Params::new(text);
            assert_eq!(Args::new(&params).unwrap().optional::<bool>().unwrap(), None, "{text:?}");
        }
        assert!(Args::new(&Params::new(Some("{}"))).is_err());
        assert!(Args::new(&Params::new(Some("[1,2,3,4,5,6,7,8,9]"))).is_err());
    }

    #[test]
    fn storage_keys_are_words_or_quantities() {
        assert_eq!(storage_key("0x0").unwrap(), B256::ZERO);
        assert_eq!(storage_key("0x").unwrap(), B256::ZERO);
        assert_eq!(storage_key("0xa1f").unwrap(), B256::from(U256::from(0xa1f)));
        assert_eq!(storage_key(&B256::repeat_byte(3).to_string()).unwrap(), B256::repeat_byte(3));
        let long = format!("0x{}", "0".repeat(65));
        assert_eq!(
            message(storage_key(&long).unwrap_err()),
            format!("storage key too long (want at most 32 bytes): {long:?}")
        );
        assert_eq!(message(storage_key("0xasdf").unwrap_err()), "invalid hex in storage key: \"0xasdf\"");
        assert!(storage_key("0x+1").is_err());
    }
}

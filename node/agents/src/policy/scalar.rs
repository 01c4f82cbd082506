//! Numbers as people write them: amounts, fractions, durations, times.

use alloy_primitives::{I256, U256};
use serde::{Deserialize, Serialize};

/// A number or a word of a policy file, kept as text until it is known what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Raw", into = "String")]
pub struct Scalar(pub String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Raw {
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    Text(String),
}

impl From<Raw> for Scalar {
    fn from(raw: Raw) -> Self {
        Self(match raw {
            Raw::Whole(n) => n.to_string(),
            Raw::Fraction(n) => n.to_string(),
            Raw::Flag(b) => b.to_string(),
            Raw::Text(text) => text,
        })
    }
}

impl From<Scalar> for String {
    fn from(scalar: Scalar) -> Self {
        scalar.0
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// What a number should have looked like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {wanted}")]
pub struct BadScalar {
    given: String,
    wanted: &'static str,
}

impl Scalar {
    fn bad(&self, wanted: &'static str) -> BadScalar {
        BadScalar { given: self.0.clone(), wanted }
    }

    /// A whole number: `1000`, `1_000`, `2.5e18`, `0x3e8`, `5 ether`, `2 gwei`; `max` for the largest that there is.
    ///
    /// # Errors
    /// When it is none, or has more decimals than its exponent.
    pub fn amount(&self) -> Result<U256, BadScalar> {
        let wanted = "amount: write 1000, 1_000, 2.5e18, 5 ether or max";
        let text = self.0.trim().replace('_', "");
        if text == "max" {
            return Ok(U256::MAX);
        }
        if let Some(hex) = text.strip_prefix("0x") {
            return U256::from_str_radix(hex, 16).map_err(|_| self.bad(wanted));
        }
        let (number, unit) = match text.split_once(char::is_whitespace) {
            Some((number, "ether")) => (number.to_owned(), 18),
            Some((number, "gwei")) => (number.to_owned(), 9),
            Some((number, "wei")) => (number.to_owned(), 0),
            Some(_) => return Err(self.bad(wanted)),
            None => (text, 0),
        };
        scaled(&number, unit).ok_or_else(|| self.bad(wanted))
    }

    /// [`Self::amount`] in a narrower type; `max` is the largest of that type.
    ///
    /// # Errors
    /// As [`Self::amount`], and when it does not fit.
    pub fn narrow<T: TryFrom<U256>>(&self, max: T) -> Result<T, BadScalar> {
        if self.0.trim() == "max" {
            return Ok(max);
        }
        T::try_from(self.amount()?).map_err(|_| self.bad("amount that fits the contract's field"))
    }

    /// A decimal with a sign, as a number with 18 decimals: `-0.25`.
    ///
    /// # Errors
    /// When it is none or does not fit 127 bits.
    pub fn decimal(&self) -> Result<i128, BadScalar> {
        let wanted = "decimal number such as -0.25";
        let text = self.0.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let value = scaled(digits, 18).and_then(|v| i128::try_from(v).ok()).ok_or_else(|| self.bad(wanted))?;
        Ok(if negative { -value } else { value })
    }

    /// A 256-bit word to compare an argument with: a number, a negative number, an address, 32 bytes, `true`, `false`.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn word(&self) -> Result<U256, BadScalar> {
        let text = self.0.trim();
        match text {
            "true" => Ok(U256::from(1)),
            "false" => Ok(U256::ZERO),
            _ => match text.strip_prefix('-') {
                Some(rest) => {
                    let value = Self(rest.to_owned()).amount()?;
                    let value = I256::try_from(value).map_err(|_| self.bad("signed 256-bit number"))?;
                    Ok((-value).into_raw())
                }
                None => self.amount(),
            },
        }
    }

    /// Seconds: `90`, `30m`, `12h`, `7d`.
    ///
    /// # Errors
    /// When it is no duration.
    pub fn seconds(&self) -> Result<u64, BadScalar> {
        let text = self.0.trim();
        let (digits, unit) = match text.char_indices().last() {
            Some((at, 's')) => (&text[..at], 1),
            Some((at, 'm')) => (&text[..at], 60),
            Some((at, 'h')) => (&text[..at], 3_600),
            Some((at, 'd')) => (&text[..at], 86_400),
            _ => (text, 1),
        };
        let number: Option<u64> = digits.trim().parse().ok();
        number.and_then(|n| n.checked_mul(unit)).ok_or_else(|| self.bad("duration: write 90s, 30m, 12h or 7d"))
    }

    /// Seconds since 1970: a number, a day `2030-01-31` (its first second, UTC), `2030-01-31T12:00:00Z`, or `never`.
    ///
    /// # Errors
    /// When it is no time.
    pub fn time(&self) -> Result<u64, BadScalar> {
        let text = self.0.trim();
        if text == "never" {
            return Ok((1 << 40) - 1);
        }
        if let Ok(seconds) = text.parse() {
            return Ok(seconds);
        }
        calendar(text)
            .ok_or_else(|| self.bad("time: write seconds since 1970, 2030-01-31, 2030-01-31T12:00:00Z or never"))
    }

    /// Hundredths of a percent: `50` or `0.5%`.
    ///
    /// # Errors
    /// When it is none, or above 100 %.
    pub fn bps(&self) -> Result<u16, BadScalar> {
        let wanted = "share: write 0.5%, or 50 for hundredths of a percent; at most 100%";
        let text = self.0.trim();
        let value = match text.strip_suffix('%') {
            Some(percent) => scaled(percent.trim(), 2),
            None => scaled(text, 0),
        };
        let value = value.and_then(|v| u16::try_from(v).ok()).filter(|v| *v <= 10_000);
        value.ok_or_else(|| self.bad(wanted))
    }
}

/// `digits[.digits][e digits]` times 10^`exponent`, where nothing of it is lost.
fn scaled(text: &str, exponent: u32) -> Option<U256> {
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<u32>().ok().filter(|p| *p <= 77)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let places = u32::try_from(fraction.len()).ok()?;
    let rest = (power + exponent).checked_sub(places)?;
    let digits = U256::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
    digits.checked_mul(U256::from(10).checked_pow(U256::from(rest))?)
}

/// Days since 1970 of a date in the Gregorian calendar, then seconds.
fn calendar(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, separator: char| -> Option<[u64; 3]> {
        let parts: Vec<u64> = text.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
        parts.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.strip_suffix('Z')?, ':')?;
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let february = if leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month_index = usize::try_from(month.checked_sub(1)?).ok()?;
    let longest = *lengths.get(month_index)?;
    if !(1970..=9_999).contains(&year) || !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let years: u64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    let days = years + lengths[..month_index].iter().sum::<u64>() + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Option<u128> {
        Scalar::from(text).amount().ok().and_then(|v| v.try_into().ok())
    }

    #[test]
    fn amounts_lose_nothing() {
        assert_eq!(amount("1_000"), Some(1_000));
        assert_eq!(amount("2.5e18"), Some(2_500_000_000_000_000_000));
        assert_eq!(amount("0.1 ether"), Some(100_000_000_000_000_000));
        assert_eq!(amount("0x10"), Some(16));
        for wrong in ["1.5", "-1", "", "1e78", "1 dollar", "one", "1.e", ".5"] {
            assert_eq!(amount(wrong), None, "{wrong}");
        }
        assert_eq!(Scalar::from("max").narrow(u64::MAX), Ok(u64::MAX));
        assert!(Scalar::from("256").narrow(u8::MAX).is_err());
    }

    #[test]
    fn times_and_durations() {
        let time = |text: &str| Scalar::from(text).time().ok();
        assert_eq!(time("1970-01-01"), Some(0));
        assert_eq!(time("2000-03-01T00:00:01Z"), Some(951_868_801));
        assert_eq!(time("2030-01-31"), Some(1_896_048_000));
        assert_eq!((time("2023-02-29"), time("2023-13-01"), time("tomorrow")), (None, None, None));
        assert_eq!(Scalar::from("7d").seconds(), Ok(604_800));
        assert!(Scalar::from("7w").seconds().is_err());
    }

    #[test]
    fn shares_decimals_and_words() {
        assert_eq!(Scalar::from("0.5%").bps(), Ok(50));
        assert_eq!(Scalar::from("10000").bps(), Ok(10_000));
        assert!(Scalar::from("101%").bps().is_err());
        assert_eq!(Scalar::from("-0.25").decimal(), Ok(-250_000_000_000_000_000));
        assert_eq!(Scalar::from("-1").word(), Ok(U256::MAX));
        assert_eq!(Scalar::from("true").word(), Ok(U256::from(1)));
    }
}

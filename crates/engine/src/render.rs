//! Numbers as text, on the stack.
use std::fmt::{self, Write};

/// The longest rendering is 24 bytes: a double with all its digits, sign and exponent.
const CAPACITY: usize = 40;
/// 2^53: below it every integral double is the one integer it looks like.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Rendered ASCII text.
#[derive(Debug)]
pub(crate) struct Rendered {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Rendered {
    fn empty() -> Self {
        Self {
            bytes: [0; CAPACITY],
            length: 0,
        }
    }

    /// Decimal digits.
    pub(crate) fn integer(value: i64) -> Option<Self> {
        let mut text = Self::empty();
        write!(text, "{value}").ok()?;
        Some(text)
    }

    /// The integer form if integral and below 2^53, else the shortest text that reads back as the
    /// same double, with exponents as Python writes them; `None` for NaN and the infinities.
    pub(crate) fn double(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let mut text = Self::empty();
        if value.trunc() == value && value.abs() < EXACT {
            // Adding 0.0 takes the sign off a negative zero.
            write!(text, "{:.0}", value + 0.0).ok()?;
            return Some(text);
        }
        let mut shortest = Self::empty();
        write!(shortest, "{value:?}").ok()?;
        match shortest.as_str().split_once('e') {
            None => return Some(shortest),
            Some((digits, exponent)) => {
                let (sign, exponent) = match exponent.strip_prefix('-') {
                    Some(exponent) => ('-', exponent),
                    None => ('+', exponent),
                };
                write!(text, "{digits}e{sign}{exponent:0>2}").ok()?;
            }
        }
        Some(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.bytes
            .get(..self.length)
            .and_then(|text| str::from_utf8(text).ok())
            .unwrap_or("")
    }
}

impl Write for Rendered {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_render_as_the_contract_says() {
        for (value, text) in [
            (42.0, "42"),
            (-0.0, "0"),
            (-3.0, "-3"),
            (0.1, "0.1"),
            (-0.5, "-0.5"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1e22, "1e+22"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (-f64::MAX, "-1.7976931348623157e+308"),
        ] {
            assert_eq!(Rendered::double(value).expect("finite").as_str(), text);
        }
        assert!(Rendered::double(f64::NAN).is_none() && Rendered::double(f64::INFINITY).is_none());
        assert_eq!(
            Rendered::integer(i64::MIN).expect("it fits").as_str(),
            "-9223372036854775808"
        );
    }
}

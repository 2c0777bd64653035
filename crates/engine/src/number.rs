//! Exact numbers: integers as integers, doubles as doubles, compared without rounding.
use std::cmp::Ordering;

use crate::value::ValueRef;

/// A usable number. INVARIANT: a `Double` is finite and either has a fraction or lies outside of
/// i128, so that equal numbers have one form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Integer(i128),
    Double(f64),
}

/// 2^127: the first magnitude that i128 does not hold.
const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

impl Number {
    /// `[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`, spaces around ignored. Digits alone are an exact
    /// integer, anything else a double; `None` when it is no number or overflows.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match shape(text.as_bytes())? {
            Shape::Integer => text.parse().ok().map(Self::Integer),
            Shape::Decimal => text.parse().ok().and_then(Self::from_double),
        }
    }

    /// `None` for NaN and the infinities.
    pub(crate) fn from_double(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Some(exact_integer(value).map_or(Self::Double(value), Self::Integer))
    }

    /// The number that an attribute is; `None` when it is unusable as one.
    pub(crate) fn read(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Integer(value) => Some(Self::Integer(value.into())),
            ValueRef::Double(value) => Self::from_double(value),
            ValueRef::String(text) => Self::parse(text),
            _ => None,
        }
    }

    /// `None` for a number with a fraction and one beyond i128.
    pub(crate) fn integer(self) -> Option<i128> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Double(_) => None,
        }
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Self::Integer(left), Self::Integer(right)) => left.cmp(&right),
            (Self::Double(left), Self::Double(right)) => left.total_cmp(&right),
            (Self::Integer(left), Self::Double(right)) => against_double(left, right),
            (Self::Double(left), Self::Integer(right)) => against_double(right, left).reverse(),
        }
    }
}

/// An integer against a double that has a fraction or lies outside of i128.
fn against_double(integer: i128, double: f64) -> Ordering {
    match exact_integer(double.floor()) {
        Some(floor) if integer <= floor => Ordering::Less,
        Some(_) => Ordering::Greater,
        None if double > 0.0 => Ordering::Less,
        None => Ordering::Greater,
    }
}

#[allow(clippy::as_conversions)] // The one exact way from f64 to i128; the range is checked.
fn exact_integer(value: f64) -> Option<i128> {
    let small = value as i64;
    if small as f64 == value && small != i64::MAX {
        return Some(small.into());
    }
    let fits = value.trunc() == value && (-LIMIT..LIMIT).contains(&value);
    fits.then_some(value as i128)
}

enum Shape {
    Integer,
    Decimal,
}

/// Whether the text is in the grammar, and whether it has digits only.
fn shape(text: &[u8]) -> Option<Shape> {
    let unsigned = sign(text);
    let (whole, rest) = digits(unsigned);
    if whole > 0 && rest.is_empty() {
        return Some(Shape::Integer);
    }
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => digits(rest),
        None => (0, rest),
    };
    if whole == 0 && fraction == 0 {
        return None;
    }
    let rest = match rest {
        [b'e' | b'E', exponent @ ..] => match digits(sign(exponent)) {
            (0, _) => return None,
            (_, rest) => rest,
        },
        rest => rest,
    };
    rest.is_empty().then_some(Shape::Decimal)
}

fn sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        text => text,
    }
}

/// How many digits stand in front, and what follows.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(count)
        .map_or((0, text), |(_, rest)| (count, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    #[test]
    fn the_grammar_is_read_and_nothing_else() {
        for text in [
            "1",
            "+1",
            "-1",
            "1.",
            ".5",
            "1.5",
            "1e3",
            "1.E-3",
            " 12 ",
            "\t.5e+10\n",
            "007",
        ] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in [
            "", " ", ".", "+", "1e", "e5", "1e+", "0x1", "inf", "Infinity", "NaN", "1_000", "1,5",
            "1 2", "--1", "٣", "1e999", "-1e999", "1f",
        ] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
        assert!(Number::parse(&"9".repeat(39)).is_none(), "beyond i128");
    }

    #[test]
    fn mixed_pairs_compare_exactly() {
        assert_eq!(number("12"), number("12.0"));
        assert_eq!(number("-0.0"), number("0"));
        assert_ne!(number("9007199254740993"), number("9007199254740992"));
        assert!(number("9007199254740993") > number("9007199254740992.0"));
        assert!(number("9223372036854775807") < number("9223372036854775808.0"));
        assert_eq!(
            number("9223372036854775808"),
            number("9223372036854775808.0")
        );
        assert!(number("-1.5") < number("-1") && number("-2") < number("-1.5"));
        assert!(number("1") < number("1.5") && number("1.5") < number("2"));
        assert!(
            number("1e300") > number(&"9".repeat(38))
                && number("-1e300") < number(&format!("-{}", "9".repeat(38)))
        );
        assert!(number("1e300") < number("2e300"));
    }

    #[test]
    fn only_numbers_and_their_text_are_usable() {
        assert_eq!(
            Number::read(ValueRef::String("90.0")),
            Some(Number::Integer(90))
        );
        for value in [
            ValueRef::Boolean(true),
            ValueRef::Double(f64::NAN),
            ValueRef::Double(f64::INFINITY),
            ValueRef::List(&[]),
            ValueRef::Object,
            ValueRef::Timestamp {
                seconds: 1,
                nanos: 0,
            },
        ] {
            assert_eq!(Number::read(value), None, "{value:?}");
        }
    }
}

//! Versions: any count of numeric parts, then the precedence of SemVer 2.0.
use std::cmp::Ordering;

use crate::render::Rendered;
use crate::value::ValueRef;

/// A version that text says; build metadata is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'t> {
    /// Digits, separated by points.
    numbers: &'t str,
    /// Identifiers, separated by points.
    pre: Option<&'t str>,
}

impl<'t> Version<'t> {
    /// `[vV]? N(.N)* (-pre)? (+build)?`, spaces around ignored.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim_matches(' ');
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (numbers, pre) = match text.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (text, None),
        };
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_word = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let fits = parts(numbers, is_number)
            && pre.is_none_or(|pre| parts(pre, is_word))
            && build.is_none_or(|build| parts(build, is_word));
        fits.then_some(Self { numbers, pre })
    }

    /// Calls `f` with the version that an attribute is; `None` when it is unusable as one.
    pub(crate) fn read<R>(value: ValueRef<'_>, f: impl FnOnce(Version<'_>) -> R) -> Option<R> {
        let rendered = match value {
            ValueRef::String(text) => return Version::parse(text).map(f),
            ValueRef::Integer(value) => Rendered::integer(value)?,
            ValueRef::Double(value) if value.trunc() == value => Rendered::double(value)?,
            _ => return None,
        };
        Version::parse(rendered.as_str()).map(f)
    }
}

/// A version that outlives its text.
#[derive(Debug)]
pub(crate) struct KeptVersion {
    numbers: Box<str>,
    pre: Option<Box<str>>,
}

impl KeptVersion {
    #[inline]
    pub(crate) fn get(&self) -> Version<'_> {
        Version {
            numbers: &self.numbers,
            pre: self.pre.as_deref(),
        }
    }
}

impl From<Version<'_>> for KeptVersion {
    fn from(version: Version<'_>) -> Self {
        Self {
            numbers: version.numbers.into(),
            pre: version.pre.map(Into::into),
        }
    }
}

/// Whether there are parts between the points, and each fits and is not empty.
fn parts(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    text.split('.').all(|part| !part.is_empty() && fits(part))
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version<'_> {}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        numbers(self.numbers, other.numbers).then_with(|| match (self.pre, other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(left), Some(right)) => left
                .split('.')
                .map(Identifier)
                .cmp(right.split('.').map(Identifier)),
        })
    }
}

/// Part by part; one that is missing is 0.
fn numbers(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => digits(left.unwrap_or("0"), right.unwrap_or("0")),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// By value, of any length.
fn digits(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// A part of a pre-release: numbers by value and before words, words in the order of ASCII.
struct Identifier<'t>(&'t str);

impl Identifier<'_> {
    fn is_number(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl PartialEq for Identifier<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Identifier<'_> {}

impl PartialOrd for Identifier<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identifier<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_number(), other.is_number()) {
            (true, true) => digits(self.0, other.0),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.0.cmp(other.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version<'_> {
        Version::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn the_grammar_is_read_and_nothing_else() {
        for text in [
            "1",
            "0",
            "v1",
            "V1.2",
            " 1.2.3 ",
            "1.2.3.4.5",
            "01.002",
            "1-rc",
            "1.0-rc.1",
            "1-0",
            "1--",
            "1-a-b",
            "1+b",
            "1-rc+b.1-2",
            "99999999999999999999999999",
        ] {
            assert!(Version::parse(text).is_some(), "{text}");
        }
        for text in [
            "", " ", "v", "vv1", "v 1", "1.", ".1", "1..2", "1-", "1+", "1-a..b", "1-.a", "1-a.",
            "1-a_b", "1+a+b", "1+", "1-+b", "a", "1a", "1.2a", "-1", "1 .2", "1.x", "٣", "1-ä",
            "1\n",
        ] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn versions_have_the_order_of_semver() {
        let ascending = [
            "0",
            "0.9.9",
            "1.0.0-0",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-A",
            "1.0.0-a",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1",
            "1.0.1-x",
            "1.0.1",
            "1.9",
            "1.10",
            "2",
            "18446744073709551616",
            "18446744073709551617",
        ];
        for (at, low) in ascending.iter().enumerate() {
            for (other, high) in ascending.iter().enumerate() {
                assert_eq!(
                    version(low).cmp(&version(high)),
                    at.cmp(&other),
                    "{low} {high}"
                );
            }
        }
        for (left, right) in [
            ("1", "1.0.0"),
            ("1+a", "v1+b"),
            ("01.2", "1.02"),
            ("1-01", "1.0-1"),
        ] {
            assert_eq!(version(left), version(right), "{left} {right}");
        }
    }

    #[test]
    fn only_text_and_whole_numbers_are_versions() {
        let read = |value| Version::read(value, |read| read == version("6"));
        assert_eq!(read(ValueRef::Integer(6)), Some(true));
        assert_eq!(read(ValueRef::Double(6.0)), Some(true));
        assert_eq!(read(ValueRef::String("v6.0")), Some(true));
        for value in [
            ValueRef::Integer(-6),
            ValueRef::Double(6.5),
            ValueRef::Double(f64::NAN),
            ValueRef::Double(f64::INFINITY),
            ValueRef::Boolean(true),
            ValueRef::List(&[]),
        ] {
            assert_eq!(read(value), None, "{value:?}");
        }
    }
}

//! What a literal means: offered to the compiler as checks, so that the two cannot disagree.
use std::fmt;

use crate::number::Number;
use crate::regex;
use crate::text::Case;

/// How deep groups and negations may be nested, references to segments counted in: an evaluation
/// must fit a thread's stack.
pub const MAX_DEPTH: usize = 256;

/// Why a literal is refused, in words for the author of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// Lower case, no full stop.
    pub message: String,
}

impl LiteralError {
    pub(crate) fn new(message: String) -> Self {
        Self { message }
    }
}

impl fmt::Display for LiteralError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for LiteralError {}

/// Checks a decimal literal: `12`, `-0.5`, `1e3`.
///
/// # Errors
///
/// Text that is not a number, or one that is too large to compare.
pub fn check_number(text: &str) -> Result<(), LiteralError> {
    parse_number(text).map(|_| ())
}

/// Checks a decimal literal without a fraction: `12`, `-3`, `1e3`.
///
/// # Errors
///
/// Text that is not a number, has a fraction, or is too large.
pub fn check_integer(text: &str) -> Result<(), LiteralError> {
    parse_integer(text).map(|_| ())
}

/// Compares two decimal literals exactly.
///
/// # Errors
///
/// As [`check_number`].
pub fn compare_numbers(left: &str, right: &str) -> Result<std::cmp::Ordering, LiteralError> {
    Ok(parse_number(left)?.cmp(&parse_number(right)?))
}

/// Checks a regular expression.
///
/// # Errors
///
/// A pattern that cannot be read, or that is over the limits: 64 KiB of text, nesting of 100,
/// 1 MiB compiled.
pub fn check_regex(pattern: &str, case_sensitive: bool) -> Result<(), LiteralError> {
    let case = if case_sensitive {
        Case::Sensitive
    } else {
        Case::Folded
    };
    regex::compile(pattern, case).map(|_| ())
}

/// Whether two texts are equal to a condition: NFC, and folded unless `case_sensitive`.
#[must_use]
pub fn same_text(left: &str, right: &str, case_sensitive: bool) -> bool {
    let case = if case_sensitive {
        Case::Sensitive
    } else {
        Case::Folded
    };
    case.form(left) == case.form(right)
}

pub(crate) fn parse_number(text: &str) -> Result<Number, LiteralError> {
    Number::parse(text).ok_or_else(|| {
        LiteralError::new(format!(
            "`{text}` is not a number that can be compared: write `12`, `-0.5` or `1e3`"
        ))
    })
}

pub(crate) fn parse_integer(text: &str) -> Result<i128, LiteralError> {
    parse_number(text)?.integer().ok_or_else(|| {
        LiteralError::new(format!(
            "`{text}` has a fraction or is too large: write a whole number"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_literal() {
        let error = check_number("twelve").expect_err("refused");
        assert!(error.to_string().contains("`twelve`"));
        assert!(check_integer("1.5").is_err() && check_integer("1e3").is_ok());
        assert_eq!(compare_numbers("1", "1.0"), Ok(std::cmp::Ordering::Equal));
        assert!(check_regex("(", false).is_err() && check_regex("a+", true).is_ok());
        assert!(same_text("Straße", "STRASSE", false) && !same_text("a", "A", true));
    }
}

//! What a literal means: offered to the compiler as checks, so that the two cannot disagree.
use std::fmt;

/// Why a literal is refused, in words for the author of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// Lower case, no full stop.
    pub message: String,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for LiteralError {}

/// Checks a decimal literal in the grammar of numbers.
///
/// # Errors
///
/// Text that is not a number, or one that is too large to compare.
pub fn check_number(_text: &str) -> Result<(), LiteralError> {
    Ok(())
}

/// Checks a regular expression.
///
/// # Errors
///
/// A pattern that cannot be read or is over a limit.
pub fn check_regex(_pattern: &str, _case_sensitive: bool) -> Result<(), LiteralError> {
    Ok(())
}

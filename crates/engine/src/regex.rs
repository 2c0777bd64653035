//! Regular expressions: linear time, with limits on size, nesting and length.
use regex::{Regex, RegexBuilder};

use crate::literal::LiteralError;
use crate::text::{Case, nfc};

/// Bytes of a pattern, as UTF-8.
const PATTERN_LIMIT: usize = 64 * 1024;
/// Groups within groups.
const NESTING_LIMIT: u32 = 100;
/// Bytes of a compiled pattern.
const SIZE_LIMIT: usize = 1024 * 1024;
/// Bytes of a subject, as UTF-8; a longer one is UNKNOWN.
pub(crate) const SUBJECT_LIMIT: usize = 4 * 1024;

/// Compiles a pattern, normalised to NFC and never folded.
pub(crate) fn compile(pattern: &str, case: Case) -> Result<Regex, LiteralError> {
    if pattern.len() > PATTERN_LIMIT {
        return Err(LiteralError::new(format!(
            "a pattern of {} bytes is too long: at most {PATTERN_LIMIT} are allowed",
            pattern.len()
        )));
    }
    RegexBuilder::new(&nfc(pattern))
        .case_insensitive(case == Case::Folded)
        .nest_limit(NESTING_LIMIT)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| refusal(pattern, &error))
}

fn refusal(pattern: &str, error: &regex::Error) -> LiteralError {
    let why = match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("it compiles to more than {limit} bytes: write it shorter")
        }
        // The last line of a syntax error says what is wrong; those before draw the pattern.
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        }
    };
    let shown: String = pattern.chars().take(80).collect();
    LiteralError::new(format!("pattern `{shown}` cannot be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_look_around_are_refused() {
        for pattern in [
            "(".to_owned(),
            "(?=a)".to_owned(),
            r"(a)\1".to_owned(),
            "a".repeat(PATTERN_LIMIT + 1),
            format!("{}a{}", "(".repeat(101), ")".repeat(101)),
            "(a{1000}){1000}".to_owned(),
        ] {
            let error = compile(&pattern, Case::Folded).expect_err("refused");
            assert!(
                !error.message.ends_with('.') && error.message.len() < 300,
                "{}",
                error.message
            );
        }
        assert!(
            compile(
                &format!("{}a{}", "(".repeat(90), ")".repeat(90)),
                Case::Folded
            )
            .is_ok()
        );
    }

    #[test]
    fn the_dot_excludes_newline_and_anchors_are_the_ends_of_the_text() {
        let found = |pattern, text| {
            compile(pattern, Case::Folded)
                .expect("a pattern")
                .is_match(text)
        };
        assert!(!found("a.b", "a\nb"));
        assert!(!found("^b$", "a\nb\nc"));
        assert!(found("É", "é") && found("E\u{301}", "é"));
    }
}

//! Why a snapshot was refused.
use std::fmt;

/// Why a snapshot was refused. `Display` says what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The bytes are not a whole sealed snapshot: cut, changed, or something else altogether.
    Damaged(&'static str),
    /// It was made for a meaning that this engine does not know.
    Version(u32),
    /// Its parts do not fit together.
    Invalid {
        /// The item, for example ``flag `new-checkout` ``; empty for the snapshot itself.
        place: String,
        /// What is wrong there.
        message: String,
    },
}

impl LinkError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Invalid {
            place: String::new(),
            message: message.into(),
        }
    }

    /// The same error, said of a part of `place`.
    pub(crate) fn within(self, outer: impl FnOnce() -> String) -> Self {
        match self {
            Self::Invalid { place, message } if place.is_empty() => Self::Invalid {
                place: outer(),
                message,
            },
            Self::Invalid { place, message } => Self::Invalid {
                place: format!("{}: {place}", outer()),
                message,
            },
            other => other,
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(out, "this is not a whole snapshot: {what}"),
            Self::Version(version) => {
                write!(
                    out,
                    "semantics version {version} is not known here: use a newer turnout"
                )
            }
            Self::Invalid { place, message } if place.is_empty() => out.write_str(message),
            Self::Invalid { place, message } => write!(out, "{place}: {message}"),
        }
    }
}

impl std::error::Error for LinkError {}

//! Why bytes are not taken, and why a set is not made.
use std::error::Error;
use std::fmt;

/// Bytes that are no member set, or no delta, that this version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(pub(crate) &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl Error for Refused {}

/// A set that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError<E> {
    /// More than 2³² − 1 members, or more than 4 GiB of exact texts.
    TooLarge,
    /// The sink took no more.
    Sink(E),
}

impl<E: fmt::Display> fmt::Display for BuildError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => out.write_str(
                "the set is too large: it may hold 4,294,967,295 members, and 4 GiB of exact ids",
            ),
            Self::Sink(error) => error.fmt(out),
        }
    }
}

impl<E: Error + 'static> Error for BuildError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TooLarge => None,
            Self::Sink(error) => Some(error),
        }
    }
}

impl<E> From<E> for BuildError<E> {
    fn from(error: E) -> Self {
        Self::Sink(error)
    }
}

/// A delta that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeltaError<E> {
    /// It was made from another set.
    OtherBase,
    /// Its parts do not fit together, or not with the set that it names.
    Inconsistent,
    /// The sink took no more.
    Sink(E),
}

impl<E: fmt::Display> fmt::Display for DeltaError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherBase => out.write_str("the delta was made from another set"),
            Self::Inconsistent => out.write_str("the delta does not fit the set that it names"),
            Self::Sink(error) => error.fmt(out),
        }
    }
}

impl<E: Error + 'static> Error for DeltaError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::OtherBase | Self::Inconsistent => None,
            Self::Sink(error) => Some(error),
        }
    }
}

impl<E> From<E> for DeltaError<E> {
    fn from(error: E) -> Self {
        Self::Sink(error)
    }
}

//! Why a file is not taken, or not written.
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use turnout_members::{BuildError, DeltaError, Refused};

/// What went wrong with a file.
#[derive(Debug)]
pub enum FileError {
    /// The system refused.
    Io(PathBuf, io::Error),
    /// It holds no set, or no delta.
    Refused(PathBuf, Refused),
    /// The set is too large to be written.
    TooLarge,
    /// The delta was made from another set.
    OtherBase(PathBuf),
    /// The delta does not lead to the set that it names.
    Inconsistent(PathBuf),
}

impl FileError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Io(path.to_owned(), error)
    }

    pub(crate) fn refused(path: &Path) -> impl FnOnce(Refused) -> Self {
        |refused| Self::Refused(path.to_owned(), refused)
    }

    pub(crate) fn of_build(path: &Path) -> impl FnOnce(BuildError<io::Error>) -> Self {
        |error| match error {
            BuildError::TooLarge => Self::TooLarge,
            BuildError::Sink(error) => Self::Io(path.to_owned(), error),
        }
    }

    /// Of a delta that is read from one path while a set is written to another.
    pub(crate) fn of_delta(
        delta: &Path,
        written: &Path,
    ) -> impl FnOnce(DeltaError<io::Error>) -> Self {
        |error| match error {
            DeltaError::OtherBase => Self::OtherBase(delta.to_owned()),
            DeltaError::Inconsistent => Self::Inconsistent(delta.to_owned()),
            DeltaError::Sink(error) => Self::Io(written.to_owned(), error),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(out, "`{}`: {error}", path.display()),
            Self::Refused(path, refused) => {
                write!(out, "`{}` cannot be used: {refused}", path.display())
            }
            Self::TooLarge => BuildError::<io::Error>::TooLarge.fmt(out),
            Self::OtherBase(path) => write!(
                out,
                "`{}` cannot be applied: it was made from another set",
                path.display()
            ),
            Self::Inconsistent(path) => write!(
                out,
                "`{}` cannot be applied: it does not lead to the set that it names",
                path.display()
            ),
        }
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Refused(_, refused) => Some(refused),
            Self::TooLarge | Self::OtherBase(_) | Self::Inconsistent(_) => None,
        }
    }
}

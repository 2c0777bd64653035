//! Snapshot → program.
mod error;

pub use error::LinkError;

use crate::program::Program;
use crate::sealed;

/// Opens and links a sealed snapshot.
pub(crate) fn link(bytes: &[u8]) -> Result<Program, LinkError> {
    let _opened = sealed::open(bytes)?;
    Err(LinkError::Damaged("linking is not built yet"))
}

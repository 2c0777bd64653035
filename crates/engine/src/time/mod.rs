//! Points in time, the zones in which they are days and hours, and the literals that name them.
mod iso;
mod moment;
mod point;
mod reversed;
mod words;
mod zone;

pub(crate) use iso::Written;
pub(crate) use moment::Moment;
pub(crate) use point::Point;
pub(crate) use reversed::always_reversed;
pub(crate) use words::parse;
pub(crate) use zone::{Zone, database_version, in_exact_case};

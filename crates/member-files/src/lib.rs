//! Member sets as files.
//!
//! A set is mapped, not read: its pages are the system's cache, shared by all who map it, and a swap
//! to another set costs no copy of either. A file is written beside its place, synced and renamed
//! there; it may be replaced or unlinked while somebody maps it, and must never be written or
//! truncated in place.
//!
//! ```no_run
//! use turnout_member_files::{MappedSet, build};
//! use turnout_members::{Builder, Key};
//!
//! let mut builder = Builder::new(Key([7; 16]));
//! builder.add("u-1");
//! let built = build(builder, "members.set".as_ref())?;
//! let set = MappedSet::open("members.set".as_ref())?;
//! assert!(set.contains("u-1") && set.digest() == built.digest);
//! # Ok::<(), turnout_member_files::FileError>(())
//! ```
#![cfg_attr(test, allow(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod change;
mod failure;
mod fresh;
mod mapped;

pub use change::{Built, Changed, apply, build, delta};
pub use failure::FileError;
pub use mapped::{Mapped, MappedSet};

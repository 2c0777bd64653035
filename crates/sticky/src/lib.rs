//! Where sticky assignments are kept: with the caller, on disk, in Redis; and members that are not in
//! memory.
//!
//! A [`Store`] is opened once; each request thread has its own [`Access`] to it. A [`Ledger`] is what
//! one call knows of the assignments that it looks at, and what it wants kept.
mod counters;
mod embedded;
mod key;
mod ledger;
mod members;
mod redis;
mod store;

pub use counters::Counts;
pub use embedded::{Embedded, FileError};
pub use key::{Key, Write, Written};
pub use ledger::Ledger;
pub use members::MembersInRedis;
pub use redis::{Address, AddressError, MemberWriter, Redis, WriteError};
pub use store::{Access, Store, StoreSettings};
use turnout_engine::{Assignments, Kept, Record};

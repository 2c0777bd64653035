//! Where sticky assignments are kept: with the caller, on disk, in Redis.
//!
//! A [`Store`] is opened once; each request thread has its own [`Access`] to it. A [`Ledger`] is what
//! one call knows of the assignments that it looks at, and what it wants kept.
mod counters;
mod embedded;
mod key;
mod ledger;
mod redis;
mod store;

pub use counters::Counts;
pub use embedded::{Embedded, FileError};
pub use key::{Key, Write, Written};
pub use ledger::Ledger;
pub use redis::{Address, AddressError, Redis};
pub use store::{Access, Store, StoreSettings};
use turnout_engine::{Assignments, Kept, Record};

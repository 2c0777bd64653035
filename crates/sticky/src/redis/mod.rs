//! In Redis, shared by many servers: asked within a budget, and never waited for beyond it.
mod address;
mod connection;
mod encoding;
mod link;
mod replies;
mod sets;
mod writer;

pub use address::{Address, AddressError};
pub(crate) use link::Link;
pub use writer::{MemberWriter, WriteError};

use std::time::Duration;

/// How Redis is used.
#[derive(Clone, Debug)]
pub struct Redis {
    /// Where it is.
    pub address: Address,
    /// How long one round trip may take; past it, the decision is taken without the store.
    pub budget: Duration,
    /// How long a record is kept after it was written; zero: for ever.
    pub keep: Duration,
    /// What every key begins with.
    pub prefix: String,
}

impl Redis {
    /// The usual way to keep records at this address.
    #[must_use]
    pub fn at(address: Address) -> Self {
        Redis {
            address,
            budget: Duration::from_millis(5),
            keep: Duration::ZERO,
            prefix: "turnout:sticky".to_owned(),
        }
    }
}

//! Members that are not in memory, looked up in Redis.
use std::sync::Arc;

use crate::counters::{Counters, Counts};
use crate::redis::{Link, Redis};
use crate::store::provide_tls;

/// A Redis, or a cluster of them, that has sets of members.
pub struct MembersInRedis {
    settings: Arc<Redis>,
    counters: Arc<Counters>,
}

impl MembersInRedis {
    /// Redis is connected when a request thread begins; its absence keeps nobody from starting.
    #[must_use]
    pub fn new(settings: Redis) -> Self {
        provide_tls();
        MembersInRedis {
            settings: Arc::new(settings),
            counters: Arc::default(),
        }
    }

    /// What has been counted until now: reads alone.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    pub(crate) fn link(&self) -> Link {
        Link::new(Arc::clone(&self.settings), Arc::clone(&self.counters))
    }
}

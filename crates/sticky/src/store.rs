//! The stores behind one interface.
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::counters::{Counters, Counts};
use crate::embedded::{Embedded, FileError, OnDisk};
use crate::redis::{Link, Redis};
use crate::{Kept, Key, Write, Written};

/// Which store.
#[derive(Clone, Debug)]
pub enum StoreSettings {
    /// A file of this server's own.
    Embedded(Embedded),
    /// A Redis, or a cluster of them, that servers share.
    Redis(Redis),
}

/// A store that is open.
pub struct Store {
    kind: Kind,
    counters: Arc<Counters>,
}

enum Kind {
    Embedded(OnDisk),
    Redis(Arc<Redis>),
}

impl Store {
    /// Opens the file; Redis is connected when it is first asked, so that its absence keeps nobody
    /// from starting.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn open(settings: StoreSettings) -> Result<Store, FileError> {
        let counters = Arc::<Counters>::default();
        let kind = match settings {
            StoreSettings::Embedded(embedded) => {
                Kind::Embedded(OnDisk::open(embedded, Arc::clone(&counters))?)
            }
            StoreSettings::Redis(redis) => {
                // TLS asks for the process's provider; a second one is refused, and means the same.
                let _ = rustls::crypto::ring::default_provider().install_default();
                Kind::Redis(Arc::new(redis))
            }
        };
        Ok(Store { kind, counters })
    }

    /// `embedded` or `redis`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Embedded(_) => "embedded",
            Kind::Redis(_) => "redis",
        }
    }

    /// What has been counted until now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    /// Units in experiments that the file holds; `None` for a store that is not this server's own.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.kind {
            Kind::Embedded(disk) => disk.length(),
            Kind::Redis(_) => None,
        }
    }

    /// Brings everything to the disk that waits for it; `false` when that takes longer.
    pub fn flush(&self, patience: Duration) -> bool {
        match &self.kind {
            Kind::Embedded(disk) => disk.flush(patience),
            Kind::Redis(_) => true,
        }
    }

    /// The way of one request thread to the store; its connection lives on that thread's runtime.
    #[must_use]
    pub fn access(self: &Arc<Self>) -> Access {
        let link = match &self.kind {
            Kind::Embedded(_) => None,
            Kind::Redis(settings) => {
                Some(Link::new(Arc::clone(settings), Arc::clone(&self.counters)))
            }
        };
        Access {
            store: Arc::clone(self),
            link,
        }
    }
}

/// One request thread's way to a store.
pub struct Access {
    store: Arc<Store>,
    link: Option<Link>,
}

impl Access {
    /// Begins to connect, on the runtime of this thread, so that the first call need not wait for it.
    pub fn connect(&self) {
        if let Some(link) = &self.link {
            link.connect();
        }
    }

    /// The records of a unit in an experiment; `None` when it takes a round trip.
    #[must_use]
    pub fn find_now(&self, experiment: &str, unit_kind: &str, unit_id: &str) -> Option<Kept> {
        match &self.store.kind {
            Kind::Embedded(disk) => Some(disk.find(experiment, unit_kind, unit_id)),
            Kind::Redis(_) => None,
        }
    }

    /// Keeps a record; `None` when it takes a round trip.
    #[must_use]
    pub fn write_now(&self, write: &Write) -> Option<Written> {
        match &self.store.kind {
            Kind::Embedded(disk) => Some(disk.write(write)),
            Kind::Redis(_) => None,
        }
    }

    /// The records of every key, in order, within the budget and before the deadline.
    pub async fn read(&self, keys: &[Key], deadline: Option<Instant>) -> Vec<Kept> {
        match &self.link {
            Some(link) => link.read(keys, deadline).await,
            None => {
                let now = |key: &Key| self.find_now(&key.experiment, &key.unit_kind, &key.unit_id);
                keys.iter()
                    .map(|key| now(key).unwrap_or(Kept::Failed))
                    .collect()
            }
        }
    }

    /// Keeps every record, within the budget and before the deadline.
    pub async fn write(&self, writes: &[Write], deadline: Option<Instant>) -> Vec<Written> {
        match &self.link {
            Some(link) => link.write(writes, deadline).await,
            None => {
                let now = |write: &Write| self.write_now(write).unwrap_or(Written::Failed);
                writes.iter().map(now).collect()
            }
        }
    }
}

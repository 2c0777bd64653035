//! The stores behind one interface.
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::counters::{Counters, Counts};
use crate::embedded::{Embedded, FileError, OnDisk};
use crate::members::MembersInRedis;
use crate::redis::{Link, Redis};
use crate::{Kept, Key, Write, Written};
use turnout_engine::RemoteSet;

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
                provide_tls();
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
            store: Some(Arc::clone(self)),
            link,
            members: None,
        }
    }
}

/// TLS asks for the process's provider; a second one is refused, and means the same.
pub(crate) fn provide_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// One request thread's way to what is stored outside: assignments, members, or both.
pub struct Access {
    store: Option<Arc<Store>>,
    link: Option<Link>,
    members: Option<Link>,
}

impl Access {
    /// The way to both; `None` where there is neither.
    #[must_use]
    pub fn to(store: Option<&Arc<Store>>, members: Option<&MembersInRedis>) -> Option<Access> {
        let nothing = || Access {
            store: None,
            link: None,
            members: None,
        };
        let link = members.map(MembersInRedis::link);
        match (store, link) {
            (None, None) => None,
            (store, members) => Some(Access {
                members,
                ..store.map_or_else(nothing, Store::access)
            }),
        }
    }

    /// Whether assignments are kept.
    #[must_use]
    #[inline]
    pub fn keeps(&self) -> bool {
        self.store.is_some()
    }

    /// Whether members can be looked up.
    pub(crate) fn looks_up(&self) -> bool {
        self.members.is_some()
    }

    /// How long one call may wait for members.
    pub(crate) fn member_budget(&self) -> Duration {
        self.members.as_ref().map(Link::budget).unwrap_or_default()
    }

    /// Whether each id is in its set, within the budget and before the deadline; `None`: nobody can
    /// say.
    pub(crate) async fn look_up(
        &self,
        asked: &[(RemoteSet, Box<str>)],
        deadline: Option<Instant>,
    ) -> Vec<Option<bool>> {
        match &self.members {
            _ if asked.is_empty() => Vec::new(),
            Some(link) => link.look_up(asked, deadline).await,
            None => vec![None; asked.len()],
        }
    }

    /// Begins to connect, on the runtime of this thread, so that the first call need not wait for it.
    pub fn connect(&self) {
        for link in [&self.link, &self.members].into_iter().flatten() {
            link.connect();
        }
    }

    /// The records of a unit in an experiment; `None` when it takes a round trip.
    #[must_use]
    pub fn find_now(&self, experiment: &str, unit_kind: &str, unit_id: &str) -> Option<Kept> {
        match &self.store.as_ref()?.kind {
            Kind::Embedded(disk) => Some(disk.find(experiment, unit_kind, unit_id)),
            Kind::Redis(_) => None,
        }
    }

    /// Keeps a record; `None` when it takes a round trip.
    #[must_use]
    pub fn write_now(&self, write: &Write) -> Option<Written> {
        match &self.store.as_ref()?.kind {
            Kind::Embedded(disk) => Some(disk.write(write)),
            Kind::Redis(_) => None,
        }
    }

    /// The records of every key, in order, within the budget and before the deadline.
    pub async fn read(&self, keys: &[Key], deadline: Option<Instant>) -> Vec<Kept> {
        match &self.link {
            _ if keys.is_empty() => Vec::new(),
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

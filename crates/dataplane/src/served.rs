//! The snapshot that is served: swapped as a whole, read without a lock.
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwapOption, Guard};
use tokio::sync::watch;
use turnout_engine::{LinkError, Opened, Program};

use crate::changes::Fingerprints;
use crate::errors::CallError;
use crate::members::{FoundSets, Held, MappedSets};
use crate::reply::Tables;
use crate::wire;

/// How long the loader waits for requests on the old snapshot before it leaves the freeing to them.
const REAP_PATIENCE: Duration = Duration::from_secs(10);

/// Counts every snapshot that this process has linked: threads know by it whose context they keep.
static SERIALS: AtomicU64 = AtomicU64::new(0);

/// A program and what is encoded once for all of its replies.
pub(crate) struct Served {
    pub program: Program,
    pub tables: Tables,
    /// Unlike that of any other load in this process.
    pub serial: u64,
    pub loaded: Instant,
    /// Of the member sets that it names.
    pub members: Held,
}

/// What watchers are told about a swap.
#[derive(Clone)]
pub(crate) struct Announcement {
    pub id: Arc<str>,
    pub revision: u64,
    pub fingerprints: Arc<Fingerprints>,
}

/// Holds the current snapshot and how long ago its source agreed with it.
pub(crate) struct Holder {
    current: ArcSwapOption<Served>,
    epoch: Instant,
    /// Nanoseconds after `epoch` at which the source last agreed.
    agreed: AtomicU64,
    /// Nanoseconds that the snapshot was old when it was loaded.
    found_age: AtomicU64,
    /// The source has not been seen since the snapshot was loaded: it is stale, however young.
    unconfirmed: AtomicBool,
    stale_after: Duration,
    loads: AtomicU64,
    failures: AtomicU64,
    /// Sets that were not to be had when a snapshot was loaded, each time.
    set_failures: AtomicU64,
    loading: Mutex<MappedSets>,
    announcements: watch::Sender<Option<Announcement>>,
}

/// Age and staleness at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    pub age: Duration,
    pub stale: bool,
}

impl Holder {
    pub(crate) fn new(stale_after: Duration) -> Holder {
        Holder {
            current: ArcSwapOption::empty(),
            epoch: Instant::now(),
            agreed: AtomicU64::new(0),
            found_age: AtomicU64::new(0),
            unconfirmed: AtomicBool::new(false),
            stale_after,
            loads: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            set_failures: AtomicU64::new(0),
            loading: Mutex::default(),
            announcements: watch::Sender::new(None),
        }
    }

    /// The current snapshot; what the guard holds stays as it is.
    #[inline]
    pub(crate) fn current(&self) -> Guard<Option<Arc<Served>>> {
        self.current.load()
    }

    /// Links a sealed snapshot on this thread, swaps it in, and frees the old one here.
    ///
    /// `found_age`: the snapshot was found, that old, and its source was not seen yet. `members` is
    /// the folder of the member sets that it names; one that is not there makes its segment UNKNOWN.
    ///
    /// # Errors
    /// The snapshot is refused; what was served before is still served.
    pub(crate) fn load(
        &self,
        sealed: &[u8],
        found_age: Option<Duration>,
        members: Option<&Path>,
    ) -> Result<(), LinkError> {
        let mut one_at_a_time = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        // Requests go before: a thread that is nice alone keeps a core to the end of its slice.
        let linked = Opened::open(sealed, std::thread::yield_now).and_then(|opened| {
            let sets = one_at_a_time.find(members, &opened.member_sets());
            Ok((link(&opened, &sets)?, opened))
        });
        let (served, opened) = linked.inspect_err(|_| {
            self.failures.fetch_add(1, Ordering::Relaxed);
        })?;
        let (id, revision) = (served.program.id().into(), served.program.revision());
        let missing = served.members.missing;
        let old = self.current.swap(Some(Arc::new(served)));
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.set_failures.fetch_add(missing, Ordering::Relaxed);
        self.agree(found_age);
        // Watchers wait while what changed is looked up: requests do not.
        self.announcements.send_replace(Some(Announcement {
            id,
            revision,
            fingerprints: Arc::new(Fingerprints::of(opened.parts())),
        }));
        if let Some(old) = old {
            reap(old);
        }
        Ok(())
    }

    /// The source agrees with the current snapshot: its age starts again.
    pub(crate) fn confirm(&self) {
        self.agree(None);
    }

    fn agree(&self, found_age: Option<Duration>) {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.agreed
            .store(nanos(self.epoch.elapsed()), Ordering::Relaxed);
        let age = nanos(found_age.unwrap_or_default());
        self.found_age.store(age, Ordering::Relaxed);
        self.unconfirmed
            .store(found_age.is_some(), Ordering::Relaxed);
    }

    /// Time since the source last agreed.
    #[inline]
    pub(crate) fn age(&self, now: Instant) -> Age {
        let since_epoch = now.saturating_duration_since(self.epoch);
        let agreed = Duration::from_nanos(self.agreed.load(Ordering::Relaxed));
        let found_age = Duration::from_nanos(self.found_age.load(Ordering::Relaxed));
        let age = since_epoch.saturating_sub(agreed).saturating_add(found_age);
        let late = !self.stale_after.is_zero() && age > self.stale_after;
        Age {
            age,
            stale: late || self.unconfirmed.load(Ordering::Relaxed),
        }
    }

    /// Snapshots loaded, and refused.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (
            self.loads.load(Ordering::Relaxed),
            self.failures.load(Ordering::Relaxed),
        )
    }

    /// Member sets that were not to be had when a snapshot was loaded, each time.
    pub(crate) fn set_failures(&self) -> u64 {
        self.set_failures.load(Ordering::Relaxed)
    }

    /// Tells of every swap from now on; the current one is seen at once.
    pub(crate) fn announcements(&self) -> watch::Receiver<Option<Announcement>> {
        self.announcements.subscribe()
    }

    /// What to say when the revision is not served yet.
    pub(crate) fn behind(&self, wanted: u64) -> Option<CallError> {
        self.current().as_deref()?.behind(wanted)
    }

    /// Waits until the revision is served; `false` when it is not by the instant given.
    pub(crate) async fn reaches(&self, revision: u64, until: Instant) -> bool {
        let mut announcements = self.announcements();
        let reached =
            announcements.wait_for(|now| now.as_ref().is_some_and(|now| now.revision >= revision));
        matches!(
            tokio::time::timeout_at(until.into(), reached).await,
            Ok(Ok(_))
        )
    }
}

/// Frees a snapshot on this thread, once no request holds it.
fn reap(old: Arc<Served>) {
    let started = Instant::now();
    while Arc::strong_count(&old) > 1 && started.elapsed() < REAP_PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl Served {
    /// What to say to a caller who wants a later revision.
    #[inline]
    pub(crate) fn behind(&self, wanted: u64) -> Option<CallError> {
        let revision = self.program.revision();
        (revision < wanted).then(|| CallError::Behind {
            wanted,
            revision,
            id: self.program.id().to_owned(),
        })
    }

    /// Appends a `SnapshotReference` as the field of a reply.
    #[inline]
    pub(crate) fn put_reference(&self, out: &mut Vec<u8>, field: u32, age: Age) {
        put_reference(out, field, self.tables.reference(), age);
    }
}

/// Appends a `SnapshotReference` whose id and revision are encoded already.
pub(crate) fn put_reference(out: &mut Vec<u8>, field: u32, id_and_revision: &[u8], age: Age) {
    let duration = wire::duration_length(age.age);
    let stale = usize::from(age.stale) * 2;
    wire::put_header(
        out,
        field,
        id_and_revision.len() + wire::field_length(3, duration) + stale,
    );
    out.extend_from_slice(id_and_revision);
    wire::put_header(out, 3, duration);
    wire::put_duration(out, age.age);
    wire::put_number_if(out, 4, u64::from(age.stale));
}

fn link(opened: &Opened<'_>, sets: &FoundSets) -> Result<Served, LinkError> {
    let program = opened.link(sets)?;
    Ok(Served {
        tables: Tables::new(&program),
        serial: SERIALS.fetch_add(1, Ordering::Relaxed),
        loaded: Instant::now(),
        members: sets.held(),
        program,
    })
}

/// The id and revision of a `SnapshotReference`.
pub(crate) fn id_and_revision(id: &str, revision: u64) -> Vec<u8> {
    let mut out = Vec::new();
    wire::put_bytes_if(&mut out, 1, id.as_bytes());
    wire::put_number_if(&mut out, 2, revision);
    out
}

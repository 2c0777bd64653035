//! What a store counts.
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one store, shared by all threads.
#[derive(Debug, Default)]
pub struct Counters {
    reads: AtomicU64,
    read_failures: AtomicU64,
    writes: AtomicU64,
    write_failures: AtomicU64,
    dropped_writes: AtomicU64,
    evictions: AtomicU64,
    garbage: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Units in experiments that were looked up.
    pub reads: u64,
    /// Those of them that could not be answered in time.
    pub read_failures: u64,
    /// Records that were kept.
    pub writes: u64,
    /// Records that the store refused, or did not confirm in time.
    pub write_failures: u64,
    /// Records that were not sent: the store was known to be out of reach, or had too many to write.
    pub dropped_writes: u64,
    /// Records that were removed because of their age, or of the bound.
    pub evictions: u64,
    /// Values in the store that no turnout wrote.
    pub garbage: u64,
}

impl Counters {
    pub(crate) fn read(&self, keys: usize) {
        add(&self.reads, keys);
    }

    pub(crate) fn read_failed(&self, keys: usize) {
        add(&self.read_failures, keys);
    }

    pub(crate) fn written(&self, records: usize) {
        add(&self.writes, records);
    }

    pub(crate) fn write_failed(&self, records: usize) {
        add(&self.write_failures, records);
    }

    pub(crate) fn dropped(&self, records: usize) {
        add(&self.dropped_writes, records);
    }

    pub(crate) fn evicted(&self, records: usize) {
        add(&self.evictions, records);
    }

    pub(crate) fn met_garbage(&self) {
        add(&self.garbage, 1);
    }

    /// What has been counted until now.
    #[must_use]
    pub fn now(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            reads: read(&self.reads),
            read_failures: read(&self.read_failures),
            writes: read(&self.writes),
            write_failures: read(&self.write_failures),
            dropped_writes: read(&self.dropped_writes),
            evictions: read(&self.evictions),
            garbage: read(&self.garbage),
        }
    }
}

fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(u64::try_from(amount).unwrap_or(u64::MAX), Ordering::Relaxed);
}

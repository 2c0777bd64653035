//! What was written and is not on the disk yet.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::Record;

/// All records of the keys that wait.
pub(crate) type Batch = HashMap<Box<[u8]>, Vec<Record>>;

/// Entries that wait, readable without a lock.
#[derive(Default)]
pub(crate) struct Waiting(pub(super) AtomicUsize);

/// Two batches: the one that gathers, and the one that is being committed.
#[derive(Default)]
pub(crate) struct Overlay {
    fresh: Batch,
    committing: Arc<Batch>,
    /// The last commit failed: nothing more is taken until one succeeds.
    failing: bool,
}

impl Overlay {
    /// The records of a key that waits; the file has older ones or none.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Vec<Record>> {
        self.fresh.get(key).or_else(|| self.committing.get(key))
    }

    /// Lets the records of a key wait in the place of what waits.
    pub(crate) fn put(&mut self, key: Box<[u8]>, records: Vec<Record>) {
        self.fresh.insert(key, records);
    }

    /// Whether the disk is too slow, or does not take anything.
    pub(crate) fn refuses(&self, most: usize) -> bool {
        self.failing || self.length() >= most
    }

    /// Entries that wait.
    pub(crate) fn length(&self) -> usize {
        self.fresh.len() + self.committing.len()
    }

    /// Gives the batch to commit; readers go on seeing it.
    pub(crate) fn begin(&mut self) -> Arc<Batch> {
        self.committing = Arc::new(std::mem::take(&mut self.fresh));
        Arc::clone(&self.committing)
    }

    /// The batch is in the file.
    pub(crate) fn end(&mut self) {
        self.committing = Arc::default();
        self.failing = false;
    }

    /// The batch is not in the file: it waits again, under what was written since.
    pub(crate) fn fail(&mut self) {
        let batch = std::mem::take(&mut self.committing);
        let mut batch = Arc::unwrap_or_clone(batch);
        batch.extend(std::mem::take(&mut self.fresh));
        self.fresh = batch;
        self.failing = true;
    }
}

//! On disk, for one server: reads from the file and from what is not in it yet, writes in batches.
mod encoding;
mod file;
mod overlay;
mod writer;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

pub use file::FileError;

use crate::counters::Counters;
use crate::{Kept, Record, Write, Written};
use file::File;
use overlay::{Overlay, Waiting};
use writer::Signal;

/// Writes that may wait for the disk; more are refused.
const MOST_WAITING: usize = 100_000;

/// How an embedded store keeps what it is given.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The file; it is made when it is not there.
    pub path: PathBuf,
    /// Units in experiments that are kept; past it, those that were stored first go.
    pub most: u64,
    /// How long one is kept after it was stored; zero: until the bound is reached.
    pub keep: Duration,
    /// How long writes may gather before they are committed.
    pub gather: Duration,
}

impl Embedded {
    /// The usual way to keep records in this file.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Embedded {
            path: path.into(),
            most: 10_000_000,
            keep: Duration::ZERO,
            gather: Duration::from_millis(25),
        }
    }
}

/// What the request threads and the writer share.
struct Shared {
    settings: Embedded,
    /// `None`: it failed and could not be opened again yet.
    file: RwLock<Option<File>>,
    overlay: RwLock<Overlay>,
    /// Entries of the overlay, so that readers know without its lock that it is empty.
    waiting: Waiting,
    signal: Signal,
    counters: Arc<Counters>,
}

/// An embedded store that is open. Dropping it commits what is left.
pub(crate) struct OnDisk {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

thread_local! {
    static KEY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl OnDisk {
    /// Opens the file and starts its writer.
    pub(crate) fn open(settings: Embedded, counters: Arc<Counters>) -> Result<OnDisk, FileError> {
        let file = File::open(&settings.path)?;
        let shared = Arc::new(Shared {
            settings,
            file: RwLock::new(Some(file)),
            overlay: RwLock::default(),
            waiting: Waiting::default(),
            signal: Signal::default(),
            counters,
        });
        let writer = writer::start(Arc::clone(&shared))
            .map_err(|error| FileError::new(&shared.settings.path, redb::Error::Io(error)))?;
        Ok(OnDisk {
            shared,
            writer: Some(writer),
        })
    }

    /// The records of a unit in an experiment.
    pub(crate) fn find(&self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept {
        let shared = &*self.shared;
        shared.counters.read(1);
        let found = KEY.with_borrow_mut(|key| {
            encoding::key(experiment, unit_kind, unit_id, key);
            shared.records(key)
        });
        match found {
            Some(records) => Kept::Records(records),
            None => {
                shared.counters.read_failed(1);
                Kept::Failed
            }
        }
    }

    /// Keeps a record; it reaches the disk within the time that writes gather, and a commit.
    pub(crate) fn write(&self, write: &Write) -> Written {
        let written = self.shared.write(write);
        match written {
            Written::Kept => self.shared.counters.written(1),
            Written::Taken(_) => {}
            Written::Failed => self.shared.counters.dropped(1),
        }
        written
    }

    /// Commits what waits; `false` when that takes longer than `patience`.
    pub(crate) fn flush(&self, patience: Duration) -> bool {
        self.shared.signal.flush(&self.shared.waiting, patience)
    }

    /// Units in experiments that the file holds, or `None` when it cannot be read.
    pub(crate) fn length(&self) -> Option<u64> {
        let file = self.shared.file.read();
        let file = file.unwrap_or_else(PoisonError::into_inner);
        file.as_ref()?.length().ok()
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        self.shared.signal.stop();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Shared {
    /// What is kept of a key: of the overlay when it has it, else of the file; `None` on a failure.
    fn records(&self, key: &[u8]) -> Option<Vec<Record>> {
        if self.waiting.any() {
            let overlay = self.overlay.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(records) = overlay.get(key) {
                return Some(records.clone());
            }
        }
        self.on_file(key)
    }

    fn on_file(&self, key: &[u8]) -> Option<Vec<Record>> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        match file.as_ref()?.read(key) {
            Ok(Some(records)) => Some(records),
            Ok(None) => {
                self.counters.met_garbage();
                None
            }
            Err(error) => {
                tracing::warn!(%error, "a sticky assignment could not be read");
                None
            }
        }
    }

    fn write(&self, write: &Write) -> Written {
        if !encoding::fits(&write.key, &write.record) {
            return Written::Failed;
        }
        let key = encoding::own_key(&write.key);
        // The file is read under the lock: nothing is committed and forgotten in between. The page
        // is in memory, for the decision has just read it.
        let mut overlay = self.overlay.write().unwrap_or_else(PoisonError::into_inner);
        if overlay.refuses(MOST_WAITING) {
            return Written::Failed;
        }
        let before = match overlay.get(&key) {
            Some(records) => Some(records.clone()),
            None => self.on_file(&key),
        };
        let Some(mut records) = before else {
            return Written::Failed;
        };
        let length = records.len();
        if let Err(there) = crate::key::apply(&mut records, write) {
            return Written::Taken(there);
        }
        let same = records.len() == length && write.replaces.is_none();
        if !same {
            overlay.put(key, records);
            self.waiting.set(overlay.length());
            self.signal.wake();
        }
        Written::Kept
    }
}

impl Waiting {
    fn any(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }

    fn set(&self, length: usize) {
        self.0.store(length, Ordering::Release);
    }
}

//! The thread that commits.
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Shared;
use super::encoding;
use super::file::{Bounds, Failure, File};
use super::overlay::{Batch, Waiting};

/// How long to wait after a commit that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the file is looked through for what is too old, when nothing is written.
const SWEEP: Duration = Duration::from_secs(60);

/// What the writer is told.
#[derive(Default)]
pub(crate) struct Signal {
    told: Mutex<Told>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Something waits.
    work: bool,
    /// Do not gather, commit now.
    hurry: bool,
    /// Commit and end.
    stop: bool,
}

impl Signal {
    pub(crate) fn wake(&self) {
        let mut told = self.lock();
        if !told.work {
            told.work = true;
            self.changed.notify_all();
        }
    }

    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.changed.notify_all();
    }

    pub(crate) fn flush(&self, waiting: &Waiting, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut told = self.lock();
        while waiting.any() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (told.work, told.hurry) = (true, true);
            self.changed.notify_all();
            let waited = self.changed.wait_timeout(told, left);
            told = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `ready` or for so long.
    fn wait(&self, ready: impl Fn(&Told) -> bool, at_most: Duration) -> Told {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), at_most, |told| !ready(told));
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Starts the writer; it ends after [`Signal::stop`] and a last commit.
pub(crate) fn start(shared: Arc<Shared>) -> io::Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name("turnout-sticky".to_owned());
    thread.spawn(move || {
        loop {
            shared.signal.wait(|told| told.work || told.stop, SWEEP);
            let told = (shared.signal).wait(|told| told.hurry || told.stop, shared.settings.gather);
            let committed = shared.commit();
            if told.stop {
                return;
            }
            if !committed {
                shared.signal.wait(|told| told.stop, PAUSE);
                shared.open_again();
            }
        }
    })
}

impl Shared {
    /// Commits what waits, and removes what is out of bounds.
    fn commit(&self) -> bool {
        let batch = {
            let mut told = self.signal.lock();
            (told.work, told.hurry) = (false, false);
            drop(told);
            let mut overlay = self.overlay.write().unwrap_or_else(PoisonError::into_inner);
            overlay.begin()
        };
        let committed = self.commit_batch(&batch);
        drop(batch);
        let mut overlay = self.overlay.write().unwrap_or_else(PoisonError::into_inner);
        match &committed {
            Ok(evicted) => {
                overlay.end();
                self.counters.evicted(*evicted);
            }
            Err(error) => {
                overlay.fail();
                self.counters.write_failed(overlay.length());
                tracing::error!(%error, "sticky assignments could not be written to `{}`", self.settings.path.display());
            }
        }
        let (left, failed) = (overlay.length(), committed.is_err());
        self.waiting.set(left);
        drop(overlay);
        self.signal.lock().work |= left > 0 || failed;
        self.signal.changed.notify_all();
        !failed
    }

    fn commit_batch(&self, batch: &Batch) -> Result<usize, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = u64::try_from(now.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
        let keep = u64::try_from(self.settings.keep.as_nanos()).unwrap_or(u64::MAX);
        let bounds = Bounds {
            most: self.settings.most,
            not_before: if keep == 0 {
                0
            } else {
                now.saturating_sub(keep)
            },
        };
        let entries = batch
            .iter()
            .map(|(key, records)| (&**key, encoding::value(now, records)));
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        match file.as_ref() {
            Some(file) => file.commit(entries, bounds),
            None => Err(redb::Error::PreviousIo.into()),
        }
    }

    /// After a failure redb wants to be opened again; what is on the disk is as the last commit left it.
    fn open_again(&self) {
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        *file = None;
        match File::open(&self.settings.path) {
            Ok(opened) => *file = Some(opened),
            Err(error) => tracing::error!("{error}"),
        }
    }
}

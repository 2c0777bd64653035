//! What all threads of one data plane share.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use turnout_sticky::{MembersInRedis, Store};

use crate::metrics::ThreadCounters;
use crate::refreshes::FailedRefreshes;
use crate::served::Holder;
use crate::settings::Settings;

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// No new connections; what is in flight ends.
    Draining,
    /// The grace is over: what is still open is cut.
    Closing,
}

/// Settings, the snapshot, the phase and the counters.
pub(crate) struct Plane {
    pub settings: Settings,
    pub holder: Holder,
    /// Where sticky assignments are kept, unless with the callers.
    pub sticky: Option<Arc<Store>>,
    /// Where members are looked up that are not in memory.
    pub members: Option<MembersInRedis>,
    /// One for each request thread.
    pub counters: Vec<Arc<ThreadCounters>>,
    pub failed_refreshes: FailedRefreshes,
    draining: AtomicBool,
    phase: watch::Sender<Phase>,
}

impl Plane {
    pub(crate) fn new(settings: Settings, sticky: Option<Store>) -> Plane {
        Plane {
            sticky: sticky.map(Arc::new),
            members: settings.members.clone().map(MembersInRedis::new),
            holder: Holder::new(settings.stale_after),
            counters: (0..settings.threads).map(|_| Arc::default()).collect(),
            failed_refreshes: FailedRefreshes::default(),
            draining: AtomicBool::new(false),
            phase: watch::Sender::new(Phase::Serving),
            settings,
        }
    }

    /// Goes on to a later phase and wakes everybody who waits for it.
    pub(crate) fn enter(&self, phase: Phase) {
        self.draining
            .store(phase > Phase::Serving, Ordering::Release);
        self.phase.send_if_modified(|current| {
            let later = phase > *current;
            if later {
                *current = phase;
            }
            later
        });
    }

    /// Whether the end has begun.
    #[inline]
    pub(crate) fn draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Follows the phases.
    pub(crate) fn phases(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Whether there is a snapshot to decide by and time to do so.
    pub(crate) fn serving(&self) -> bool {
        !self.draining() && self.holder.current().is_some()
    }
}

//! A running data plane: started, fed with snapshots, drained.
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use turnout_engine::{LinkError, Program};
use turnout_sticky::{Counts, Store};

use crate::admin;
use crate::answer::Thread;
use crate::listen::{self, SocketFile, StartError};
use crate::metrics::Totals;
use crate::plane::{Phase, Plane};
use crate::settings::Settings;
use crate::thread::{self, Listeners};

const JOIN_STEP: Duration = Duration::from_millis(2);
/// How long the disk may take for what was assigned last.
const FLUSH_PATIENCE: Duration = Duration::from_secs(5);

/// Where a data plane listens, with the ports that were really taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Decisions over TCP.
    pub grpc: Option<SocketAddr>,
    /// Decisions over the Unix socket.
    pub unix_socket: Option<PathBuf>,
    /// Health pages and metrics.
    pub admin: Option<SocketAddr>,
}

/// What a data plane has counted and what it serves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Decisions taken, in calls of any size.
    pub decisions: u64,
    /// Segments checked.
    pub segment_checks: u64,
    /// Unary calls, whatever their status.
    pub calls: u64,
    /// Unary calls that did not end with OK.
    pub calls_failed: u64,
    /// Connections that are open.
    pub connections: u64,
    /// Streams of `Watch` that are open.
    pub watchers: u64,
    /// Snapshots that were loaded.
    pub loads: u64,
    /// Snapshots that were refused.
    pub load_failures: u64,
    /// The id of the snapshot that is served; empty before the first.
    pub snapshot_id: String,
    /// Its revision; 0 before the first.
    pub revision: u64,
    /// Its problems.
    pub problems: u64,
    /// Member sets that it names and that are there.
    pub member_sets: u64,
    /// Their members.
    pub members: u64,
    /// Their bytes, mapped.
    pub member_bytes: u64,
    /// Member sets that it names and that cannot be had: their segments are UNKNOWN.
    pub member_sets_missing: u64,
    /// Time since its source last agreed.
    pub age: Duration,
    /// Whether the age is over the limit.
    pub stale: bool,
    /// The longest that the first call on a new snapshot spent on taking it.
    pub slowest_swap: Duration,
    /// What the store of sticky assignments has counted, if there is one.
    pub sticky: Option<Counts>,
    /// What has been counted of members that are not in memory, if there is a Redis for them.
    pub lookups: Option<Counts>,
}

/// A running data plane; dropping it cuts what is still open.
pub struct DataPlane {
    plane: Arc<Plane>,
    addresses: Addresses,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    threads: Vec<JoinHandle<bool>>,
    admin: Option<JoinHandle<bool>>,
    socket_file: Option<SocketFile>,
    finished: bool,
    clean: bool,
}

impl DataPlane {
    /// Binds every listener and starts the threads; calls are UNAVAILABLE until a snapshot is loaded.
    ///
    /// # Errors
    /// An address is in use or cannot be listened on, or the settings are contradictory.
    pub fn start(settings: Settings) -> Result<DataPlane, StartError> {
        check(&settings)?;
        crate::log::to_stderr();
        let count = settings.threads;
        let mut tcp = match settings.grpc_address {
            Some(address) => listen::tcp(address, count)?,
            None => Vec::new(),
        };
        let unix = settings
            .unix_socket
            .as_deref()
            .map(listen::unix)
            .transpose()?;
        let admin = match settings.admin_address {
            Some(address) => listen::tcp(address, 1)?.pop(),
            None => None,
        };
        let addresses = Addresses {
            grpc: tcp.first().and_then(local_address),
            unix_socket: settings.unix_socket.clone(),
            admin: admin.as_ref().and_then(local_address),
        };
        let (unix, socket_file) = unix.unzip();
        let sticky = settings.sticky.clone().map(Store::open).transpose();
        let sticky = sticky.map_err(|cause| StartError::Sticky { cause })?;
        let plane = Arc::new(Plane::new(settings, sticky));
        let mut running = Running {
            socket_file,
            clean: true,
            ..Running::default()
        };
        for (index, counters) in plane.counters.iter().enumerate() {
            let listeners = Listeners {
                tcp: tcp.pop(),
                // Every thread accepts from the one socket.
                unix: unix
                    .as_ref()
                    .map(|unix| unix.try_clone())
                    .transpose()
                    .map_err(no_thread)?,
            };
            let thread = Thread::new(&plane, counters);
            let started =
                thread::start(format!("turnout-{index}"), thread, listeners).map_err(no_thread);
            match started {
                Ok(handle) => running.threads.push(handle),
                Err(error) => {
                    plane.enter(Phase::Closing);
                    return Err(error);
                }
            }
        }
        if let Some(listener) = admin {
            running.admin = Some(admin::start(Arc::clone(&plane), listener).map_err(no_thread)?);
        }
        Ok(DataPlane {
            plane,
            addresses,
            running: Mutex::new(running),
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Links a sealed snapshot on this thread and serves it from now on.
    ///
    /// The old one is freed on this thread, too: call it from a thread of low priority. `members` is
    /// the folder of the member sets that it names, each `<sha256>.set`; what is mapped already is not
    /// looked for again, and one that is not there makes its segments UNKNOWN, MEMBERS_MISSING.
    ///
    /// # Errors
    /// The snapshot is refused; what was served before is still served.
    pub fn load(&self, sealed: &[u8], members: Option<&Path>) -> Result<(), LinkError> {
        self.plane.holder.load(sealed, None, members)
    }

    /// As [`DataPlane::load`], for a snapshot that was found, `age` old, at start.
    ///
    /// It is stale until [`DataPlane::confirm`] or the next [`DataPlane::load`].
    ///
    /// # Errors
    /// The snapshot is refused; what was served before is still served.
    pub fn load_unconfirmed(
        &self,
        sealed: &[u8],
        age: Duration,
        members: Option<&Path>,
    ) -> Result<(), LinkError> {
        self.plane.holder.load(sealed, Some(age), members)
    }

    /// Gives the program that is served, its age and whether it is stale; `None` before the first.
    pub fn with_served<R>(&self, read: impl FnOnce(&Program, Duration, bool) -> R) -> Option<R> {
        let current = self.plane.holder.current();
        let age = self.plane.holder.age(Instant::now());
        current
            .as_deref()
            .map(|served| read(&served.program, age.age, age.stale))
    }

    /// The source agrees with the snapshot that is served: its age starts again.
    pub fn confirm(&self) {
        self.plane.holder.confirm();
    }

    /// Counts refreshes that came to nothing, for the metrics; what is served stays.
    ///
    /// None makes the kind known: its metric begins at 0.
    pub fn refresh_failed(&self, kind: &str, times: u64) {
        self.plane.failed_refreshes.add(kind, times);
    }

    /// What has been counted until now.
    pub fn stats(&self) -> Stats {
        let totals = Totals::of(&self.plane.counters);
        let current = self.plane.holder.current();
        let program = current.as_deref().map(|served| &served.program);
        let held = current.as_deref().map(|served| served.members);
        let held = held.unwrap_or_default();
        let age = self.plane.holder.age(Instant::now());
        let (loads, load_failures) = self.plane.holder.counts();
        let calls = totals.calls.iter().map(|calls| calls.count()).sum();
        Stats {
            decisions: totals.decisions.iter().map(|(_, count)| count).sum(),
            segment_checks: totals.checks.iter().map(|(_, count)| count).sum(),
            calls,
            calls_failed: calls - totals.calls.iter().map(|calls| calls.codes[0]).sum::<u64>(),
            connections: totals.connections,
            watchers: totals.watchers,
            loads,
            load_failures,
            snapshot_id: program.map_or_else(String::new, |program| program.id().to_owned()),
            revision: program.map_or(0, |program| program.revision()),
            problems: program.map_or(0, |program| program.header().problems.len() as u64),
            member_sets: held.sets,
            members: held.members,
            member_bytes: held.bytes,
            member_sets_missing: held.missing,
            age: if program.is_some() {
                age.age
            } else {
                Duration::ZERO
            },
            stale: program.is_some() && age.stale,
            slowest_swap: totals.slowest_swap,
            sticky: self.plane.sticky.as_ref().map(|store| store.counts()),
            lookups: self.plane.members.as_ref().map(|members| members.counts()),
        }
    }

    /// Begins the end and returns at once: health says NOT_SERVING, listeners close, streams are told.
    pub fn begin_drain(&self) {
        self.plane.enter(Phase::Draining);
        self.running().socket_file = None;
    }

    /// Waits until every call in flight has ended; `false` when that takes longer than `patience`.
    pub fn drained(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            if self.running().threads.iter().all(JoinHandle::is_finished) {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(JOIN_STEP);
        }
    }

    /// Ends the data plane: [`DataPlane::begin_drain`], up to `grace` for what is in flight, then the cut.
    ///
    /// Returns `true` when nothing had to be cut.
    pub fn drain(&self, grace: Duration) -> bool {
        self.begin_drain();
        self.drained(grace);
        self.close()
    }

    /// Cuts what is still open and waits for the threads; `true` when there was nothing to cut.
    pub fn close(&self) -> bool {
        self.plane.enter(Phase::Closing);
        let mut running = self.running();
        running.socket_file = None;
        if !running.finished {
            let threads = std::mem::take(&mut running.threads);
            let clean = threads.into_iter().all_joined();
            if let Some(admin) = running.admin.take() {
                let _ = admin.join();
            }
            if let Some(sticky) = &self.plane.sticky
                && !sticky.flush(FLUSH_PATIENCE)
            {
                tracing::error!("sticky assignments were not written to the disk in time");
            }
            running.clean = clean;
            running.finished = true;
        }
        running.clean
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Joins every thread, also after one that did not end well.
trait AllJoined {
    fn all_joined(self) -> bool;
}

impl<I: Iterator<Item = JoinHandle<bool>>> AllJoined for I {
    fn all_joined(self) -> bool {
        self.map(|thread| thread.join().unwrap_or(false))
            .fold(true, |all, clean| all & clean)
    }
}

impl Drop for DataPlane {
    fn drop(&mut self) {
        self.close();
    }
}

fn check(settings: &Settings) -> Result<(), StartError> {
    let message = if settings.threads == 0 {
        "`threads` is 0; set it to at least 1"
    } else if settings.grpc_address.is_none() && settings.unix_socket.is_none() {
        "nothing to listen on; set `grpc_address` or `unix_socket`"
    } else {
        return Ok(());
    };
    Err(StartError::Settings {
        message: message.to_owned(),
    })
}

fn no_thread(cause: std::io::Error) -> StartError {
    StartError::Thread { cause }
}

fn local_address(listener: &TcpListener) -> Option<SocketAddr> {
    listener.local_addr().ok()
}

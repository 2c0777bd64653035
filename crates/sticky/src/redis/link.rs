//! One thread's way to Redis: connected when it is first needed, and again after every failure.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use redis::Value;
use tokio::sync::Notify;
use tokio::time::timeout_at;
use turnout_engine::RemoteSet;

use super::connection::{Command, Connection, connect};
use super::replies::{self, Unusable};
use super::{Redis, encoding, sets};
use crate::counters::Counters;
use crate::{Kept, Key, Write, Written};

/// Attempts to connect are this far apart at first, and twice as far after each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// An attempt that takes longer has failed.
const ATTEMPT: Duration = Duration::from_secs(2);
/// A connection that has answered nothing for so long is given up: Redis is stopped, or the way is cut.
const SILENCE: Duration = Duration::from_millis(100);

/// Keeps what is not there, or is what the writer has seen; else answers what is there.
const KEEP: &str = "local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and there ~= ARGV[3] then return there end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return false";

/// The way of one request thread; its connection lives on that thread's runtime.
pub(crate) struct Link(Arc<Inner>);

struct Inner {
    settings: Arc<Redis>,
    counters: Arc<Counters>,
    state: Mutex<State>,
    changed: Notify,
}

enum State {
    /// Nobody has asked yet.
    Idle,
    /// A task is at it; after a first failure nobody waits for it any more.
    Connecting { failed: bool },
    Up {
        connection: Connection,
        /// Unlike that of any other connection of this link.
        serial: u64,
        /// When an answer was first missing, if none has come since.
        silent_since: Option<Instant>,
    },
}

impl Link {
    pub(crate) fn new(settings: Arc<Redis>, counters: Arc<Counters>) -> Link {
        Link(Arc::new(Inner {
            settings,
            counters,
            state: Mutex::new(State::Idle),
            changed: Notify::new(),
        }))
    }

    /// Begins to connect, so that the first call need not wait for it.
    pub(crate) fn connect(&self) {
        self.0.begin(&mut self.0.lock());
    }

    /// The records of every key, in one round trip.
    pub(crate) async fn read(&self, keys: &[Key], deadline: Option<Instant>) -> Vec<Kept> {
        let inner = &self.0;
        inner.counters.read(keys.len());
        let commands = keys.iter().map(|key| inner.reading(key)).collect();
        let Ok(answers) = inner.ask(commands, deadline).await else {
            inner.counters.read_failed(keys.len());
            return vec![Kept::Failed; keys.len()];
        };
        let kept = answers
            .into_iter()
            .map(|answer| match replies::records(answer) {
                Ok(records) => Kept::Records(records),
                Err(unusable) => {
                    inner.counters.read_failed(1);
                    inner.note(&unusable);
                    Kept::Failed
                }
            });
        kept.collect()
    }

    /// How long one call may wait.
    pub(crate) fn budget(&self) -> Duration {
        self.0.settings.budget
    }

    /// Whether each id is in its set, in one round trip; `None`: nobody can say.
    pub(crate) async fn look_up(
        &self,
        asked: &[(RemoteSet, Box<str>)],
        deadline: Option<Instant>,
    ) -> Vec<Option<bool>> {
        let inner = &self.0;
        inner.counters.read(asked.len());
        let commands = asked.iter().map(|(set, id)| sets::looking(set, id));
        let Ok(answers) = inner.ask(commands.collect(), deadline).await else {
            inner.counters.read_failed(asked.len());
            return vec![None; asked.len()];
        };
        let found: Vec<Option<bool>> = answers.iter().map(sets::found).collect();
        let failed = found.iter().filter(|found| found.is_none()).count();
        inner.counters.read_failed(failed);
        found
    }

    /// Keeps every record, in one round trip.
    pub(crate) async fn write(&self, writes: &[Write], deadline: Option<Instant>) -> Vec<Written> {
        let inner = &self.0;
        let commands = writes.iter().map(|write| inner.writing(write)).collect();
        let answers = match inner.ask(commands, deadline).await {
            Ok(answers) => answers,
            Err(unsent) => {
                if unsent.sent {
                    inner.counters.write_failed(writes.len());
                } else {
                    inner.counters.dropped(writes.len());
                }
                return vec![Written::Failed; writes.len()];
            }
        };
        let written = writes.iter().zip(&answers).map(|(write, answer)| {
            let written = replies::written(write, answer).unwrap_or_else(|unusable| {
                inner.note(&unusable);
                Written::Failed
            });
            match written {
                Written::Kept => inner.counters.written(1),
                Written::Taken(_) => {}
                Written::Failed => inner.counters.write_failed(1),
            }
            written
        });
        written.collect()
    }
}

/// There is no answer.
struct NoAnswer {
    /// It may be that Redis has got the commands.
    sent: bool,
}

impl Inner {
    fn reading(&self, key: &Key) -> Command {
        let mut command = redis::cmd("HGETALL");
        command.arg(encoding::key(&self.settings.prefix, key));
        Command {
            unit: encoding::unit(key),
            command,
        }
    }

    fn writing(&self, write: &Write) -> Command {
        let seen = write.replaces.as_ref().map(encoding::value);
        let mut command = redis::cmd("EVAL");
        command
            .arg(KEEP)
            .arg(1)
            .arg(encoding::key(&self.settings.prefix, &write.key))
            .arg(write.record.epoch)
            .arg(encoding::value(&write.record))
            .arg(seen.unwrap_or_default())
            .arg(u64::try_from(self.settings.keep.as_millis()).unwrap_or(u64::MAX));
        Command {
            unit: encoding::unit(&write.key),
            command,
        }
    }

    /// Sends commands and waits for their answers, within the budget and before the deadline.
    async fn ask(
        self: &Arc<Self>,
        commands: Vec<Command>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Value>, NoAnswer> {
        let until = Instant::now() + self.settings.budget;
        let until = deadline
            .map_or(until, |deadline| deadline.min(until))
            .into();
        let Some((connection, serial)) = self.connection(until).await else {
            return Err(NoAnswer { sent: false });
        };
        match timeout_at(until, connection.round_trip(commands)).await {
            Ok(Ok(answers)) => {
                self.heard(serial);
                return Ok(answers);
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "redis did not answer");
                if error.is_unrecoverable_error() {
                    self.lost(serial, false);
                } else {
                    self.missed(serial);
                }
            }
            Err(_) => self.missed(serial),
        }
        Err(NoAnswer { sent: true })
    }

    /// The connection that is open; waits only for one that may still come in time.
    async fn connection(
        self: &Arc<Self>,
        until: tokio::time::Instant,
    ) -> Option<(Connection, u64)> {
        loop {
            let changed = self.changed.notified();
            match &mut *self.lock() {
                State::Up {
                    connection, serial, ..
                } => return Some((connection.clone(), *serial)),
                State::Connecting { failed: true } => return None,
                State::Connecting { failed: false } => {}
                idle @ State::Idle => self.begin(idle),
            }
            timeout_at(until, changed).await.ok()?;
        }
    }

    fn begin(self: &Arc<Self>, state: &mut State) {
        if matches!(state, State::Idle) {
            *state = State::Connecting { failed: false };
            tokio::spawn(keep_trying(Arc::downgrade(self)));
        }
    }

    /// An answer has come.
    fn heard(&self, answered: u64) {
        if let State::Up {
            serial,
            silent_since,
            ..
        } = &mut *self.lock()
            && *serial == answered
        {
            *silent_since = None;
        }
    }

    /// An answer has not come in time.
    fn missed(self: &Arc<Self>, asked: u64) {
        let silent = match &mut *self.lock() {
            State::Up {
                serial,
                silent_since,
                ..
            } if *serial == asked => silent_since.get_or_insert_with(Instant::now).elapsed(),
            _ => return,
        };
        if silent >= SILENCE {
            self.lost(asked, true);
        }
    }

    /// The connection is of no use any more; `failed`: and another one will hardly come soon.
    fn lost(self: &Arc<Self>, asked: u64, failed: bool) {
        let mut state = self.lock();
        if matches!(&*state, State::Up { serial, .. } if *serial == asked) {
            *state = State::Connecting { failed };
            drop(state);
            tracing::warn!(
                "the connection to redis is lost: decisions are degraded until it is back"
            );
            tokio::spawn(keep_trying(Arc::downgrade(self)));
        }
    }

    fn note(&self, unusable: &Unusable) {
        match unusable {
            Unusable::Garbage => self.counters.met_garbage(),
            Unusable::Refused(why) => tracing::debug!(why, "redis refused"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the outcome of an attempt to those who wait.
    fn turn(&self, outcome: Option<Connection>) {
        static SERIALS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        *self.lock() = match outcome {
            None => State::Connecting { failed: true },
            Some(connection) => State::Up {
                connection,
                serial: SERIALS.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
                silent_since: None,
            },
        };
        self.changed.notify_waiters();
    }
}

/// Connects, however often it takes; ends with the link.
async fn keep_trying(link: Weak<Inner>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Some(settings) = link.upgrade().map(|inner| Arc::clone(&inner.settings)) else {
            return;
        };
        let attempt = tokio::time::timeout(ATTEMPT, connect(&settings.address)).await;
        let Some(inner) = link.upgrade() else { return };
        match attempt {
            Ok(Ok(connection)) => {
                if pause > FIRST_PAUSE {
                    tracing::info!("redis answers again");
                }
                inner.turn(Some(connection));
                return;
            }
            Ok(Err(error)) if pause == FIRST_PAUSE => {
                tracing::warn!(%error, "redis cannot be reached: decisions are degraded");
            }
            Err(_) if pause == FIRST_PAUSE => {
                tracing::warn!("redis does not answer: decisions are degraded");
            }
            _ => {}
        }
        inner.turn(None);
        drop(inner);
        tokio::time::sleep(pause.mul_f64(jitter())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between a half and one: many servers do not all come back at the same moment.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0_u8) >> 11;
    0.5 + random as f64 / (1_u64 << 54) as f64
}

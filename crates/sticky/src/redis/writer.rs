//! Writes sets of members, for who evaluates: it takes its time, and waits for every answer.
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use redis::{RedisError, Value};
use tokio::runtime::Runtime;
use turnout_engine::RemoteSet;

use super::Address;
use super::connection::{Command, Connection, connect};
use super::sets::{self, MARK};
use crate::store::provide_tls;

/// Commands that travel together.
const TOGETHER: usize = 512;

/// A set could not be written; its text names no password.
#[derive(Debug)]
pub enum WriteError {
    /// Redis cannot be reached, or does not answer.
    Gone(String),
    /// Redis refused, for example because its memory is full.
    Refused(String),
    /// Something of a set is not there any more that was written.
    Lost,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(why) => write!(f, "redis cannot be reached: {why}"),
            Self::Refused(why) => write!(f, "redis refused: {why}"),
            Self::Lost => f.write_str(
                "members that were written are not in redis any more: does it evict keys, or was it \
                 emptied?",
            ),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<RedisError> for WriteError {
    fn from(error: RedisError) -> Self {
        WriteError::Gone(error.to_string())
    }
}

/// Writes sets of members; everything waits for Redis.
pub struct MemberWriter {
    runtime: Runtime,
    connection: Connection,
}

impl MemberWriter {
    /// Connects.
    ///
    /// # Errors
    /// Redis cannot be reached.
    pub fn open(address: &Address) -> Result<MemberWriter, WriteError> {
        provide_tls();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| WriteError::Gone(error.to_string()))?;
        let connection = runtime.block_on(connect(address))?;
        Ok(MemberWriter {
            runtime,
            connection,
        })
    }

    /// Begins a set that is not there yet; it goes by itself after a while, unless [`Self::expire`]
    /// gives it longer.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn begin(&self, set: &RemoteSet, while_written: Duration) -> Result<(), WriteError> {
        self.each_shard(set, |shard| {
            let mark = sets::on(set, shard, "SADD", |command| {
                command.arg(MARK);
            });
            vec![mark, sets::expiring(set, shard, while_written)]
        })?;
        Ok(())
    }

    /// Adds ids, and gives how many of them were not there.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn add<'i>(
        &self,
        set: &RemoteSet,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<u64, WriteError> {
        let mut shards: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for id in ids {
            shards.entry(sets::shard(set, id)).or_default().push(id);
        }
        let commands = shards.into_iter().map(|(shard, ids)| {
            sets::on(set, shard, "SADD", |command| {
                command.arg(ids);
            })
        });
        Ok(self.send(commands)?.iter().sum())
    }

    /// Ends: from now on the set stays, when all of it is there.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn keep(&self, set: &RemoteSet, count: u64) -> Result<(), WriteError> {
        let there = self.each_shard(set, |shard| {
            vec![
                sets::on(set, shard, "PERSIST", |_| {}),
                sets::on(set, shard, "SCARD", |_| {}),
            ]
        })?;
        let held: u64 = there.iter().skip(1).step_by(2).sum();
        if held == count + u64::from(set.shards) {
            return Ok(());
        }
        Err(WriteError::Lost)
    }

    /// Lets a set go after a while.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn expire(&self, set: &RemoteSet, after: Duration) -> Result<(), WriteError> {
        self.each_shard(set, |shard| vec![sets::expiring(set, shard, after)])?;
        Ok(())
    }

    /// Removes a set.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn remove(&self, set: &RemoteSet) -> Result<(), WriteError> {
        self.each_shard(set, |shard| vec![sets::on(set, shard, "UNLINK", |_| {})])?;
        Ok(())
    }

    fn each_shard(
        &self,
        set: &RemoteSet,
        commands: impl Fn(u32) -> Vec<Command>,
    ) -> Result<Vec<u64>, WriteError> {
        self.send((0..set.shards).flat_map(commands))
    }

    /// Sends commands and gives the numbers that they answer.
    fn send(&self, commands: impl Iterator<Item = Command>) -> Result<Vec<u64>, WriteError> {
        let mut commands = commands.peekable();
        let mut numbers = Vec::new();
        while commands.peek().is_some() {
            let some = commands.by_ref().take(TOGETHER).collect();
            let answers = self
                .runtime
                .block_on(self.connection.clone().round_trip(some))?;
            for answer in answers {
                numbers.push(number(&answer)?);
            }
        }
        Ok(numbers)
    }
}

fn number(answer: &Value) -> Result<u64, WriteError> {
    match answer {
        Value::Int(number) => Ok(u64::try_from(*number).unwrap_or(0)),
        Value::ServerError(error) => Err(WriteError::Refused(error.to_string())),
        _ => Err(WriteError::Refused("its answer is no number".to_owned())),
    }
}

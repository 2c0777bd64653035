//! Sets of members in Redis: their keys, and what is asked of them.
use std::time::Duration;

use redis::{Cmd, Value};
use sha2::{Digest, Sha256};
use turnout_engine::RemoteSet;

use super::connection::Command;

/// A member of every shard, which is no id: a shard without it is gone.
pub(crate) const MARK: &str = "";

/// The shard of a set, as a key.
pub(crate) fn key(set: &RemoteSet, shard: u32) -> String {
    let mut key = String::from("turnout:members:");
    for byte in set.name {
        key.push_str(&format!("{byte:02x}"));
    }
    format!("{key}:{shard}")
}

/// In which shard an id is.
pub(crate) fn shard(set: &RemoteSet, id: &str) -> u32 {
    let digest = Sha256::digest(id);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    let shard = u64::from_be_bytes(first) % u64::from(set.shards.max(1));
    u32::try_from(shard).unwrap_or(0)
}

/// A command on a shard; `fill` gives it what follows the key.
pub(crate) fn on(set: &RemoteSet, shard: u32, name: &str, fill: impl FnOnce(&mut Cmd)) -> Command {
    let unit = key(set, shard);
    let mut command = redis::cmd(name);
    command.arg(&unit);
    fill(&mut command);
    Command { unit, command }
}

/// Asks whether an id is in its shard, and whether the shard is there.
pub(crate) fn looking(set: &RemoteSet, id: &str) -> Command {
    on(set, shard(set, id), "SMISMEMBER", |command| {
        command.arg(id).arg(MARK);
    })
}

/// Lets a shard go after a while.
pub(crate) fn expiring(set: &RemoteSet, shard: u32, after: Duration) -> Command {
    on(set, shard, "EXPIRE", |command| {
        command.arg(after.as_secs());
    })
}

/// Whether the id is a member; `None` when the shard is gone, or Redis refused.
pub(crate) fn found(reply: &Value) -> Option<bool> {
    let Value::Array(parts) = reply else {
        return None;
    };
    match parts.as_slice() {
        [Value::Int(is_member), Value::Int(1)] => Some(*is_member == 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: RemoteSet = RemoteSet {
        name: [0xab; 32],
        shards: 1_000,
    };

    #[test]
    fn an_id_is_where_its_sha_256_says() {
        // Reckoned by another program.
        assert_eq!(shard(&SET, "u-1"), 129);
        assert_eq!(
            key(&SET, 7),
            format!("turnout:members:{}:7", "ab".repeat(32))
        );
        let spread: Vec<u32> = (0..10_000).map(|at| shard(&SET, &at.to_string())).collect();
        assert!(spread.iter().all(|shard| *shard < SET.shards));
        let one = RemoteSet { shards: 1, ..SET };
        assert_eq!(shard(&one, "u-1"), 0);
    }

    #[test]
    fn a_shard_that_is_gone_says_nothing_of_an_id() {
        let reply = |one, mark| Value::Array(vec![Value::Int(one), Value::Int(mark)]);
        assert_eq!(found(&reply(1, 1)), Some(true));
        assert_eq!(found(&reply(0, 1)), Some(false));
        for lost in [reply(0, 0), reply(1, 0), Value::Nil, Value::Array(vec![])] {
            assert_eq!(found(&lost), None);
        }
    }
}

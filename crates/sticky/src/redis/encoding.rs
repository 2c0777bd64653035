//! Keys and values in Redis: text, so that an operator can read them.
use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use turnout_engine::Instant;

use crate::{Key, Record};

/// A hash a unit and experiment; what is in braces puts all of a unit on one node of a cluster.
pub(crate) fn key(prefix: &str, key: &Key) -> String {
    format!("{prefix}:{{{}}}:{}", unit(key), key.experiment)
}

/// What puts a key on its node.
pub(crate) fn unit(key: &Key) -> String {
    format!("{}:{}", key.unit_kind, key.unit_id)
}

/// What the hash has under an epoch.
#[derive(Deserialize, Serialize)]
struct Stored<'a> {
    #[serde(borrow)]
    variant: Cow<'a, str>,
    assigned_at_ns: i64,
    #[serde(borrow)]
    snapshot: Cow<'a, str>,
}

/// A record as the value of its epoch.
pub(crate) fn value(record: &Record) -> String {
    let stored = Stored {
        variant: Cow::Borrowed(&record.variant),
        assigned_at_ns: record.assigned_at.0,
        snapshot: Cow::Borrowed(&record.snapshot),
    };
    // Text and a number: there is nothing that could not be written.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// The record of an epoch; `None` when no turnout wrote it.
pub(crate) fn record(epoch: &[u8], value: &[u8]) -> Option<Record> {
    let epoch = std::str::from_utf8(epoch).ok()?;
    let stored: Stored<'_> = serde_json::from_slice(value).ok()?;
    Some(Record {
        epoch: epoch.parse().ok()?,
        variant: stored.variant.into(),
        assigned_at: Instant(stored.assigned_at_ns),
        snapshot: stored.snapshot.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::record as made;

    #[test]
    fn what_is_written_is_read_again() {
        let mut odd = made(u32::MAX, "a \"b\" \\ ü\n");
        odd.assigned_at = Instant(i64::MIN);
        odd.snapshot = "".into();
        for one in [made(0, "a"), odd] {
            let epoch = one.epoch.to_string();
            assert_eq!(record(epoch.as_bytes(), value(&one).as_bytes()), Some(one));
        }
    }

    #[test]
    fn what_no_turnout_wrote_is_refused() {
        let good = value(&made(1, "a"));
        for (epoch, value) in [
            ("x", &*good),
            ("-1", &good),
            ("1", ""),
            ("1", "garbage"),
            ("1", &good[..good.len() - 1]),
            ("1", "{\"variant\":\"a\"}"),
        ] {
            assert_eq!(
                record(epoch.as_bytes(), value.as_bytes()),
                None,
                "{epoch} {value}"
            );
        }
        assert_eq!(record(b"1", b"\xff\xfe"), None);
    }

    #[test]
    fn the_keys_of_a_unit_share_their_braces() {
        let of = |experiment| key("t", &Key::new(experiment, "user", "u-1"));
        assert_eq!(of("button"), "t:{user:u-1}:button");
        assert_eq!(of("other"), "t:{user:u-1}:other");
    }
}

//! What Redis answered → records, and what became of writes.
use redis::Value;

use super::encoding;
use crate::{Record, Write, Written};

/// An answer that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// Redis refused: it is loading, full, or wants a password.
    Refused(String),
    /// It is there, and no turnout wrote it.
    Garbage,
}

/// The records of a hash, of any epoch.
pub(crate) fn records(reply: Value) -> Result<Vec<Record>, Unusable> {
    let pairs: Vec<(Value, Value)> = match reply {
        Value::Map(pairs) => pairs,
        Value::Array(parts) if parts.len() % 2 == 0 => {
            let mut parts = parts.into_iter();
            std::iter::from_fn(|| parts.next().zip(parts.next())).collect()
        }
        other => return Err(refused(&other)),
    };
    let record = |(epoch, value): &(Value, Value)| encoding::record(bytes(epoch)?, bytes(value)?);
    pairs
        .iter()
        .map(|pair| record(pair).ok_or(Unusable::Garbage))
        .collect()
}

/// What became of a write: nothing, or the value that was there first.
pub(crate) fn written(write: &Write, reply: &Value) -> Result<Written, Unusable> {
    if matches!(reply, Value::Nil) {
        return Ok(Written::Kept);
    }
    let there = bytes(reply).ok_or_else(|| refused(reply))?;
    let epoch = write.record.epoch.to_string();
    let there = encoding::record(epoch.as_bytes(), there).ok_or(Unusable::Garbage)?;
    Ok(if there == write.record {
        Written::Kept
    } else {
        Written::Taken(there)
    })
}

fn refused(reply: &Value) -> Unusable {
    match reply {
        Value::ServerError(error) if error.code() == "WRONGTYPE" => Unusable::Garbage,
        Value::ServerError(error) => Unusable::Refused(error.to_string()),
        _ => Unusable::Garbage,
    }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::{record, write};

    fn bulk(text: impl AsRef<str>) -> Value {
        Value::BulkString(text.as_ref().as_bytes().to_vec())
    }

    #[test]
    fn a_hash_is_read_in_both_protocols() {
        let (one, two) = (record(0, "a"), record(1, "b"));
        let parts = [
            bulk("0"),
            bulk(encoding::value(&one)),
            bulk("1"),
            bulk(encoding::value(&two)),
        ];
        let [a, b, c, d] = parts.clone();
        let expected = Ok(vec![one, two]);
        assert_eq!(records(Value::Array(parts.to_vec())), expected);
        assert_eq!(records(Value::Map(vec![(a, b), (c, d)])), expected);
        assert_eq!(records(Value::Array(Vec::new())), Ok(Vec::new()));
    }

    #[test]
    fn garbage_is_told_from_nothing() {
        for reply in [
            Value::Array(vec![bulk("0"), bulk("garbage")]),
            Value::Array(vec![bulk("0")]),
            Value::Int(3),
            bulk("text"),
            Value::Nil,
        ] {
            assert_eq!(records(reply), Err(Unusable::Garbage));
        }
    }

    #[test]
    fn a_write_is_kept_or_says_who_was_first() {
        let ours = write("u", record(0, "a"));
        assert_eq!(written(&ours, &Value::Nil), Ok(Written::Kept));
        let there = |record: &Record| bulk(encoding::value(record));
        assert_eq!(written(&ours, &there(&ours.record)), Ok(Written::Kept));
        let other = record(0, "b");
        assert_eq!(written(&ours, &there(&other)), Ok(Written::Taken(other)));
        assert_eq!(written(&ours, &bulk("garbage")), Err(Unusable::Garbage));
    }
}

//! Keys and values of the file.
use turnout_engine::Instant;

use crate::{Key, Record};

const ID_BYTES: usize = 32;
const AS_TEXT: u8 = 0;
const AS_ID: u8 = 1;

/// Bytes of a key: the parts in front carry their length, so that no two keys are the same.
pub(crate) fn key(experiment: &str, unit_kind: &str, unit_id: &str, out: &mut Vec<u8>) {
    out.clear();
    for part in [experiment, unit_kind] {
        out.extend_from_slice(&length(part).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(unit_id.as_bytes());
}

/// Bytes of a key of its own.
pub(crate) fn own_key(parts: &Key) -> Box<[u8]> {
    let mut out = Vec::new();
    key(
        &parts.experiment,
        &parts.unit_kind,
        &parts.unit_id,
        &mut out,
    );
    out.into_boxed_slice()
}

/// A value: when it was stored, in nanoseconds since 1970, and the records of every epoch.
pub(crate) fn value(stored_at: u64, records: &[Record]) -> Vec<u8> {
    let mut out = stored_at.to_be_bytes().to_vec();
    for record in records {
        out.extend_from_slice(&record.epoch.to_be_bytes());
        out.extend_from_slice(&record.assigned_at.0.to_be_bytes());
        put_text(&mut out, &record.variant);
        match from_hex(&record.snapshot) {
            Some(id) => {
                out.push(AS_ID);
                out.extend_from_slice(&id);
            }
            None => {
                out.push(AS_TEXT);
                put_text(&mut out, &record.snapshot);
            }
        }
    }
    out
}

/// When a value was stored; `None` when it is none.
pub(crate) fn stored_at(value: &[u8]) -> Option<u64> {
    value.first_chunk().copied().map(u64::from_be_bytes)
}

/// The records of a value; `None` when no turnout wrote it.
pub(crate) fn records(value: &[u8]) -> Option<Vec<Record>> {
    let mut rest = value.get(size_of::<u64>()..)?;
    let mut records = Vec::with_capacity(1);
    while !rest.is_empty() {
        records.push(Record {
            epoch: u32::from_be_bytes(take(&mut rest)?),
            assigned_at: Instant(i64::from_be_bytes(take(&mut rest)?)),
            variant: take_text(&mut rest)?,
            snapshot: take_snapshot(&mut rest)?,
        });
    }
    Some(records)
}

fn take_snapshot(rest: &mut &[u8]) -> Option<Box<str>> {
    match take::<1>(rest)? {
        [AS_TEXT] => take_text(rest),
        [AS_ID] => take::<ID_BYTES>(rest).map(|id| to_hex(&id)),
        _ => None,
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

fn take_text(rest: &mut &[u8]) -> Option<Box<str>> {
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    let (text, left) = rest.split_at_checked(length)?;
    *rest = left;
    std::str::from_utf8(text).ok().map(Into::into)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&length(text).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// INVARIANT: no part is longer, which [`fits`] has checked.
fn length(part: &str) -> u16 {
    u16::try_from(part.len()).unwrap_or(u16::MAX)
}

/// Whether every part can be written with its length.
pub(crate) fn fits(key: &Key, record: &Record) -> bool {
    let parts = [
        &key.experiment,
        &key.unit_kind,
        &record.variant,
        &record.snapshot,
    ];
    parts.iter().all(|part| part.len() < usize::from(u16::MAX))
}

/// The bytes of 64 lower-case hex digits.
fn from_hex(text: &str) -> Option<[u8; ID_BYTES]> {
    let digits: &[u8; 2 * ID_BYTES] = text.as_bytes().try_into().ok()?;
    let mut id = [0; ID_BYTES];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(id)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

fn to_hex(id: &[u8; ID_BYTES]) -> Box<str> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| char::from(DIGITS[usize::from(number & 15)]);
    let mut text = String::with_capacity(2 * ID_BYTES);
    for byte in id {
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
    text.into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::record;

    #[test]
    fn what_is_written_is_read_again() {
        for snapshot in [
            &*"0f".repeat(32),
            "",
            "ABCD",
            &"G".repeat(64),
            "kept elsewhere",
        ] {
            let mut odd = record(7, "variant ü");
            odd.snapshot = snapshot.into();
            odd.assigned_at = Instant(-1);
            let all = [record(0, "a"), odd, record(u32::MAX, "")];
            let written = value(42, &all);
            assert_eq!(stored_at(&written), Some(42));
            assert_eq!(records(&written), Some(all.to_vec()));
        }
    }

    #[test]
    fn a_value_that_was_cut_or_is_no_value_is_refused() {
        let written = value(42, &[record(3, "b")]);
        for end in 0..written.len() {
            let whole = end == size_of::<u64>();
            assert_eq!(records(&written[..end]).is_some(), whole, "{end}");
        }
        assert_eq!(records(&[0xff; 60]), None);
        assert_eq!(records(b"garbage that somebody wrote"), None);
    }

    #[test]
    fn keys_that_differ_have_different_bytes() {
        let of = |experiment: &str, kind: &str, id: &str| own_key(&Key::new(experiment, kind, id));
        assert_ne!(of("a", "user", "b"), of("a", "use", "rb"));
        assert_ne!(of("ab", "c", "d"), of("a", "bc", "d"));
        assert_ne!(of("a", "b", "c"), of("a", "b", "c\0"));
    }
}

//! Writing protobuf by hand, for replies that are put together from pre-encoded parts.
use std::time::Duration;

const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;

/// Appends a varint.
#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes of a varint: its bits in sevens, rounded up. 9/64 stands for 1/7, which is exact up to
/// 64 bits and spares a division.
#[inline]
pub(crate) fn varint_length(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    (bits * 9 + 64) / 64
}

/// Appends the tag of a string, bytes or message field and the length of its value.
#[inline(always)]
pub(crate) fn put_header(out: &mut Vec<u8>, field: u32, length: usize) {
    put_varint(out, u64::from(field << 3 | LENGTH_DELIMITED));
    put_varint(out, length as u64);
}

/// Appends a string, bytes or message field.
#[inline]
pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    put_header(out, field, value.len());
    out.extend_from_slice(value);
}

/// Appends a string, bytes or message field unless it is empty, as proto3 does.
#[inline]
pub(crate) fn put_bytes_if(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    if !value.is_empty() {
        put_bytes(out, field, value);
    }
}

/// Appends an integer, enum or boolean field.
#[inline]
pub(crate) fn put_number(out: &mut Vec<u8>, field: u32, value: u64) {
    put_varint(out, u64::from(field << 3 | VARINT));
    put_varint(out, value);
}

/// Appends an integer, enum or boolean field unless it is zero, as proto3 does.
#[inline]
pub(crate) fn put_number_if(out: &mut Vec<u8>, field: u32, value: u64) {
    if value != 0 {
        put_number(out, field, value);
    }
}

/// Appends the fields of a `google.protobuf.Duration`.
pub(crate) fn put_duration(out: &mut Vec<u8>, duration: Duration) {
    put_number_if(out, 1, duration.as_secs());
    put_number_if(out, 2, u64::from(duration.subsec_nanos()));
}

/// Bytes of the fields of a `google.protobuf.Duration`.
#[inline]
pub(crate) fn duration_length(duration: Duration) -> usize {
    let number = |value: u64| {
        if value == 0 {
            0
        } else {
            1 + varint_length(value)
        }
    };
    number(duration.as_secs()) + number(u64::from(duration.subsec_nanos()))
}

/// Bytes of a length-delimited field, tag and length included.
#[inline]
pub(crate) fn field_length(field: u32, length: usize) -> usize {
    varint_length(u64::from(field << 3)) + varint_length(length as u64) + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_varint_is_what_it_takes() {
        for value in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_length(value), "{value}");
        }
    }

    #[test]
    fn the_length_of_a_duration_is_what_it_takes() {
        for (seconds, nanos) in [(0, 0), (1, 0), (0, 1), (86_400, 999_999_999)] {
            let duration = Duration::new(seconds, nanos);
            let mut out = Vec::new();
            put_duration(&mut out, duration);
            assert_eq!(out.len(), duration_length(duration), "{duration:?}");
        }
    }

    #[test]
    fn the_length_of_a_field_is_what_it_takes() {
        for length in [0, 1, 127, 128, 70_000] {
            let mut out = Vec::new();
            put_bytes(&mut out, 12, &vec![0; length]);
            assert_eq!(out.len(), field_length(12, length));
        }
    }
}

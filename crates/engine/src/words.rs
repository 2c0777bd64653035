//! Short texts compared as two machine words: names and attribute values are rarely longer than
//! 16 bytes, and a call of `memcmp` costs more than comparing them.

const HIGH: u64 = 0x8080_8080_8080_8080;

/// The bytes of a text of at most 16, as two words that overlap where it is shorter. Texts of one
/// length have the same words exactly when they are equal.
#[inline]
fn words(text: &[u8]) -> Option<(u64, u64)> {
    match text {
        [] => Some((0, 0)),
        [one] => Some(((*one).into(), 0)),
        [one, two] => Some(((*one).into(), (*two).into())),
        [one, two, three] => Some((u16::from_le_bytes([*one, *two]).into(), (*three).into())),
        _ if text.len() < 8 => {
            let (first, last) = (text.first_chunk()?, text.last_chunk()?);
            Some((
                u32::from_le_bytes(*first).into(),
                u32::from_le_bytes(*last).into(),
            ))
        }
        _ if text.len() <= 16 => {
            let (first, last) = (text.first_chunk()?, text.last_chunk()?);
            Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last)))
        }
        _ => None,
    }
}

/// Lowers every ASCII letter of a word; other bytes stay.
#[inline]
fn lower(word: u64) -> u64 {
    let low = word & !HIGH;
    // Bytes are below 0x80, so that no sum runs over into the next byte: the first sets the high
    // bit from `A` on, the second past `Z`.
    let from_a = low.wrapping_add(0x3f3f_3f3f_3f3f_3f3f);
    let past_z = low.wrapping_add(0x2525_2525_2525_2525);
    let upper = (from_a ^ past_z) & !word & HIGH;
    word | (upper >> 2)
}

#[inline]
pub(crate) fn is_ascii(text: &[u8]) -> bool {
    match words(text) {
        Some((first, last)) => (first | last) & HIGH == 0,
        None => text.is_ascii(),
    }
}

#[inline]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    match (words(left), words(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

/// Whether they are the same but for the case of ASCII letters.
#[inline]
pub(crate) fn same_but_case(text: &[u8], lowered: &[u8]) -> bool {
    if text.len() != lowered.len() {
        return false;
    }
    match (words(text), words(lowered)) {
        (Some(text), Some(lowered)) => (lower(text.0), lower(text.1)) == lowered,
        _ => text.eq_ignore_ascii_case(lowered),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_lowered_as_ascii_says() {
        for byte in 0..=u8::MAX {
            let lowered = u64::from_le_bytes([byte.to_ascii_lowercase(); 8]);
            assert_eq!(lower(u64::from_le_bytes([byte; 8])), lowered, "{byte}");
        }
    }

    proptest! {
        #[test]
        fn words_say_what_the_plain_comparisons_say(
            left in proptest::collection::vec(any::<u8>(), 0..20),
            right in proptest::collection::vec(any::<u8>(), 0..20),
            change in any::<(usize, u8)>(),
        ) {
            let lowered = left.to_ascii_lowercase();
            let mut near = left.clone();
            if let Some(byte) = near.get_mut(change.0 % 20) {
                *byte = change.1;
            }
            for other in [&right, &near, &lowered, &left] {
                prop_assert_eq!(same(&left, other), left == *other);
                let plain = left.eq_ignore_ascii_case(other);
                prop_assert_eq!(same_but_case(&left, &other.to_ascii_lowercase()), plain);
            }
            prop_assert_eq!(is_ascii(&left), left.is_ascii());
        }
    }
}

//! Short texts compared as two machine words: names and attribute values are rarely longer than
//! 16 bytes, and a call of `memcmp` costs more than comparing them.

use std::hash::Hasher;

const HIGH: u64 = 0x8080_8080_8080_8080;

/// A text of at most 16 bytes: its length, its beginning and its end, which overlap where it is
/// shorter. Two are equal exactly when the texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    length: usize,
    first: u64,
    last: u64,
}

impl Words {
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let (first, last) = if let (Some(first), Some(last)) =
            (text.first_chunk::<8>(), text.last_chunk::<8>())
        {
            if length > 16 {
                return None;
            }
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>())
        {
            (
                u32::from_le_bytes(*first).into(),
                u32::from_le_bytes(*last).into(),
            )
        } else {
            match text {
                [one, two, three] => (u16::from_le_bytes([*one, *two]).into(), (*three).into()),
                [one, two] => ((*one).into(), (*two).into()),
                [one] => ((*one).into(), 0),
                _ => (0, 0),
            }
        };
        Some(Self {
            length,
            first,
            last,
        })
    }

    #[inline]
    pub(crate) fn is_ascii(self) -> bool {
        (self.first | self.last) & HIGH == 0
    }

    /// The same with every ASCII letter lowered.
    #[inline]
    pub(crate) fn lowered(self) -> Self {
        Self {
            first: lower(self.first),
            last: lower(self.last),
            ..self
        }
    }

    #[inline]
    pub(crate) fn hash(self, hasher: &mut impl Hasher) {
        hasher.write_u64(self.first);
        hasher.write_u64(self.last);
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
            let words = Words::of(&left);
            prop_assert_eq!(words.is_some(), left.len() <= 16);
            let mut near = left.clone();
            if let Some(byte) = near.get_mut(change.0 % 20) {
                *byte = change.1;
            }
            let mut longer = left.clone();
            longer.extend(left.last());
            for other in [&right, &near, &longer, &left.to_ascii_lowercase(), &left] {
                if let (Some(words), Some(other_words)) = (words, Words::of(other)) {
                    prop_assert_eq!(words == other_words, left == *other);
                    let plain = left.eq_ignore_ascii_case(other);
                    prop_assert_eq!(words.lowered() == other_words.lowered(), plain);
                }
            }
            if let Some(words) = words {
                prop_assert_eq!(words.is_ascii(), left.is_ascii());
            }
        }
    }
}

//! The hash of an id.
use std::fmt;

use siphasher::sip128::SipHasher24;

use crate::numbers::array_at;

/// The key of hashed ids: random, one for all sets that are to be compared, 16 bytes.
///
/// Not for logs: who knows it can look for ids that are taken for members.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Key(pub [u8; 16]);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

/// SipHash-2-4 of 128 bits, ready for ids.
#[derive(Clone, Copy)]
pub(crate) struct IdHash(SipHasher24);

impl IdHash {
    #[inline]
    pub(crate) fn new(key: Key) -> Self {
        Self(SipHasher24::new_with_key(&key.0))
    }

    /// The first half of the published output is the high half of the number.
    #[inline]
    pub(crate) fn of(&self, id: &[u8]) -> u128 {
        let hash = self.0.hash(id);
        (u128::from(hash.h1) << 64) | u128::from(hash.h2)
    }
}

impl Key {
    pub(crate) fn read(bytes: &[u8], at: usize) -> Option<Self> {
        array_at(bytes, at).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first three vectors of the reference implementation: its key, and 0, 1 and 2 bytes.
    #[test]
    fn the_published_vectors_come_out() {
        let key = Key(std::array::from_fn(|index| index as u8));
        let published: [[u8; 16]; 3] = [
            0xa3817f04ba25a8e66df67214c7550293_u128.to_be_bytes(),
            0xda87c1d86b99af44347659119b22fc45_u128.to_be_bytes(),
            0x8177228da4a45dc7fca38bdef60affe4_u128.to_be_bytes(),
        ];
        for (count, expected) in (0_u8..).zip(published) {
            let id: Vec<u8> = (0..count).collect();
            let hash = IdHash::new(key).of(&id);
            let high = ((hash >> 64) as u64).to_le_bytes();
            assert_eq!([high, (hash as u64).to_le_bytes()].concat(), expected);
        }
    }

    #[test]
    fn a_key_is_not_told() {
        assert_eq!(format!("{:?}", Key([9; 16])), "Key(…)");
    }
}

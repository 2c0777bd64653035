//! Where a unit falls for a salt, and which variant owns that place.
use crate::index::VariantIndex;
use crate::sha256::{BLOCK, Job, START, compress};

/// Slots of one salt.
pub(crate) const SLOTS: u32 = 1_000_000;

/// A message's last block ends with its length in bits.
const LENGTH: usize = 8;
/// The slot of a unit, 0 to 999,999.
///
/// `(u32_be(SHA-256("b1:" + salt + ":" + unit_id)[0..4]) * 1_000_000) >> 32`
#[must_use]
pub fn slot(salt: &str, unit_id: &str) -> u32 {
    Salt::new(salt).slot(unit_id)
}

/// A salt, absorbed into the hash once when it is linked, so that a short id costs one block and
/// no more: `sha2::Sha256` pays for buffering and for finding the end on top of it.
#[derive(Debug)]
pub(crate) struct Salt {
    state: [u32; 8],
    /// What does not fill a block yet, then zeros.
    block: [u8; BLOCK],
    filled: usize,
    /// Bytes in all.
    absorbed: usize,
}

impl Salt {
    pub(crate) fn new(salt: &str) -> Self {
        let mut prefix = Self {
            state: START,
            block: [0; BLOCK],
            filled: 0,
            absorbed: 0,
        };
        prefix.absorb(b"b1:");
        prefix.absorb(salt.as_bytes());
        prefix.absorb(b":");
        prefix
    }

    /// The slot of a unit, 0 to 999,999.
    pub(crate) fn slot(&self, unit_id: &str) -> u32 {
        match self.job(unit_id) {
            Some(job) => scale(job.first()),
            None => scale(self.blocks(unit_id)),
        }
    }

    /// What is left to hash when the id ends in the block that the salt began.
    #[inline]
    pub(crate) fn job(&self, unit_id: &str) -> Option<Job> {
        let id = unit_id.as_bytes();
        let end = self
            .filled
            .checked_add(id.len())
            .filter(|end| *end < BLOCK - LENGTH)?;
        let mut block = self.block;
        block.get_mut(self.filled..end)?.copy_from_slice(id);
        *block.get_mut(end)? = 0x80;
        let bits = u64::try_from(self.absorbed.checked_add(id.len())?)
            .ok()?
            .checked_mul(8)?;
        *block.last_chunk_mut::<LENGTH>()? = bits.to_be_bytes();
        Some(Job {
            state: self.state,
            block,
        })
    }

    #[cold]
    fn blocks(&self, unit_id: &str) -> u32 {
        let mut message = Self { ..*self };
        message.absorb(unit_id.as_bytes());
        message.finish()
    }

    #[inline]
    fn absorb(&mut self, mut bytes: &[u8]) {
        self.absorbed = self.absorbed.saturating_add(bytes.len());
        loop {
            let room = BLOCK.saturating_sub(self.filled);
            let (head, tail) = bytes.split_at(room.min(bytes.len()));
            let end = self.filled.saturating_add(head.len());
            if let Some(part) = self.block.get_mut(self.filled..end) {
                part.copy_from_slice(head);
            }
            self.filled = end;
            if end < BLOCK {
                return;
            }
            self.compress();
            bytes = tail;
        }
    }

    #[inline]
    fn compress(&mut self) {
        compress(&mut self.state, &self.block);
        self.block = [0; BLOCK];
        self.filled = 0;
    }

    /// The first four bytes of the hash.
    #[inline]
    fn finish(mut self) -> u32 {
        let bits = u64::try_from(self.absorbed)
            .unwrap_or(u64::MAX)
            .saturating_mul(8);
        if let Some(end) = self.block.get_mut(self.filled) {
            *end = 0x80;
        }
        if self.filled >= BLOCK.saturating_sub(LENGTH) {
            self.compress();
        }
        if let Some((_, length)) = self.block.split_last_chunk_mut::<LENGTH>() {
            *length = bits.to_be_bytes();
        }
        self.compress();
        let [first, ..] = self.state;
        first
    }
}

/// The share of 2^32 that a hash is, in slots.
pub(crate) fn scale(hash: u32) -> u32 {
    let product = u64::from(hash).saturating_mul(u64::from(SLOTS));
    u32::try_from(product >> 32).unwrap_or(SLOTS)
}

/// Who owns a slot: a variant, or in a layer an experiment. INVARIANT: bounds ascend and the last
/// ends at [`SLOTS`].
#[derive(Debug)]
pub(crate) struct Owners<T = VariantIndex>(Box<[Bound<T>]>);

/// The slots from the bound before up to `end`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound<T = VariantIndex> {
    pub(crate) end: u32,
    pub(crate) owner: Option<T>,
}

impl<T: Copy> Owners<T> {
    pub(crate) fn new(bounds: Vec<Bound<T>>) -> Self {
        Self(bounds.into())
    }

    /// Who owns the first slot.
    #[inline]
    pub(crate) fn first(&self) -> Option<T> {
        self.0.first().and_then(|bound| bound.owner)
    }

    pub(crate) fn of(&self, slot: u32) -> Option<T> {
        let at = self.0.partition_point(|bound| bound.end <= slot);
        self.0.get(at).and_then(|bound| bound.owner)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn by_the_book(salt: &str, unit_id: &str) -> u32 {
        let digest = Sha256::digest(format!("b1:{salt}:{unit_id}"));
        let first = digest
            .iter()
            .take(4)
            .fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte));
        u32::try_from((first * 1_000_000) >> 32).expect("below a million")
    }

    #[test]
    fn every_length_of_salt_and_id_gives_the_slot_of_the_plain_hash() {
        for salt_length in 1..=130 {
            let salt = "s".repeat(salt_length);
            for id_length in (1..=200).chain([1_000, 4_096]) {
                let id = "i".repeat(id_length);
                assert_eq!(
                    slot(&salt, &id),
                    by_the_book(&salt, &id),
                    "{salt_length} {id_length}"
                );
            }
        }
    }

    #[test]
    fn a_bound_is_half_open() {
        let owner = Some(VariantIndex::from(7));
        let owners = Owners::new(vec![
            Bound { end: 10, owner },
            Bound {
                end: 20,
                owner: None,
            },
            Bound { end: SLOTS, owner },
        ]);
        assert_eq!(
            [9, 10, 19, 20, 999_999].map(|slot| owners.of(slot).is_some()),
            [true, false, false, true, true]
        );
    }
}

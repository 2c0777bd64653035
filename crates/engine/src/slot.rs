//! Where a unit falls for a salt.
use sha2::{Digest, Sha256};

/// Slots of one salt.
pub(crate) const SLOTS: u32 = 1_000_000;

/// The slot of a unit, 0 to 999,999: `(u32_be(SHA-256("b1:" + salt + ":" + unit_id)) * 1_000_000) >> 32`.
#[must_use]
pub fn slot(salt: &str, unit_id: &str) -> u32 {
    let digest = Sha256::new()
        .chain_update("b1:")
        .chain_update(salt)
        .chain_update(":")
        .chain_update(unit_id)
        .finalize();
    let mut first = [0; 4];
    first
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    scale(u32::from_be_bytes(first))
}

/// The share of 2^32 that a hash is, in slots.
pub(crate) fn scale(hash: u32) -> u32 {
    let product = u64::from(hash).saturating_mul(u64::from(SLOTS));
    u32::try_from(product >> 32).unwrap_or(SLOTS)
}

//! MurmurHash3, the 32-bit form for x86.
use std::num::Wrapping;

/// The hash of the parts, written one after the other.
pub(super) fn murmur3(seed: u32, parts: &[&str]) -> u32 {
    let text = parts.concat();
    let mut hash = Wrapping(seed);
    let mut blocks = text.as_bytes().chunks_exact(4);
    for block in &mut blocks {
        hash ^= scrambled(block);
        hash = Wrapping(hash.0.rotate_left(13)) * Wrapping(5) + Wrapping(0xE654_6B64);
    }
    if !blocks.remainder().is_empty() {
        hash ^= scrambled(blocks.remainder());
    }
    // The length counts in 32 bits.
    hash ^= Wrapping(u32::try_from(text.len() & 0xFFFF_FFFF).unwrap_or(u32::MAX));
    finished(hash.0)
}

/// Up to four bytes, the first of them lowest.
fn scrambled(bytes: &[u8]) -> Wrapping<u32> {
    let word = bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u32::from(*byte));
    let mixed = Wrapping(word) * Wrapping(0xCC9E_2D51);
    Wrapping(mixed.0.rotate_left(15)) * Wrapping(0x1B87_3593)
}

fn finished(hash: u32) -> u32 {
    let hash = Wrapping(hash ^ hash >> 16) * Wrapping(0x85EB_CA6B);
    let hash = Wrapping(hash.0 ^ hash.0 >> 13) * Wrapping(0xC2B2_AE35);
    hash.0 ^ hash.0 >> 16
}

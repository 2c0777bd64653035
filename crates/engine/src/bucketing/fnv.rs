//! FNV-1a in 32 bits.
use std::num::Wrapping;

/// The hash of the parts, written one after the other.
pub(super) fn fnv1a(parts: [&str; 2]) -> u32 {
    let bytes = parts.into_iter().flat_map(str::bytes);
    let start = Wrapping(0x811C_9DC5_u32);
    let hash = bytes.fold(start, |hash, byte| {
        (hash ^ Wrapping(u32::from(byte))) * Wrapping(0x0100_0193)
    });
    hash.0
}

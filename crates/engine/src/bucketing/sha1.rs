//! The number that LaunchDarkly, PlanOut and PostHog take from a SHA-1.
use sha1::{Digest, Sha1};

use super::real;

/// The first 15 hex digits of the hash of the parts, written one after the other.
pub(super) fn fifteen_digits(parts: [&str; 4]) -> u64 {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    let digest = hash.finalize();
    let first = digest.first_chunk().copied().unwrap_or_default();
    u64::from_be_bytes(first) >> 4
}

/// Such digits as a share of the largest; 1.0 for those next to it.
pub(super) fn share(digits: u64) -> f64 {
    real(digits) / real(0x0FFF_FFFF_FFFF_FFFF)
}

//! Statsig's pass percentages and user buckets.
use std::num::NonZeroU32;

use sha2::{Digest, Sha256};

use super::{Parts, Ranges, System, Told, left};
use crate::index::VariantIndex;

#[derive(Debug)]
struct Statsig {
    /// `{salt}.{rule}`, or the salt alone of a user bucket.
    seed: Box<str>,
    total: NonZeroU32,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Statsig {
        total: parts.total()?,
        seed: parts.seed,
        ranges: parts.ranges,
    }))
}

impl System for Statsig {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let digest = Sha256::new()
            .chain_update(&*self.seed)
            .chain_update(".")
            .chain_update(unit_id)
            .finalize();
        let first = digest.first_chunk().copied().unwrap_or_default();
        let number = f64::from(left(u64::from_be_bytes(first), self.total));
        told(number);
        self.ranges.half_open(number)
    }
}

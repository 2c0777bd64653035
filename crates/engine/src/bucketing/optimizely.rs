//! Optimizely's traffic allocation.
use super::murmur3::murmur3;
use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

const HASH_SEED: u32 = 1;
const BUCKETS: u64 = 10_000;

#[derive(Debug)]
struct Optimizely {
    experiment: Box<str>,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Optimizely {
        experiment: parts.seed,
        ranges: parts.ranges,
    }))
}

impl System for Optimizely {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let hash = murmur3(HASH_SEED, &[unit_id, &self.experiment]);
        let bucket = u64::from(hash).saturating_mul(BUCKETS) >> 32;
        let number = super::real(bucket);
        told(number);
        self.ranges.half_open(number)
    }
}

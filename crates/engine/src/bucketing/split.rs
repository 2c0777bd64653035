//! Split's partitions.
use super::murmur3::murmur3;
use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

#[derive(Debug)]
struct Split {
    hash_seed: u32,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Split {
        hash_seed: parts.hash_seed,
        ranges: parts.ranges,
    }))
}

impl System for Split {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let number = f64::from(murmur3(self.hash_seed, &[unit_id]) % 100) + 1.0;
        told(number);
        self.ranges.up_to(number)
    }
}

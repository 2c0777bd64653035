//! flagd's `fractional`, as it counts now and as it counted before.
use std::num::NonZeroU32;

use super::murmur3::murmur3;
use super::{Parts, Ranges, System, Told, real};
use crate::index::VariantIndex;

#[derive(Debug)]
struct Flagd {
    flag: Box<str>,
    /// The sum of the weights.
    total: NonZeroU32,
    ranges: Ranges,
}

#[derive(Debug)]
struct Legacy {
    flag: Box<str>,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Flagd {
        total: parts.total()?,
        flag: parts.seed,
        ranges: parts.ranges,
    }))
}

pub(super) fn make_legacy(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Legacy {
        flag: parts.seed,
        ranges: parts.ranges,
    }))
}

impl System for Flagd {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let hash = u64::from(murmur3(0, &[&self.flag, unit_id]));
        let number = real(hash.saturating_mul(self.total.get().into()) >> 32);
        told(number);
        self.ranges.half_open(number)
    }
}

impl System for Legacy {
    /// A hash of either end of 31 bits is 100 or more, which no weight reaches.
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let hash = murmur3(0, &[&self.flag, unit_id]).cast_signed();
        let number = f64::from(hash.unsigned_abs()) / f64::from(i32::MAX) * 100.0;
        told(number);
        self.ranges.half_open(number)
    }
}

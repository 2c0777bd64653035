//! GrowthBook's experiments, hash versions 1 and 2.
use super::fnv::fnv1a;
use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

#[derive(Debug)]
struct GrowthBook {
    seed: Box<str>,
    /// The number by seed and unit id.
    number: fn(&str, &str) -> f64,
    ranges: Ranges,
}

pub(super) fn make_v1(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    make(parts, first)
}

pub(super) fn make_v2(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    make(parts, second)
}

fn make(parts: Parts, number: fn(&str, &str) -> f64) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(GrowthBook {
        seed: parts.seed,
        number,
        ranges: parts.ranges,
    }))
}

/// The id goes before the seed.
fn first(seed: &str, unit_id: &str) -> f64 {
    f64::from(fnv1a([unit_id, seed]) % 1_000) / 1_000.0
}

/// The seed goes before the id, and the decimal text of the hash is hashed again.
fn second(seed: &str, unit_id: &str) -> f64 {
    let inner = fnv1a([seed, unit_id]).to_string();
    f64::from(fnv1a([&inner, ""]) % 10_000) / 10_000.0
}

impl System for GrowthBook {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let number = (self.number)(&self.seed, unit_id);
        told(number);
        self.ranges.half_open(number)
    }
}

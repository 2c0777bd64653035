//! LaunchDarkly's rollouts.
use super::sha1::{fifteen_digits, share};
use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

#[derive(Debug)]
pub(super) struct LaunchDarkly {
    /// `{flag}.{salt}`, or the rollout's own seed.
    pub(super) seed: Box<str>,
    pub(super) ranges: Ranges,
    /// Who has the number 1.0, which is below no sum of weights.
    pub(super) rest: Option<VariantIndex>,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(LaunchDarkly {
        seed: parts.seed,
        ranges: parts.ranges,
        rest: parts.rest,
    }))
}

impl LaunchDarkly {
    pub(super) fn at(&self, number: f64) -> Option<VariantIndex> {
        self.ranges.half_open(number).or(self.rest)
    }
}

impl System for LaunchDarkly {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let number = share(fifteen_digits([&self.seed, ".", unit_id, ""]));
        told(number);
        self.at(number)
    }
}

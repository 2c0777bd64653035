//! Unleash's gradual rollout and variants.
use std::num::NonZeroU32;

use super::murmur3::murmur3;
use super::{Parts, Ranges, System, Told, left};
use crate::index::VariantIndex;

const ROLLOUT: u32 = 0;
const VARIANTS: u32 = 86_028_157;
const PERCENT: NonZeroU32 = NonZeroU32::new(100).unwrap();

#[derive(Debug)]
struct Unleash {
    group: Box<str>,
    rollout_group: Box<str>,
    /// A number over it is left out.
    rollout: Option<f64>,
    total: NonZeroU32,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Unleash {
        total: parts.total()?,
        group: parts.seed,
        rollout_group: parts.rollout_seed,
        rollout: parts.rollout,
        ranges: parts.ranges,
    }))
}

impl System for Unleash {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        if let Some(rollout) = self.rollout {
            let number = counted(ROLLOUT, &self.rollout_group, unit_id, PERCENT);
            told(number);
            if number > rollout {
                return None;
            }
        }
        let number = counted(VARIANTS, &self.group, unit_id, self.total);
        told(number);
        self.ranges.up_to(number)
    }
}

/// 1 to `total`.
fn counted(seed: u32, group: &str, unit_id: &str, total: NonZeroU32) -> f64 {
    let hash = murmur3(seed, &[group, ":", unit_id]);
    f64::from(left(hash.into(), total)) + 1.0
}

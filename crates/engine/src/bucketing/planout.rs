//! PlanOut's choices.
use std::num::NonZeroU32;

use super::sha1::{fifteen_digits, share};
use super::{Parts, Ranges, System, Told, left};
use crate::index::VariantIndex;

#[derive(Debug)]
struct PlanOut {
    /// `{salt}.{param}`.
    seed: Box<str>,
    /// A uniform choice among so many; absent, a weighted one.
    uniform: Option<NonZeroU32>,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(PlanOut {
        seed: parts.seed,
        uniform: parts.total,
        ranges: parts.ranges,
    }))
}

impl System for PlanOut {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let digits = fifteen_digits([&self.seed, ".", unit_id, ""]);
        if let Some(total) = self.uniform {
            let number = f64::from(left(digits, total));
            told(number);
            return self.ranges.half_open(number);
        }
        let number = share(digits) * self.ranges.end();
        told(number);
        self.ranges.up_to(number)
    }
}

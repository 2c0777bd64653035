//! PostHog's rollouts and multivariate flags.
use super::sha1::{fifteen_digits, share};
use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

#[derive(Debug)]
struct PostHog {
    flag: Box<str>,
    /// A number over it is left out.
    rollout: Option<f64>,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(PostHog {
        flag: parts.seed,
        rollout: parts.rollout,
        ranges: parts.ranges,
    }))
}

impl System for PostHog {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        if let Some(rollout) = self.rollout {
            let number = share(fifteen_digits([&self.flag, ".", unit_id, ""]));
            told(number);
            if number > rollout {
                return None;
            }
        }
        let number = share(fifteen_digits([&self.flag, ".", unit_id, "variant"]));
        told(number);
        self.ranges.half_open(number)
    }
}

//! Flagsmith's percentage splits.
use md5::{Digest, Md5};

use super::{Parts, Ranges, System, Told};
use crate::index::VariantIndex;

/// A number of exactly 100 is drawn again from a longer text; so often in a row is beyond chance.
const MOST_DRAWS: u32 = 32;

#[derive(Debug)]
struct Flagsmith {
    object: Box<str>,
    ranges: Ranges,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Flagsmith {
        object: parts.seed,
        ranges: parts.ranges,
    }))
}

impl System for Flagsmith {
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let mut hash = Md5::new();
        for _ in 0..MOST_DRAWS {
            for part in [&*self.object, ",", unit_id] {
                hash.update(part);
            }
            let digest = u128::from_be_bytes(hash.clone().finalize().into());
            let rest = u16::try_from(digest % 9_999).unwrap_or_default();
            let number = f64::from(rest) / 9_998.0 * 100.0;
            told(number);
            if rest != 9_998 {
                return self.ranges.up_to(number);
            }
        }
        None
    }
}

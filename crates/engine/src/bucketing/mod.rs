//! The buckets of other systems: their number for a unit and their ranges, never squeezed through
//! our slots, so that a running experiment moves here without dealing its units anew.
use std::fmt::Debug;

use crate::index::VariantIndex;

/// Told each number that was computed for a unit.
pub(crate) type Told<'t> = &'t mut dyn FnMut(f64);

/// The algorithm of another system, with its parameters.
pub(crate) trait System: Debug + Send + Sync {
    /// The unit's variant; `None` when its number falls to no variant.
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex>;
}

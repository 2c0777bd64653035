//! The buckets of other systems: their number for a unit and their ranges, never squeezed through
//! our slots, so that a running experiment moves here without dealing its units anew.
mod eppo;
mod flagd;
mod flagsmith;
mod fnv;
mod growthbook;
mod launchdarkly;
mod murmur3;
mod optimizely;
mod planout;
mod posthog;
mod ranges;
mod sha1;
mod split;
mod statsig;
mod unleash;

use std::fmt::Debug;
use std::num::NonZeroU32;

pub(crate) use eppo::{Shard, Sharded};
pub(crate) use ranges::{Range, Ranges};

use crate::index::VariantIndex;

/// Told each number that was computed for a unit.
pub(crate) type Told<'t> = &'t mut dyn FnMut(f64);

/// The algorithm of another system, with its parameters.
pub(crate) trait System: Debug + Send + Sync {
    /// The unit's variant; `None` when its number falls to no variant.
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex>;
}

/// What the algorithms are made of; each takes what it needs.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) seed: Box<str>,
    pub(crate) rollout_seed: Box<str>,
    pub(crate) hash_seed: u32,
    pub(crate) total: Option<NonZeroU32>,
    pub(crate) rollout: Option<f64>,
    pub(crate) ranges: Ranges,
    pub(crate) rest: Option<VariantIndex>,
    pub(crate) sharded: Box<[Sharded]>,
}

impl Parts {
    /// How many buckets there are.
    fn total(&self) -> Result<NonZeroU32, &'static str> {
        self.total.ok_or("it needs a `total` of at least 1")
    }
}

/// Makes a system of its parts, or says what is missing.
type Make = fn(Parts) -> Result<Box<dyn System>, &'static str>;

/// The algorithms by the names of the documents.
const ALGORITHMS: [(&str, Make); 13] = [
    ("launchdarkly_sha1", launchdarkly::make),
    ("growthbook_fnv_v1", growthbook::make_v1),
    ("growthbook_fnv_v2", growthbook::make_v2),
    ("unleash_murmur3", unleash::make),
    ("statsig_sha256", statsig::make),
    ("optimizely_murmur3", optimizely::make),
    ("planout_sha1", planout::make),
    ("eppo_md5", eppo::make),
    ("flagd_murmur3", flagd::make),
    ("flagd_murmur3_legacy", flagd::make_legacy),
    ("posthog_sha1", posthog::make),
    ("split_murmur3", split::make),
    ("flagsmith_md5", flagsmith::make),
];

/// The algorithm of a name; `None` for a name that is not known.
pub(crate) fn algorithm(name: &str) -> Option<Make> {
    let row = ALGORITHMS.iter().find(|(known, _)| *known == name);
    row.map(|(_, make)| *make)
}

/// A whole number as the double next to it.
fn real(number: u64) -> f64 {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    let high = f64::from(u32::from_be_bytes([a, b, c, d]));
    high * 4_294_967_296.0 + f64::from(u32::from_be_bytes([e, f, g, h]))
}

/// The place of a hash among `total`: what is left when it is divided.
fn left(hash: u64, total: NonZeroU32) -> u32 {
    u32::try_from(hash % std::num::NonZeroU64::from(total)).unwrap_or(0)
}

#[cfg(test)]
mod tests;

//! Eppo's shards.
use std::num::NonZeroU32;

use md5::{Digest, Md5};

use super::{Parts, System, Told, left};
use crate::index::VariantIndex;

/// A variant for the units that every one of its shards holds.
#[derive(Debug)]
pub(crate) struct Sharded {
    pub(crate) variant: VariantIndex,
    pub(crate) shards: Box<[Shard]>,
}

/// Any of some ranges, `start <= shard < end`, of one salt.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) salt: Box<str>,
    pub(crate) ranges: Box<[(u32, u32)]>,
}

#[derive(Debug)]
struct Eppo {
    total: NonZeroU32,
    sharded: Box<[Sharded]>,
}

pub(super) fn make(parts: Parts) -> Result<Box<dyn System>, &'static str> {
    Ok(Box::new(Eppo {
        total: parts.total()?,
        sharded: parts.sharded,
    }))
}

impl System for Eppo {
    /// The first variant of which every shard holds the unit.
    fn choose(&self, unit_id: &str, told: Told<'_>) -> Option<VariantIndex> {
        let mut holds = |shard: &Shard| shard.holds(unit_id, self.total, told);
        let found = self
            .sharded
            .iter()
            .find(|sharded| sharded.shards.iter().all(&mut holds));
        found.map(|sharded| sharded.variant)
    }
}

impl Shard {
    fn holds(&self, unit_id: &str, total: NonZeroU32, told: Told<'_>) -> bool {
        let digest = Md5::new()
            .chain_update(&*self.salt)
            .chain_update("-")
            .chain_update(unit_id)
            .finalize();
        let first = digest.first_chunk().copied().unwrap_or_default();
        let shard = left(u32::from_be_bytes(first).into(), total);
        told(f64::from(shard));
        let mut ranges = self.ranges.iter();
        ranges.any(|(start, end)| *start <= shard && shard < *end)
    }
}

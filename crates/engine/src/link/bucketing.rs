//! Links the buckets of other systems.
use std::num::NonZeroU32;

use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;

use super::LinkError;
use super::variants::Own;
use crate::bucketing::{Parts, Range, Ranges, Shard, Sharded, algorithm};
use crate::choice::Choice;

/// The longest text that is hashed beside an id.
const SEED_LIMIT: usize = 512;

/// Links a choice by the algorithm of another system.
pub(super) fn link(own: &Own, bucketing: &message::BucketingView<'_>) -> Result<Choice, LinkError> {
    let name = bucketing.algorithm;
    let place = || format!("bucketing `{}`", name.chars().take(64).collect::<String>());
    let make = algorithm(name)
        .ok_or_else(|| LinkError::new("it is not known here: use a newer turnout").within(place))?;
    let system = parts(own, bucketing)
        .and_then(|parts| make(parts).map_err(LinkError::new))
        .map_err(|error| error.within(place))?;
    Ok(Choice::Foreign(system))
}

fn parts(own: &Own, bucketing: &message::BucketingView<'_>) -> Result<Parts, LinkError> {
    let last = bucketing.ranges.last().map(|range| range.variant);
    let rest = last.filter(|_| bucketing.rest_to_last);
    Ok(Parts {
        seed: seed(bucketing.seed)?,
        rollout_seed: seed(bucketing.rollout_seed)?,
        hash_seed: bucketing.hash_seed,
        total: NonZeroU32::new(bucketing.total),
        rollout: bucketing.rollout.map(rollout).transpose()?,
        ranges: ranges(own, &bucketing.ranges)?,
        rest: rest.map(|variant| own.variant(variant)).transpose()?,
        sharded: bucketing
            .sharded
            .iter()
            .map(|sharded| link_sharded(own, sharded))
            .collect::<Result<_, _>>()?,
    })
}

fn seed(text: &str) -> Result<Box<str>, LinkError> {
    if text.len() > SEED_LIMIT {
        let message = format!("what is hashed beside an id has more than {SEED_LIMIT} bytes");
        return Err(LinkError::new(message));
    }
    Ok(text.into())
}

fn rollout(share: f64) -> Result<f64, LinkError> {
    if (0.0..=100.0).contains(&share) {
        return Ok(share);
    }
    Err(LinkError::new(format!("a rollout of {share}")))
}

fn ranges(own: &Own, ranges: &[message::BucketRangeView<'_>]) -> Result<Ranges, LinkError> {
    let mut last = 0.0;
    let linked = ranges.iter().map(|range| {
        let (start, end) = (range.start, range.end);
        // Written so that a NaN is refused too.
        if !(last <= start && start < end && end.is_finite()) {
            let message = format!("numbers {start} to {end} are empty, or overlap those before");
            return Err(LinkError::new(message));
        }
        last = end;
        let variant = own.variant(range.variant)?;
        Ok(Range {
            start,
            end,
            variant,
        })
    });
    linked.collect::<Result<_, _>>().map(Ranges::new)
}

fn link_sharded(
    own: &Own,
    sharded: &message::ShardedVariantView<'_>,
) -> Result<Sharded, LinkError> {
    let variant = own.variant(sharded.variant)?;
    let shards = sharded.shards.iter().map(link_shard);
    let shards = shards.collect::<Result<_, _>>()?;
    Ok(Sharded { variant, shards })
}

fn link_shard(shard: &message::ShardView<'_>) -> Result<Shard, LinkError> {
    let ranges = shard.ranges.iter().map(|range| {
        let bounds = (range.start, range.end);
        let message = || LinkError::new(format!("shards {} to {}", bounds.0, bounds.1));
        (bounds.0 < bounds.1).then_some(bounds).ok_or_else(message)
    });
    Ok(Shard {
        salt: seed(shard.salt)?,
        ranges: ranges.collect::<Result<_, _>>()?,
    })
}

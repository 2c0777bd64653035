//! Links member lists, which stand in the snapshot or beside it.
use std::time::Duration;

use buffa_types::google::protobuf::__buffa::view::{DurationView, TimestampView};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;

use super::segment::units;
use super::{LinkError, schedule};
use crate::members::{Dated, LinkedRemote, LinkedSet, MemberSets, NamedSet, RemoteSet};
use crate::segment::Definition;

/// Links the members of one segment.
pub(super) fn link(
    members: &message::MembersView<'_>,
    sets: &dyn MemberSets,
) -> Result<Definition, LinkError> {
    let (set, remote) = (members.set.as_option(), members.in_redis.as_option());
    let given = [
        set.is_some(),
        remote.is_some(),
        !members.unit_ids.is_empty(),
    ];
    if given.iter().filter(|given| **given).count() > 1 {
        return Err(LinkError::new(
            "it lists members, names a member set or one in Redis: one of the three",
        ));
    }
    match (set, remote) {
        (Some(set), _) => Ok(Definition::Set(Box::new(LinkedSet {
            ids: sets.find(&named(set)?),
            count: set.count,
            dated: dated(set.evaluated_at.as_option(), set.max_age.as_option())?,
        }))),
        (None, Some(set)) => Ok(Definition::Remote(Box::new(LinkedRemote {
            set: in_redis(set)?,
            count: set.count,
            dated: dated(set.evaluated_at.as_option(), set.max_age.as_option())?,
        }))),
        (None, None) => Ok(Definition::Members(units("members", &members.unit_ids)?)),
    }
}

fn in_redis(set: &message::RedisSetView<'_>) -> Result<RemoteSet, LinkError> {
    let name = set.name.try_into().map_err(|_| {
        let length = set.name.len();
        LinkError::new(format!(
            "the name of its set in Redis has {length} bytes instead of 32"
        ))
    })?;
    if set.shards == 0 {
        return Err(LinkError::new("its set in Redis has no shards"));
    }
    Ok(RemoteSet {
        name,
        shards: set.shards,
    })
}

fn dated(
    evaluated_at: Option<&TimestampView<'_>>,
    max_age: Option<&DurationView<'_>>,
) -> Result<Dated, LinkError> {
    Ok(Dated {
        evaluated_at: evaluated_at.map(|at| schedule::instant((at.seconds, at.nanos))),
        max_age: max_age
            .map(|age| duration(age.seconds, age.nanos))
            .transpose()?,
    })
}

/// A set as the snapshot names it.
pub(crate) fn named(set: &message::MemberSetView<'_>) -> Result<NamedSet, LinkError> {
    let sha256 = set.sha256.try_into().map_err(|_| {
        let length = set.sha256.len();
        LinkError::new(format!(
            "the SHA-256 of its member set has {length} bytes instead of 32"
        ))
    })?;
    Ok(NamedSet {
        sha256,
        size: set.size,
        count: set.count,
    })
}

fn duration(seconds: i64, nanos: i32) -> Result<Duration, LinkError> {
    let whole = u64::try_from(seconds).ok();
    let below = u32::try_from(nanos)
        .ok()
        .filter(|nanos| *nanos < 1_000_000_000);
    match (whole, below) {
        (Some(seconds), Some(nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(LinkError::new("its `max_age` is no time that can pass")),
    }
}

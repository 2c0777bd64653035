//! Links member lists, which stand in the snapshot or beside it.
use std::time::Duration;

use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;

use super::segment::units;
use super::{LinkError, schedule};
use crate::members::{LinkedSet, MemberSets, NamedSet};
use crate::segment::Definition;

/// Links the members of one segment.
pub(super) fn link(
    members: &message::MembersView<'_>,
    sets: &dyn MemberSets,
) -> Result<Definition, LinkError> {
    let Some(set) = members.set.as_option() else {
        return Ok(Definition::Members(units("members", &members.unit_ids)?));
    };
    if !members.unit_ids.is_empty() {
        return Err(LinkError::new(
            "it names a member set and lists members: one of the two",
        ));
    }
    let evaluated_at = set.evaluated_at.as_option();
    let max_age = set.max_age.as_option();
    let linked = LinkedSet {
        ids: sets.find(&named(set)?),
        count: set.count,
        evaluated_at: evaluated_at.map(|at| schedule::instant((at.seconds, at.nanos))),
        max_age: max_age
            .map(|age| duration(age.seconds, age.nanos))
            .transpose()?,
    };
    Ok(Definition::Set(Box::new(linked)))
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

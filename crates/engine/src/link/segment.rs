//! Links segments.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::segment::Definition as Kind;
use turnout_snapshot::turnout::snapshot::v1::SegmentStatus;

use super::tables::{Tables, ascending, known};
use super::{LinkError, boxed, each, expression, members};
use crate::decision::SegmentReason;
use crate::members::MemberSets;
use crate::program::Segment;
use crate::segment::{Definition, LinkedSegment, Listed};
use crate::unit_set::UnitSet;

/// Links one segment.
pub(super) fn link(
    tables: &mut Tables,
    segment: &message::SegmentView<'_>,
    sets: &dyn MemberSets,
) -> Result<(Segment, LinkedSegment), LinkError> {
    let status: SegmentStatus = known("status", segment.status)?;
    let unit = tables.unit_kind(segment.unit)?;
    let definition = definition(tables, segment.definition.as_ref(), sets)?;
    let linked = LinkedSegment {
        unit,
        definition: match status {
            SegmentStatus::Draft => Definition::Silent(SegmentReason::Draft),
            SegmentStatus::Archived => Definition::Silent(SegmentReason::Archived),
            _ => definition,
        },
        include: listed(tables, &segment.include_units, &segment.include)?,
        exclude: listed(tables, &segment.exclude_units, &segment.exclude)?,
    };
    Ok((
        Segment {
            key: segment.key.into(),
            tags: boxed(&segment.tags),
            status,
            unit,
        },
        linked,
    ))
}

fn definition(
    tables: &mut Tables,
    definition: Option<&Kind<'_>>,
    sets: &dyn MemberSets,
) -> Result<Definition, LinkError> {
    Ok(match definition {
        None => return Err(LinkError::new("it has no definition")),
        Some(Kind::Everyone(_)) => Definition::Everyone,
        Some(Kind::Quarantined(_)) => Definition::Silent(SegmentReason::Quarantined),
        Some(Kind::Unevaluated(_)) => Definition::Unevaluated,
        Some(Kind::Rule(rule)) => Definition::Rule(expression::link(tables, rule)?),
        Some(Kind::Members(members)) => members::link(members, sets)?,
    })
}

/// `None` where nothing is listed.
fn listed(
    tables: &Tables,
    ids: &[&str],
    segments: &[u32],
) -> Result<Option<Box<Listed>>, LinkError> {
    if ids.is_empty() && segments.is_empty() {
        return Ok(None);
    }
    let segments = each(segments.iter(), |index| tables.segment(*index))?;
    Ok(Some(Box::new(Listed {
        units: units("listed units", ids)?,
        segments: segments.into(),
    })))
}

/// Unit ids that stand in the snapshot.
pub(super) fn units(what: &str, ids: &[&str]) -> Result<UnitSet, LinkError> {
    ascending(what, ids.iter().copied())?;
    UnitSet::new(ids).ok_or_else(|| LinkError::new(format!("the {what} are too many")))
}

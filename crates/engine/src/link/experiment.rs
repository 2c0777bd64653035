//! Links experiments.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;
use turnout_snapshot::turnout::snapshot::v1::{ExperimentStatus, FlagType};

use super::tables::{Tables, known};
use super::{LinkError, boxed, bucketing, expression, prerequisite, schedule, variants};
use crate::experiment::{Experiment, Winner};
use crate::index::{HoldoutIndex, ItemIndex};
use crate::item::LinkedItem;
use crate::program::{Item, ItemKind};

/// Links one experiment.
pub(super) fn link(
    tables: &mut Tables,
    index: ItemIndex,
    experiment: &message::ExperimentView<'_>,
) -> Result<(Item, LinkedItem), LinkError> {
    let tags = boxed(&experiment.tags);
    let key = experiment.key.into();
    let item = |value_type| Item {
        key,
        tags,
        kind: ItemKind::Experiment,
        value_type,
    };
    if experiment.quarantined {
        return Ok((item(FlagType::Unspecified), LinkedItem::Quarantined));
    }
    let value_type: FlagType = known("type", experiment.r#type)?;
    let own = variants::link(tables, index, value_type, &experiment.variants)?;
    let status = known("status", experiment.status)?;
    let linked = Experiment {
        status,
        killed: experiment.killed,
        unit: tables.unit_kind(experiment.unit)?,
        fallback_unit: option(experiment.fallback_unit, |unit| tables.unit_kind(unit))?,
        period: schedule::period(
            experiment
                .starts_at
                .as_option()
                .map(|at| (at.seconds, at.nanos)),
            experiment
                .ends_at
                .as_option()
                .map(|at| (at.seconds, at.nanos)),
        ),
        prerequisites: prerequisite::all(tables, &experiment.prerequisites)?,
        holdouts: holdouts(tables, &experiment.holdouts)?,
        winner: option(experiment.winner, |winner| own.variant(winner))?
            .filter(|_| status == ExperimentStatus::Concluded)
            .map(|variant| Winner {
                variant,
                everyone: experiment.winner_for_everyone,
            }),
        audience: expression::optional(tables, experiment.audience.as_option())?,
        layer: option(experiment.layer, |layer| tables.layer(layer))?,
        traffic: variants::share(experiment.traffic_salt, "traffic", experiment.traffic)?,
        choice: match experiment.bucketing.as_option() {
            Some(foreign) => bucketing::link(&own, foreign)?,
            None => variants::slots(&own, experiment.variant_salt, &experiment.ranges, false)?,
        },
        variants: own.places(),
        control: own.variant(experiment.control)?,
        overrides: variants::overrides(&own, &experiment.overrides)?,
        epoch: experiment.epoch,
        min_epoch: min_epoch(experiment.min_epoch, experiment.epoch)?,
        ttl: ttl(experiment.ttl_seconds),
        audience_sticky: experiment.audience_sticky,
        variant_sticky: experiment.variant_sticky,
    };
    Ok((item(value_type), LinkedItem::Experiment(Box::new(linked))))
}

fn option<T, L>(
    given: Option<T>,
    link: impl FnOnce(T) -> Result<L, LinkError>,
) -> Result<Option<L>, LinkError> {
    given.map(link).transpose()
}

fn holdouts(tables: &Tables, indices: &[u32]) -> Result<Box<[HoldoutIndex]>, LinkError> {
    let linked = indices.iter().map(|index| tables.holdout(*index));
    linked.collect()
}

/// An epoch that is blocked cannot be the current one.
fn min_epoch(oldest: u32, epoch: u32) -> Result<u32, LinkError> {
    if oldest <= epoch {
        return Ok(oldest);
    }
    let message = format!("min_epoch {oldest} is more than the epoch {epoch}");
    Err(LinkError::new(message))
}

/// In nanoseconds; one past the end of time is for ever, as none is.
fn ttl(seconds: u64) -> Option<i64> {
    let nanos = i64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?;
    (nanos > 0).then_some(nanos)
}

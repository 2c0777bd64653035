//! Links experiments.
use turnout_snapshot::turnout::snapshot::v1 as message;
use turnout_snapshot::turnout::snapshot::v1::FlagType;

use super::tables::{Tables, known};
use super::variants;
use super::{LinkError, expression};
use crate::experiment::{Experiment, Traffic};
use crate::index::ItemIndex;
use crate::item::LinkedItem;
use crate::program::{Item, ItemKind};
use crate::slot::SLOTS;

/// Links one experiment.
pub(super) fn link(
    tables: &mut Tables,
    index: ItemIndex,
    experiment: message::Experiment,
) -> Result<(Item, LinkedItem), LinkError> {
    let tags = experiment
        .tags
        .into_iter()
        .map(String::into_boxed_str)
        .collect();
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
    if experiment.traffic > SLOTS {
        let message = format!("traffic {} is more than {SLOTS}", experiment.traffic);
        return Err(LinkError::new(message));
    }
    let value_type: FlagType = known("type", experiment.r#type)?;
    let own = variants::link(tables, index, value_type, experiment.variants)?;
    let linked = Experiment {
        status: known("status", experiment.status)?,
        killed: experiment.killed,
        unit: tables.unit_kind(experiment.unit)?,
        audience: expression::optional(tables, experiment.audience.as_option())?,
        traffic: Traffic {
            salt: variants::salt(&experiment.traffic_salt)?,
            share: experiment.traffic,
        },
        variants: variants::slots(&own, &experiment.variant_salt, &experiment.ranges, false)?,
        control: own.variant(experiment.control)?,
        overrides: variants::overrides(&own, experiment.overrides)?,
    };
    Ok((item(value_type), LinkedItem::Experiment(Box::new(linked))))
}

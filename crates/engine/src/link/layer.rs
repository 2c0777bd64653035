//! Links layers.
use turnout_snapshot::turnout::snapshot::v1 as message;

use super::LinkError;
use super::tables::Tables;
use super::variants::{self, bounds};
use crate::layer::{Allocation, Layer};
use crate::slot::Owners;

/// Links one layer.
pub(super) fn link(tables: &Tables, layer: message::Layer) -> Result<Layer, LinkError> {
    let allocation = match layer.quarantined {
        true => None,
        false => Some(allocation(tables, &layer)?),
    };
    Ok(Layer {
        key: layer.key.into(),
        tags: layer.tags.into_iter().map(String::into_boxed_str).collect(),
        allocation,
    })
}

fn allocation(tables: &Tables, layer: &message::Layer) -> Result<Allocation, LinkError> {
    let ranges = layer.allocations.iter().map(|owned| {
        let (experiment, _) = tables.experiment(owned.experiment)?;
        Ok((owned.start, owned.end, experiment))
    });
    Ok(Allocation {
        unit: tables.unit_kind(layer.unit)?,
        salt: variants::salt(&layer.salt)?,
        owners: Owners::new(bounds(ranges)?),
    })
}

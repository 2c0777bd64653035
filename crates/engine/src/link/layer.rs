//! Links layers.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;

use super::tables::Tables;
use super::variants::{self, bounds};
use super::{LinkError, boxed};
use crate::layer::{Allocation, Layer};
use crate::slot::Owners;

/// Links one layer.
pub(super) fn link(tables: &Tables, layer: &message::LayerView<'_>) -> Result<Layer, LinkError> {
    let allocation = match layer.quarantined {
        true => None,
        false => Some(allocation(tables, layer)?),
    };
    Ok(Layer {
        key: layer.key.into(),
        tags: boxed(&layer.tags),
        allocation,
    })
}

fn allocation(tables: &Tables, layer: &message::LayerView<'_>) -> Result<Allocation, LinkError> {
    let ranges = layer.allocations.iter().map(|owned| {
        let (experiment, _) = tables.experiment(owned.experiment)?;
        Ok((owned.start, owned.end, experiment))
    });
    Ok(Allocation {
        unit: tables.unit_kind(layer.unit)?,
        salt: variants::salt(layer.salt)?,
        owners: Owners::new(bounds(ranges)?),
    })
}

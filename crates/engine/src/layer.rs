//! Layers: experiments that share one space of slots, so that a unit is in at most one of them.
use crate::context::NamedUnit;
use crate::decision::Unknown;
use crate::evaluation::Evaluation;
use crate::experiment::Experiment;
use crate::index::{ItemIndex, UnitKindIndex};
use crate::slot::{Owners, Salt};
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A layer.
#[derive(Debug)]
pub struct Layer {
    /// Unique among layers.
    pub key: Box<str>,
    /// As written.
    pub tags: Box<[Box<str>]>,
    /// Absent: it does not compile and never had a good version.
    pub(crate) allocation: Option<Allocation>,
}

/// Which experiment owns which slots.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) unit: UnitKindIndex,
    pub(crate) salt: Salt,
    pub(crate) owners: Owners<ItemIndex>,
}

impl Evaluation<'_, '_, '_> {
    /// Whether the experiment owns the unit's slot in its layer; without a layer it owns them all.
    /// A layer that is quarantined, or of another unit kind than the experiment, is UNKNOWN.
    pub(crate) fn in_layer<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &Experiment,
        unit: NamedUnit<'_>,
        visitor: &mut V,
    ) -> Truth {
        let Some(layer) = experiment.layer else {
            return Truth::True;
        };
        let allocation = self
            .program
            .layers
            .get(layer.at())
            .and_then(|layer| layer.allocation.as_ref())
            .filter(|allocation| allocation.unit == experiment.unit);
        visitor.enter(Step::Layer(layer));
        let truth = match allocation {
            Some(allocation) => {
                let slot = allocation.salt.slot(unit.id);
                visitor.slot(unit.kind, unit.id, slot);
                Truth::from(allocation.owners.of(slot) == Some(index))
            }
            None => {
                self.context.scratch.trail.push(Unknown::Layer(layer));
                Truth::Unknown
            }
        };
        visitor.leave(Step::Layer(layer), truth);
        truth
    }
}

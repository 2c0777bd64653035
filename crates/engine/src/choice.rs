//! Which variant a unit is given: by our slots, or by the buckets of another system.
use crate::bucketing::System;
use crate::index::{UnitKindIndex, VariantIndex};
use crate::slot::{Owners, Salt};
use crate::visitor::Visitor;

/// How a split or an experiment picks a variant for a unit.
#[derive(Debug)]
pub(crate) enum Choice {
    /// The variant that owns the unit's slot.
    Slots(Slots),
    /// What the other system would say.
    Foreign(Box<dyn System>),
}

/// Slots of a salt, and who owns them.
#[derive(Debug)]
pub(crate) struct Slots {
    pub(crate) salt: Salt,
    pub(crate) owners: Owners,
}

impl Choice {
    /// The unit's variant; `None` when it falls to nobody.
    #[inline]
    pub(crate) fn of<V: Visitor>(
        &self,
        kind: UnitKindIndex,
        unit_id: &str,
        visitor: &mut V,
    ) -> Option<VariantIndex> {
        match self {
            Self::Slots(slots) => {
                let slot = slots.salt.slot(unit_id);
                visitor.slot(kind, unit_id, slot);
                slots.owners.of(slot)
            }
            Self::Foreign(system) => {
                system.choose(unit_id, &mut |number| visitor.bucket(kind, unit_id, number))
            }
        }
    }
}

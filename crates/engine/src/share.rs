//! The share of all units that is let in, by their slots for a salt.
use crate::context::NamedUnit;
use crate::slot::{SLOTS, Salt};
use crate::visitor::Visitor;

/// A share of the slots of a salt.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) salt: Salt,
    /// At most [`SLOTS`].
    pub(crate) parts_per_million: u32,
}

impl Share {
    /// Whether the unit's slot is below the share. A whole or an empty share needs no hash.
    pub(crate) fn lets_in<V: Visitor>(&self, unit: NamedUnit<'_>, visitor: &mut V) -> bool {
        if self.parts_per_million == 0 || self.parts_per_million >= SLOTS {
            return self.parts_per_million > 0;
        }
        let slot = self.salt.slot(unit.id);
        visitor.slot(unit.kind, unit.id, slot);
        slot < self.parts_per_million
    }
}

//! Whether a place is within a distance.
use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::place::{Circle, Place};

/// In one of the circles.
#[derive(Debug)]
struct Within(Box<[Circle]>);

impl Comparison for Within {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let place = Place::read(entry.value)?;
        Some(self.0.iter().any(|circle| circle.contains(place)))
    }
}

pub(super) fn is_within(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Within(operands.circles()?.into())))
}

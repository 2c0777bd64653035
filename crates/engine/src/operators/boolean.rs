//! Comparisons of real booleans; nothing else is taken for one.
use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::value::ValueRef;

/// Which of the two are asked for.
#[derive(Debug)]
struct Is {
    on: bool,
    off: bool,
}

impl Comparison for Is {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        match entry.value {
            ValueRef::Boolean(true) => Some(self.on),
            ValueRef::Boolean(false) => Some(self.off),
            _ => None,
        }
    }
}

pub(super) fn is(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let values = operands.booleans()?;
    Ok(Box::new(Is {
        on: values.contains(&true),
        off: values.contains(&false),
    }))
}

pub(super) fn is_on(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    operands.none()?;
    Ok(Box::new(Is {
        on: true,
        off: false,
    }))
}

pub(super) fn is_off(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    operands.none()?;
    Ok(Box::new(Is {
        on: false,
        off: true,
    }))
}

//! Comparisons of versions by SemVer's precedence.
use std::cmp::Ordering;

use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::version::{KeptVersion, Version};

/// Ordered as asked against one of them.
#[derive(Debug)]
struct Order {
    operands: Box<[KeptVersion]>,
    accepts: fn(Ordering) -> bool,
}

impl Comparison for Order {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        Version::read(entry.value, |version| {
            self.operands
                .iter()
                .any(|operand| (self.accepts)(version.cmp(&operand.get())))
        })
    }
}

fn order(
    operands: &Operands<'_>,
    accepts: fn(Ordering) -> bool,
) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Order {
        operands: operands.versions()?.into(),
        accepts,
    }))
}

pub(super) fn is(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    order(operands, Ordering::is_eq)
}

pub(super) fn is_greater_than(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    order(operands, Ordering::is_gt)
}

pub(super) fn is_less_than(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    order(operands, Ordering::is_lt)
}

pub(super) fn is_at_least(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    order(operands, Ordering::is_ge)
}

pub(super) fn is_at_most(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    order(operands, Ordering::is_le)
}

/// Within one of the pairs, both ends included; reversed bounds hold for nothing.
#[derive(Debug)]
struct Between(Box<[(KeptVersion, KeptVersion)]>);

impl Comparison for Between {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        Version::read(entry.value, |version| {
            self.0
                .iter()
                .any(|(low, high)| low.get() <= version && version <= high.get())
        })
    }
}

pub(super) fn is_between(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Between(operands.version_pairs()?.into())))
}

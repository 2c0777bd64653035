//! Comparisons of numbers, all exact.
use std::cmp::Ordering;

use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::number::Number;
use crate::value::ValueRef;

/// Equal to one of them. INVARIANT: sorted.
#[derive(Debug)]
struct Is(Box<[Number]>);

impl Comparison for Is {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        Number::read(entry.value).map(|number| self.0.binary_search(&number).is_ok())
    }
}

pub(super) fn is(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let mut numbers = operands.numbers()?;
    numbers.sort_unstable();
    Ok(Box::new(Is(numbers.into())))
}

/// Ordered as asked against one of them.
#[derive(Debug)]
struct Order {
    operands: Box<[Number]>,
    accepts: fn(Ordering) -> bool,
}

/// As [`Order`], for the one small integer that a document nearly always says.
#[derive(Debug)]
struct SmallOrder {
    operand: i64,
    exact: Order,
}

impl Comparison for SmallOrder {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        match entry.value {
            ValueRef::Integer(value) => Some((self.exact.accepts)(value.cmp(&self.operand))),
            _ => self.exact.holds(entry),
        }
    }
}

impl Comparison for Order {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let number = Number::read(entry.value)?;
        Some(
            self.operands
                .iter()
                .any(|operand| (self.accepts)(number.cmp(operand))),
        )
    }
}

fn order(
    operands: &Operands<'_>,
    accepts: fn(Ordering) -> bool,
) -> Result<Box<dyn Comparison>, LinkError> {
    let exact = Order {
        operands: operands.numbers()?.into(),
        accepts,
    };
    let small = match *exact.operands {
        [Number::Integer(operand)] => i64::try_from(operand).ok(),
        _ => None,
    };
    Ok(match small {
        Some(operand) => Box::new(SmallOrder { operand, exact }),
        None => Box::new(exact),
    })
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
struct Between(Box<[(Number, Number)]>);

impl Comparison for Between {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let number = Number::read(entry.value)?;
        Some(
            self.0
                .iter()
                .any(|(low, high)| *low <= number && number <= *high),
        )
    }
}

pub(super) fn is_between(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Between(operands.intervals()?.into())))
}

/// The Euclidean remainder is one of those asked for; a value with a fraction is unusable.
#[derive(Debug)]
struct Modulo(Box<[(i128, i128)]>);

impl Comparison for Modulo {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let number = Number::read(entry.value)?.integer()?;
        let leaves = |(divisor, remainder): &(i128, i128)| {
            number.checked_rem_euclid(*divisor) == Some(*remainder)
        };
        Some(self.0.iter().any(leaves))
    }
}

pub(super) fn modulo(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Modulo(operands.moduli()?.into())))
}

//! Whether an attribute is set, and whether it is empty.
use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::number::Number;
use crate::text::Text;
use crate::value::ValueRef;

/// Holds for every value; the row says what happens without one.
#[derive(Debug)]
struct Set;

impl Comparison for Set {
    fn holds(&self, _entry: &Entry<'_>) -> Option<bool> {
        Some(true)
    }
}

pub(super) fn is_set(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    operands.none()?;
    Ok(Box::new(Set))
}

/// How a value is asked whether it is empty; `None` when it is unusable.
#[derive(Debug)]
struct Empty(fn(ValueRef<'_>) -> Option<bool>);

impl Comparison for Empty {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        (self.0)(entry.value)
    }
}

/// Only text and lists can be empty.
pub(super) fn is_empty(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    link(operands, |value| match value {
        ValueRef::String(text) => Some(text.is_empty()),
        ValueRef::List(elements) => Some(elements.is_empty()),
        _ => Some(false),
    })
}

pub(super) fn is_empty_text(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    link(operands, |value| {
        Text::of_value(value, |text| text.raw().is_empty())
    })
}

pub(super) fn is_empty_list(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    link(operands, |value| match value {
        ValueRef::List(elements) => Some(elements.is_empty()),
        _ => None,
    })
}

pub(super) fn is_empty_number(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    link(operands, |value| Number::read(value).map(|_| false))
}

pub(super) fn is_empty_boolean(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    link(operands, |value| {
        matches!(value, ValueRef::Boolean(_)).then_some(false)
    })
}

fn link(
    operands: &Operands<'_>,
    empty: fn(ValueRef<'_>) -> Option<bool>,
) -> Result<Box<dyn Comparison>, LinkError> {
    operands.none()?;
    Ok(Box::new(Empty(empty)))
}

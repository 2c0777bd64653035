//! Comparisons of lists, by whole elements. An element without a text form makes the whole list
//! unusable.
use super::string::Contains;
use super::text_set::TextSet;
use super::{Comparison, Operands};
use crate::context::Entry;
use crate::link::LinkError;
use crate::text::{Case, Text};
use crate::value::ValueRef;

/// How far the elements of a list and a set of operands overlap.
struct Overlap {
    /// How many of the operands are elements.
    found: usize,
    /// Whether some element is no operand.
    others: bool,
}

/// `None` when an element has no text form.
fn overlap(elements: &[ValueRef<'_>], operands: &TextSet, case: Case) -> Option<Overlap> {
    let mut seen = Seen::new(operands.len());
    let mut others = false;
    for element in elements {
        let position = |form: &[u8]| operands.position(form);
        match Text::of_value(*element, |text| text.with_form(case, position))? {
            Some(position) => seen.mark(position),
            None => others = true,
        }
    }
    Some(Overlap {
        found: seen.count,
        others,
    })
}

/// Which positions were marked; a short set allocates nothing.
struct Seen {
    few: u64,
    many: Vec<bool>,
    count: usize,
}

impl Seen {
    fn new(length: usize) -> Self {
        let many = if length > 64 {
            vec![false; length]
        } else {
            Vec::new()
        };
        Self {
            few: 0,
            many,
            count: 0,
        }
    }

    fn mark(&mut self, position: usize) {
        let new = match self.many.get_mut(position) {
            Some(seen) => !std::mem::replace(seen, true),
            None => {
                let bit = u32::try_from(position)
                    .ok()
                    .and_then(|at| 1_u64.checked_shl(at))
                    .unwrap_or(0);
                let new = self.few & bit == 0;
                self.few |= bit;
                new
            }
        };
        self.count = self.count.saturating_add(usize::from(new));
    }
}

fn elements<'e>(entry: &Entry<'e>) -> Option<&'e [ValueRef<'e>]> {
    match entry.value {
        ValueRef::List(elements) => Some(elements),
        _ => None,
    }
}

/// Compares one set of operands with the elements.
#[derive(Debug)]
struct Elements {
    case: Case,
    operands: TextSet,
    /// Asked with the operands that were found and all there are.
    enough: fn(usize, usize) -> bool,
}

impl Comparison for Elements {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let overlap = overlap(elements(entry)?, &self.operands, self.case)?;
        Some((self.enough)(overlap.found, self.operands.len()))
    }
}

fn link(operands: &Operands<'_>, enough: fn(usize, usize) -> bool) -> Result<Elements, LinkError> {
    let texts = TextSet::new(operands.texts()?.into_iter());
    Ok(Elements {
        case: operands.case,
        operands: texts,
        enough,
    })
}

pub(super) fn contains_any(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(link(operands, |found, _| found > 0)?))
}

pub(super) fn contains_all(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(link(operands, |found, all| found == all)?))
}

/// An undeclared attribute: a list is asked for an element, anything else for a part of its text.
#[derive(Debug)]
struct ContainsByKind {
    text: Contains,
    list: Elements,
}

impl Comparison for ContainsByKind {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        match entry.value {
            ValueRef::List(_) => self.list.holds(entry),
            _ => self.text.holds(entry),
        }
    }
}

pub(super) fn contains(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    let list = link(operands, |found, _| found > 0)?;
    Ok(Box::new(ContainsByKind {
        text: Contains::link(operands)?,
        list,
    }))
}

/// The same elements as one of the lists, in any order.
#[derive(Debug)]
struct Is {
    case: Case,
    operands: Box<[TextSet]>,
}

impl Comparison for Is {
    fn holds(&self, entry: &Entry<'_>) -> Option<bool> {
        let elements = elements(entry)?;
        let usable = |element: &ValueRef<'_>| Text::of_value(*element, |_| ()).is_some();
        if self.operands.is_empty() {
            return elements.iter().all(usable).then_some(false);
        }
        let mut equal = false;
        for operand in &self.operands {
            let overlap = overlap(elements, operand, self.case)?;
            equal |= !overlap.others && overlap.found == operand.len();
        }
        Some(equal)
    }
}

pub(super) fn is(operands: &Operands<'_>) -> Result<Box<dyn Comparison>, LinkError> {
    Ok(Box::new(Is {
        case: operands.case,
        operands: operands.lists()?.into(),
    }))
}

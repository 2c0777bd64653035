//! An experiment `e` with its ways to stick, and units that are enrolled in it.
#![allow(dead_code)] // Each test file uses its own part.

use turnout_engine::{Program, Reason};
use turnout_snapshot::turnout::snapshot::v1::Experiment;

use crate::catalogue::*;
use crate::memory::{Asking, Memory};

/// Whether the audience and the variant stick.
pub const ALL: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

/// Experiment `e` for the plan `gold`, half and half.
pub fn measured(sticky: (bool, bool), change: impl FnOnce(&mut Experiment)) -> Program {
    let mut one = experiment("e");
    one.audience = plan_is("gold").into();
    (one.audience_sticky, one.variant_sticky) = sticky;
    change(&mut one);
    program(&content(vec![], vec![], vec![one]))
}

pub fn is(variant: &str, reason: Reason) -> (String, Reason) {
    (variant.to_owned(), reason)
}

/// The first unit whose slots for the salts are as wanted.
pub fn unit(wanted: impl Fn(&str) -> bool) -> Asking {
    let ids = (0..10_000).map(|n| format!("u-{n}"));
    let id = ids.into_iter().find(|id| wanted(id));
    Asking::user(&id.expect("a unit"))
}

/// A unit that was enrolled in this variant.
pub fn enrolled(program: &Program, wanted: &str) -> (Asking, Memory) {
    let asking = unit(|id| {
        let decision = Asking::user(id).decide(program, "e", &mut Memory::default());
        variant(program, &decision) == wanted && decision.reason == Reason::Assigned
    });
    let mut memory = Memory::default();
    let decision = asking.decide(program, "e", &mut memory);
    assert_eq!(
        (decision.reason, decision.enrolled),
        (Reason::Assigned, true)
    );
    assert_eq!(memory.records.len(), 1);
    (asking, memory)
}

/// `e` for users, or else companies.
pub fn with_fallback(sticky: (bool, bool), change: impl FnOnce(&mut Experiment)) -> Program {
    measured(sticky, |e| {
        e.fallback_unit = Some(COMPANY);
        change(e);
    })
}

pub fn as_company(asking: &Asking, id: &str) -> Asking {
    let mut anonymous = asking.clone();
    anonymous.units = vec![("company", id.to_owned())];
    anonymous
}

pub fn as_both(asking: &Asking, company: &str) -> Asking {
    let mut both = asking.clone();
    both.units.push(("company", company.to_owned()));
    both
}

//! Segments: NOT(excluded) AND (included OR definition), in Kleene logic.
use std::time::Duration;

use crate::context::Unit;
use crate::decision::{SegmentReason, Unknown};
use crate::evaluation::Evaluation;
use crate::expression::Expression;
use crate::index::{SegmentIndex, UnitKindIndex};
use crate::members::{LinkedRemote, LinkedSet, Lookup};
use crate::scratch::SegmentOutcome;
use crate::truth::Truth;
use crate::unit_set::UnitSet;
use crate::visitor::{Step, Visitor};

/// A linked segment.
#[derive(Debug)]
pub(crate) struct LinkedSegment {
    pub(crate) unit: UnitKindIndex,
    pub(crate) definition: Definition,
    pub(crate) include: Option<Box<Listed>>,
    pub(crate) exclude: Option<Box<Listed>>,
}

/// Who is in it, apart from who is listed.
#[derive(Debug)]
pub(crate) enum Definition {
    Everyone,
    Rule(Expression),
    Members(UnitSet),
    /// Members beside the snapshot.
    Set(Box<LinkedSet>),
    /// Members that are looked up outside.
    Remote(Box<LinkedRemote>),
    /// Members that no query gave yet.
    Unevaluated,
    /// UNKNOWN to all who refer to it: a draft, archived or quarantined.
    Silent(SegmentReason),
}

/// Units and segments that are let in, or kept out, whatever the definition says.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) units: UnitSet,
    pub(crate) segments: Box<[SegmentIndex]>,
}

const fn outcome(truth: Truth, reason: SegmentReason) -> SegmentOutcome {
    SegmentOutcome { truth, reason }
}

const UNKNOWN: SegmentOutcome = outcome(Truth::Unknown, SegmentReason::UnknownAttribute);

impl Evaluation<'_, '_, '_> {
    /// A segment's outcome, evaluated at most once; what made it UNKNOWN is on the trail.
    pub(crate) fn segment<V: Visitor>(
        &mut self,
        index: SegmentIndex,
        visitor: &mut V,
    ) -> SegmentOutcome {
        let step = Step::Segment(index);
        visitor.enter(step);
        let outcome = match self.context.scratch.recall(index) {
            Some(outcome) => outcome,
            None => {
                let mark = self.context.scratch.both();
                let outcome = self.segment_value(index, visitor);
                self.context.scratch.settle(mark.trail, outcome.truth);
                self.context.scratch.remember(index, mark, outcome);
                outcome
            }
        };
        visitor.leave(step, outcome.truth);
        outcome
    }

    fn segment_value<V: Visitor>(
        &mut self,
        index: SegmentIndex,
        visitor: &mut V,
    ) -> SegmentOutcome {
        // INVARIANT: linking checked every index; an index of another program is UNKNOWN.
        let Some(segment) = self.program.linked_segments.get(index.at()) else {
            return UNKNOWN;
        };
        if let Definition::Silent(reason) = segment.definition {
            let unknown = match reason {
                SegmentReason::Archived => Unknown::ArchivedSegment(index),
                _ => Unknown::Segment(index),
            };
            self.context.scratch.trail.push(unknown);
            return outcome(Truth::Unknown, reason);
        }
        let excluded = self.listed(segment.exclude.as_deref(), segment.unit, visitor);
        if excluded == Truth::True {
            return outcome(Truth::False, SegmentReason::Excluded);
        }
        let inside = self.inside((index, segment), visitor);
        match (excluded, inside.truth) {
            (Truth::Unknown, Truth::True) => UNKNOWN,
            _ => inside,
        }
    }

    /// Included OR definition.
    fn inside<V: Visitor>(
        &mut self,
        (index, segment): (SegmentIndex, &LinkedSegment),
        visitor: &mut V,
    ) -> SegmentOutcome {
        let mark = self.context.scratch.mark();
        let included = self.listed(segment.include.as_deref(), segment.unit, visitor);
        if included == Truth::True {
            return outcome(Truth::True, SegmentReason::Included);
        }
        let defined = self.defined((index, segment), visitor);
        let inside = match (included, defined.truth) {
            (Truth::Unknown, Truth::False) => UNKNOWN,
            _ => defined,
        };
        self.context.scratch.settle(mark, inside.truth);
        inside
    }

    fn defined<V: Visitor>(
        &mut self,
        (index, segment): (SegmentIndex, &LinkedSegment),
        visitor: &mut V,
    ) -> SegmentOutcome {
        match &segment.definition {
            Definition::Everyone => outcome(Truth::True, SegmentReason::Everyone),
            Definition::Silent(reason) => outcome(Truth::Unknown, *reason),
            Definition::Rule(expression) => match self.expression(expression, visitor) {
                Truth::True => outcome(Truth::True, SegmentReason::Match),
                Truth::False => outcome(Truth::False, SegmentReason::NoMatch),
                Truth::Unknown => UNKNOWN,
            },
            Definition::Members(members) => self.member(segment.unit, |id| members.contains(id)),
            Definition::Set(set) => match set.usable(self.now()) {
                Ok(ids) => {
                    let known = self.context.scratch.looked_ahead(index);
                    self.member(segment.unit, |id| known.unwrap_or_else(|| ids.contains(id)))
                }
                Err(reason) => self.unusable(index, segment.unit, reason),
            },
            Definition::Remote(remote) => self.remote_member(index, segment.unit, remote),
            Definition::Unevaluated => {
                self.unusable(index, segment.unit, SegmentReason::NotEvaluated)
            }
        }
    }

    #[inline]
    fn member(&mut self, unit: UnitKindIndex, contains: impl Fn(&str) -> bool) -> SegmentOutcome {
        match self.context.unit_of(unit) {
            Unit::Id(id) if contains(id) => outcome(Truth::True, SegmentReason::Member),
            Unit::Id(_) => outcome(Truth::False, SegmentReason::NotMember),
            Unit::Absent => outcome(Truth::False, SegmentReason::NoUnit),
            Unit::Unknown => {
                self.context.scratch.trail.push(Unknown::Unit(unit));
                outcome(Truth::Unknown, SegmentReason::NoUnit)
            }
        }
    }

    /// Members that are not in memory.
    #[cold]
    fn remote_member(
        &mut self,
        index: SegmentIndex,
        unit: UnitKindIndex,
        remote: &LinkedRemote,
    ) -> SegmentOutcome {
        if remote.dated.too_old(self.now()) {
            return self.unusable(index, unit, SegmentReason::MembersTooOld);
        }
        let found = match self.context.unit_of(unit) {
            Unit::Id(id) => self.store.member(&remote.set, id),
            Unit::Absent | Unit::Unknown => return self.member(unit, |_| false),
        };
        match found {
            Lookup::Found(found) => self.member(unit, |_| found),
            Lookup::Pending | Lookup::Unreachable => {
                self.unusable(index, unit, SegmentReason::MembersUnreachable)
            }
        }
    }

    /// Members that cannot be looked at: who has no id is none of them all the same.
    #[cold]
    fn unusable(
        &mut self,
        index: SegmentIndex,
        unit: UnitKindIndex,
        reason: SegmentReason,
    ) -> SegmentOutcome {
        if let Unit::Absent = self.context.unit_of(unit) {
            return outcome(Truth::False, SegmentReason::NoUnit);
        }
        self.context.scratch.trail.push(Unknown::Segment(index));
        outcome(Truth::Unknown, reason)
    }

    /// How many members a segment has, of those that list them.
    pub(crate) fn members(&self, index: SegmentIndex) -> Option<u64> {
        match &self.program.linked_segments.get(index.at())?.definition {
            Definition::Members(members) => u64::try_from(members.len()).ok(),
            Definition::Set(set) => Some(set.count),
            Definition::Remote(remote) => Some(remote.count),
            _ => None,
        }
    }

    /// How long ago a segment's query was begun that gave its members, if one did.
    #[inline]
    pub(crate) fn member_age(&self, index: SegmentIndex) -> Option<Duration> {
        match &self.program.linked_segments.get(index.at())?.definition {
            Definition::Set(set) => set.dated.age(self.now()),
            Definition::Remote(remote) => remote.dated.age(self.now()),
            _ => None,
        }
    }

    /// Whether the unit is listed by its id or by a segment.
    fn listed<V: Visitor>(
        &mut self,
        listed: Option<&Listed>,
        unit: UnitKindIndex,
        visitor: &mut V,
    ) -> Truth {
        let Some(listed) = listed else {
            return Truth::False;
        };
        let mark = self.context.scratch.mark();
        let mut truth = self.listed_unit(&listed.units, unit);
        for segment in &listed.segments {
            if truth == Truth::True {
                break;
            }
            match self.segment(*segment, visitor).truth {
                Truth::False => {}
                other => truth = other,
            }
        }
        self.context.scratch.settle(mark, truth)
    }

    fn listed_unit(&mut self, units: &UnitSet, unit: UnitKindIndex) -> Truth {
        if units.is_empty() {
            return Truth::False;
        }
        match self.context.unit_of(unit) {
            Unit::Id(id) => Truth::from(units.contains(id)),
            Unit::Absent => Truth::False,
            Unit::Unknown => {
                self.context.scratch.trail.push(Unknown::Unit(unit));
                Truth::Unknown
            }
        }
    }
}

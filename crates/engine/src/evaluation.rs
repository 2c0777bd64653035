//! One evaluation or a batch of them, on one program, context and instant.
use crate::batch::Later;
use crate::context::Context;
use crate::decision::{Decision, Notes, SegmentCheck, UnknownSet};
use crate::index::{ItemIndex, SegmentIndex};
use crate::program::Program;
use crate::sticky::Store;
use crate::visitor::{NoVisitor, Visitor};

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

/// Decides items and checks segments; a segment that several share is evaluated once.
#[derive(Debug)]
pub struct Evaluation<'p, 'c, 'a> {
    pub(crate) program: &'p Program,
    pub(crate) context: &'c mut Context<'a>,
    now: Instant,
    pub(crate) later: Later<'p>,
    pub(crate) store: Store<'c>,
}

impl<'p, 'c, 'a> Evaluation<'p, 'c, 'a> {
    /// An evaluation of a context that was resolved against this program.
    #[inline]
    pub fn new(program: &'p Program, context: &'c mut Context<'a>, now: Instant) -> Self {
        context.scratch.begin(program.segments.len());
        Self {
            program,
            context,
            now,
            later: Later::default(),
            store: Store::default(),
        }
    }

    /// The instant that everything is decided at.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The program that decides.
    #[must_use]
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Decides a flag or an experiment.
    pub fn decide(&mut self, item: ItemIndex) -> Decision {
        self.decide_with(item, &mut NoVisitor)
    }

    /// Decides a flag or an experiment and shows the way to a visitor.
    pub fn decide_with<V: Visitor>(&mut self, item: ItemIndex, visitor: &mut V) -> Decision {
        self.context.scratch.start();
        let mut decision = self.item(item, visitor);
        if !self.context.scratch.is_quiet() {
            self.say_beside(&mut decision);
        }
        decision
    }

    /// What was met on the way to a decision.
    #[cold]
    fn say_beside(&mut self, decision: &mut Decision) {
        let scratch = &mut self.context.scratch;
        decision.assignments = scratch.take_assignments().into();
        let fell_back = scratch.fell_back;
        let unknown = scratch.unknown();
        decision.degraded = !unknown.is_empty();
        decision.unknown = UnknownSet::collect(unknown);
        decision.notes = Notes::collect(unknown).with_tz_fallback(fell_back);
    }

    /// Tells whether the context is in a segment.
    pub fn check_segment(&mut self, segment: SegmentIndex) -> SegmentCheck {
        self.check_segment_with(segment, &mut NoVisitor)
    }

    /// Tells whether the context is in a segment and shows the way to a visitor.
    pub fn check_segment_with<V: Visitor>(
        &mut self,
        segment: SegmentIndex,
        visitor: &mut V,
    ) -> SegmentCheck {
        self.context.scratch.start();
        let outcome = self.segment(segment, visitor);
        let trail = &self.context.scratch.trail;
        SegmentCheck {
            state: outcome.truth,
            reason: outcome.reason,
            unknown: UnknownSet::collect(trail),
            notes: Notes::collect(trail).with_tz_fallback(self.context.scratch.fell_back),
            member_age: self.member_age(segment),
        }
    }
}

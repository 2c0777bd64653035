//! One evaluation or a batch of them, on one program, context and instant.
use crate::context::Context;
use crate::decision::{Decision, Notes, Reason, SegmentCheck, SegmentReason, UnknownSet};
use crate::index::{ItemIndex, SegmentIndex};
use crate::program::Program;
use crate::truth::Truth;
use crate::visitor::{NoVisitor, Visitor};

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

/// Memory of evaluations that a context keeps.
#[derive(Debug, Default)]
pub(crate) struct Scratch {}

/// Decides items and checks segments; a segment that several share is evaluated once.
#[derive(Debug)]
pub struct Evaluation<'p, 'c, 'a> {
    program: &'p Program,
    context: &'c mut Context<'a>,
    now: Instant,
}

impl<'p, 'c, 'a> Evaluation<'p, 'c, 'a> {
    /// An evaluation of a context that was resolved against this program.
    pub fn new(program: &'p Program, context: &'c mut Context<'a>, now: Instant) -> Self {
        Self {
            program,
            context,
            now,
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
    pub fn decide_with<V: Visitor>(&mut self, item: ItemIndex, _visitor: &mut V) -> Decision {
        Decision {
            item,
            variant: None,
            reason: Reason::Error,
            rule: None,
            experiment: None,
            experiment_variant: None,
            enrolled: false,
            error: None,
            degraded: false,
            unknown: UnknownSet::default(),
            notes: Notes::default(),
        }
    }

    /// Tells whether the context is in a segment.
    pub fn check_segment(&mut self, segment: SegmentIndex) -> SegmentCheck {
        self.check_segment_with(segment, &mut NoVisitor)
    }

    /// Tells whether the context is in a segment and shows the way to a visitor.
    pub fn check_segment_with<V: Visitor>(
        &mut self,
        _segment: SegmentIndex,
        _visitor: &mut V,
    ) -> SegmentCheck {
        let _ = &self.context;
        SegmentCheck {
            state: Truth::Unknown,
            reason: SegmentReason::Quarantined,
            unknown: UnknownSet::default(),
            notes: Notes::default(),
        }
    }
}

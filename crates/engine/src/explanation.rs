//! The way to an answer: what a visitor saw, read beside the program and the context.
use std::time::Duration;

use crate::context::{Context, State, Unit};
use crate::decision::{Decision, SegmentCheck, closed_list};
use crate::evaluation::Evaluation;
use crate::index::{AttributeIndex, ItemIndex, SegmentIndex, UnitKindIndex};
use crate::program::Program;
use crate::rare::Rare;
use crate::truth::Truth;
use crate::value::ValueRef;
use crate::visitor::{AttributeState, Step, Visitor};

/// Steps of a usual explanation: room for them is made once.
const USUAL: usize = 16;

/// What was looked at on the way to an answer, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    steps: Vec<ExplainedStep>,
    /// Positions of the steps that are not ended.
    open: Vec<usize>,
}

/// One thing that was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExplainedStep {
    /// How many steps it stands in.
    pub depth: usize,
    /// What was looked at.
    pub step: Step,
    /// What came of it.
    pub truth: Truth,
    /// The slot that was computed for a unit, 0 to 999,999.
    pub slot: Option<(UnitKindIndex, u32)>,
    /// The number of a unit by the algorithm of another system.
    pub bucket: Option<(UnitKindIndex, f64)>,
}

impl Explanation {
    /// The steps, each before those that stand in it.
    #[must_use]
    pub fn steps(&self) -> &[ExplainedStep] {
        &self.steps
    }

    /// The step that a slot belongs to: the last of those that stand directly in the innermost
    /// that is open, as a rule that splits once its condition is left; else the open one itself.
    fn current(&mut self) -> Option<&mut ExplainedStep> {
        let depth = self.open.len();
        let open = self.open.last().copied();
        let inside = open.map_or(0, |at| at.saturating_add(1));
        let mut inner = self.steps.iter().skip(inside);
        let last = inner.rposition(|step| step.depth == depth);
        let last = last.map(|at| at.saturating_add(inside));
        self.steps.get_mut(last.or(open)?)
    }
}

impl Visitor for Explanation {
    fn enter(&mut self, step: Step) {
        if self.steps.is_empty() {
            self.steps.reserve(USUAL);
        }
        let depth = self.open.len();
        self.open.push(self.steps.len());
        self.steps.push(ExplainedStep {
            depth,
            step,
            truth: Truth::Unknown,
            slot: None,
            bucket: None,
        });
    }

    fn leave(&mut self, _step: Step, truth: Truth) {
        if let Some(step) = self.open.pop().and_then(|at| self.steps.get_mut(at)) {
            step.truth = truth;
        }
    }

    fn slot(&mut self, unit: UnitKindIndex, _unit_id: &str, slot: u32) {
        if let Some(step) = self.current() {
            step.slot = Some((unit, slot));
        }
    }

    fn bucket(&mut self, unit: UnitKindIndex, _unit_id: &str, number: f64) {
        if let Some(step) = self.current() {
            step.bucket = Some((unit, number));
        }
    }
}

closed_list!(
    /// What a step looks at; numbers of `turnout.v1.StepKind`.
    StepKind {
        Rule = 1 "RULE",
        Audience = 2 "AUDIENCE",
        Segment = 3 "SEGMENT",
        All = 4 "ALL",
        Any = 5 "ANY",
        Not = 6 "NOT",
        Condition = 7 "CONDITION",
        Slot = 8 "SLOT",
        Prerequisite = 9 "PREREQUISITE",
        Holdout = 10 "HOLDOUT",
        Layer = 11 "LAYER",
        Traffic = 12 "TRAFFIC",
        Variants = 13 "VARIANTS",
        Records = 14 "RECORDS",
    }
);

/// A step with the names of what it looked at.
#[derive(Clone, Copy, Debug)]
pub struct ReadableStep<'v> {
    /// How many steps it stands in.
    pub depth: usize,
    /// What it looks at.
    pub kind: StepKind,
    /// Of what is looked at: a rule's name, a key, or an attribute; empty for a group.
    pub name: &'v str,
    /// What came of it.
    pub truth: Truth,
    /// As documents write it; empty where nothing is compared.
    pub operator: &'static str,
    /// What is compared with, as text for people; empty beside a value that must not be shown.
    pub operand: &'v str,
    /// What a condition found of its attribute.
    pub state: Option<AttributeState>,
    /// The attribute's value, when it is set and may be shown.
    pub value: Option<ValueRef<'v>>,
    /// The attribute's value must not be shown.
    pub masked: bool,
    /// Whose slot or number was computed: the unit kind and the id.
    pub unit: Option<(&'v str, &'v str)>,
    /// 0 to 999,999.
    pub slot: Option<u32>,
    /// By the algorithm of another system.
    pub bucket: Option<f64>,
    /// How many members the segment lists, or its set has.
    pub members: Option<u64>,
    /// How long ago the query was begun that gave them.
    pub member_age: Option<Duration>,
}

impl ExplainedStep {
    fn readable<'v>(&self, evaluation: &'v Evaluation<'_, '_, '_>) -> ReadableStep<'v> {
        let (program, context) = (evaluation.program, &*evaluation.context);
        let (kind, name) = named(self.step, program);
        let (operator, operand) = compared(self.step, program);
        let (state, value, masked) = match self.step {
            Step::Condition {
                attribute, state, ..
            } => {
                let masked = program.is_sensitive(attribute);
                let shown = state == AttributeState::Set && !masked;
                let value = shown.then(|| context.value(attribute));
                (Some(state), value, masked)
            }
            _ => (None, None, false),
        };
        let segment = match self.step {
            Step::Segment(index) => Some(index),
            _ => None,
        };
        let of = self.slot.map(|(unit, _)| unit);
        let of = of.or(self.bucket.map(|(unit, _)| unit));
        ReadableStep {
            depth: self.depth,
            kind,
            name,
            truth: self.truth,
            operator,
            // Beside what came of it, the operand of `is` would say the value.
            operand: if masked { "" } else { operand },
            state,
            value,
            masked,
            unit: of.and_then(|kind| {
                let name = program.unit_kinds().get(kind.at())?;
                Some((&**name, context.unit_id(kind)?))
            }),
            slot: self.slot.map(|(_, slot)| slot),
            bucket: self.bucket.map(|(_, number)| number),
            members: segment.and_then(|index| evaluation.members(index)),
            member_age: segment.and_then(|index| evaluation.member_age(index)),
        }
    }
}

/// The kind of a step, and the name of what it looks at.
fn named(step: Step, program: &Program) -> (StepKind, &str) {
    let item = |index: ItemIndex| program.items().get(index.at()).map(|item| &*item.key);
    let (kind, name) = match step {
        Step::Rule(rule) => (StepKind::Rule, Some(program.rule_name(rule))),
        Step::Audience(index) => (StepKind::Audience, item(index)),
        Step::Segment(index) => {
            let segment = program.segments().get(index.at());
            (StepKind::Segment, segment.map(|segment| &*segment.key))
        }
        Step::All => (StepKind::All, None),
        Step::Any => (StepKind::Any, None),
        Step::Not => (StepKind::Not, None),
        Step::Condition { attribute, .. } => {
            let name = program.attributes().get(attribute.at());
            (StepKind::Condition, name.map(|name| &**name))
        }
        Step::Slot { .. } => (StepKind::Slot, None),
        Step::Prerequisite { item: index, .. } => (StepKind::Prerequisite, item(index)),
        Step::Holdout(index) => {
            let holdout = program.holdouts().get(index.at());
            (StepKind::Holdout, holdout.map(|holdout| &*holdout.key))
        }
        Step::Layer(index) => {
            let layer = program.layers().get(index.at());
            (StepKind::Layer, layer.map(|layer| &*layer.key))
        }
        Step::Traffic(index) => (StepKind::Traffic, item(index)),
        Step::Variants(index) => (StepKind::Variants, item(index)),
        Step::Records(index) => (StepKind::Records, item(index)),
    };
    (kind, name.unwrap_or_default())
}

/// The operator of a step and its operand.
fn compared(step: Step, program: &Program) -> (&'static str, &str) {
    match step {
        Step::Condition {
            operator, operand, ..
        } => (operator, program.operand(operand)),
        Step::Slot { operand, .. } => ("", program.operand(operand)),
        Step::Prerequisite {
            negated, operand, ..
        } => {
            let operator = if negated {
                "variant_is_not"
            } else {
                "variant_is"
            };
            (operator, program.operand(operand))
        }
        _ => ("", ""),
    }
}

impl Evaluation<'_, '_, '_> {
    /// Decides a flag or an experiment and keeps the way. Who asks why enrols nobody: the decision
    /// has no assignments.
    pub fn explain(&mut self, item: ItemIndex) -> (Decision, Explanation) {
        let mut explanation = Explanation::default();
        let decision = Decision {
            assignments: Rare::default(),
            ..self.decide_with(item, &mut explanation)
        };
        (decision, explanation)
    }

    /// Tells whether the context is in a segment and keeps the way.
    pub fn explain_segment(&mut self, segment: SegmentIndex) -> (SegmentCheck, Explanation) {
        let mut explanation = Explanation::default();
        let check = self.check_segment_with(segment, &mut explanation);
        (check, explanation)
    }

    /// The steps of an explanation that this evaluation gave, with names and values.
    pub fn readable<'v>(
        &'v self,
        explanation: &'v Explanation,
    ) -> impl Iterator<Item = ReadableStep<'v>> {
        let steps = explanation.steps.iter();
        steps.map(|step| step.readable(self))
    }
}

impl<'a> Context<'a> {
    /// The attribute's value; 0 without one, as of a fact without events.
    fn value(&self, attribute: AttributeIndex) -> ValueRef<'a> {
        match self.attribute(attribute) {
            State::Set(entry) => entry.value,
            State::Unset | State::Unknown => ValueRef::Integer(0),
        }
    }

    /// The unit's id of a kind, if it is known.
    fn unit_id(&self, kind: UnitKindIndex) -> Option<&'a str> {
        match self.unit_of(kind) {
            Unit::Id(id) => Some(id),
            Unit::Absent | Unit::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{OperandIndex, RuleIndex};

    #[test]
    fn a_slot_belongs_to_the_rule_that_splits_also_inside_of_a_prerequisite() {
        let prerequisite = Step::Prerequisite {
            item: ItemIndex::from(0),
            negated: false,
            operand: OperandIndex::from(0),
        };
        let [inner, outer] = [1, 2].map(|at| Step::Rule(RuleIndex::from(at)));
        let unit = UnitKindIndex::from(0);
        let mut explanation = Explanation::default();
        explanation.enter(outer);
        explanation.enter(prerequisite);
        explanation.enter(inner);
        explanation.enter(Step::All);
        explanation.leave(Step::All, Truth::True);
        explanation.leave(inner, Truth::True);
        explanation.slot(unit, "u-1", 7);
        explanation.leave(prerequisite, Truth::True);
        explanation.leave(outer, Truth::True);
        explanation.slot(unit, "u-1", 8);
        explanation.enter(Step::Traffic(ItemIndex::from(0)));
        explanation.slot(unit, "u-1", 9);
        let slots: Vec<_> = explanation
            .steps()
            .iter()
            .map(|step| step.slot.map(|(_, slot)| slot))
            .collect();
        assert_eq!(slots, [Some(8), None, Some(7), None, Some(9)]);
    }
}

//! Trees of conditions with the values TRUE, FALSE and UNKNOWN.
use crate::context::{State, Unit};
use crate::dated::DatedCondition;
use crate::decision::Unknown;
use crate::evaluation::Evaluation;
use crate::fact::FactCondition;
use crate::index::{AttributeIndex, OperandIndex, SegmentIndex, UnitKindIndex};
use crate::operators::{Comparison, Row};
use crate::prerequisite::VariantCondition;
use crate::slot::Salt;
use crate::truth::Truth;
use crate::visitor::{AttributeState, Step, Visitor};

/// A linked expression. Its depth is bounded when it is linked.
#[derive(Debug)]
pub(crate) enum Expression {
    All(Box<[Expression]>),
    Any(Box<[Expression]>),
    Not(Box<Expression>),
    Condition(Condition),
    Segment(SegmentIndex),
    Slot(Box<SlotCondition>),
    Variant(Box<VariantCondition>),
    Dated(Box<DatedCondition>),
    Fact(Box<FactCondition>),
}

/// A linked comparison of an attribute.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) attribute: AttributeIndex,
    pub(crate) operand: OperandIndex,
    /// The truth for UNSET: the operator's law, or what the condition says.
    pub(crate) unset: Truth,
    pub(crate) row: &'static Row,
    pub(crate) comparison: Box<dyn Comparison>,
}

impl Condition {
    #[inline]
    pub(crate) fn truth(&self, state: &State<'_, '_>) -> Truth {
        match state {
            State::Set(entry) => match self.comparison.holds(entry) {
                Some(holds) => Truth::from(holds != self.row.inverted),
                None => Truth::Unknown,
            },
            State::Unset => self.unset,
            State::Unknown => self.row.unknown,
        }
    }

    #[inline]
    pub(crate) fn concluded(&self, state: AttributeState, truth: Truth) -> Concluded {
        Concluded {
            attribute: self.attribute,
            operand: self.operand,
            state,
            row: self.row,
            truth,
            blamed: self.attribute,
        }
    }
}

/// What a comparison of an attribute came out as.
pub(crate) struct Concluded {
    pub(crate) attribute: AttributeIndex,
    pub(crate) operand: OperandIndex,
    pub(crate) state: AttributeState,
    pub(crate) row: &'static Row,
    pub(crate) truth: Truth,
    /// What could not be known when the truth is UNKNOWN.
    pub(crate) blamed: AttributeIndex,
}

/// `start <= slot < end` of the unit.
#[derive(Debug)]
pub(crate) struct SlotCondition {
    pub(crate) unit: UnitKindIndex,
    pub(crate) salt: Salt,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) operand: OperandIndex,
}

impl Evaluation<'_, '_, '_> {
    /// The truth of an expression; what made it UNKNOWN is on the trail.
    pub(crate) fn expression<V: Visitor>(
        &mut self,
        expression: &Expression,
        visitor: &mut V,
    ) -> Truth {
        match expression {
            Expression::Condition(condition) => self.condition(condition, visitor),
            Expression::All(parts) => self.group(parts, Step::All, Truth::False, visitor),
            Expression::Any(parts) => self.group(parts, Step::Any, Truth::True, visitor),
            Expression::Not(part) => {
                visitor.enter(Step::Not);
                let truth = !self.expression(part, visitor);
                visitor.leave(Step::Not, truth);
                truth
            }
            Expression::Segment(segment) => self.segment(*segment, visitor).truth,
            Expression::Slot(slot) => self.slot_condition(slot, visitor),
            Expression::Variant(condition) => self.variant_condition(condition, visitor),
            Expression::Dated(condition) => self.dated_condition(condition, visitor),
            Expression::Fact(condition) => self.fact_condition(condition, visitor),
        }
    }

    /// The truth of an expression that may be absent: then it is TRUE.
    pub(crate) fn optional_expression<V: Visitor>(
        &mut self,
        expression: Option<&Expression>,
        visitor: &mut V,
    ) -> Truth {
        expression.map_or(Truth::True, |expression| {
            self.expression(expression, visitor)
        })
    }

    /// One part that comes out as `decisive` decides the group; else any UNKNOWN makes it UNKNOWN.
    fn group<V: Visitor>(
        &mut self,
        parts: &[Expression],
        step: Step,
        decisive: Truth,
        visitor: &mut V,
    ) -> Truth {
        visitor.enter(step);
        let mark = self.context.scratch.mark();
        let mut truth = !decisive;
        for part in parts {
            let part = self.expression(part, visitor);
            if part == decisive {
                truth = decisive;
                break;
            }
            if part == Truth::Unknown {
                truth = Truth::Unknown;
            }
        }
        visitor.leave(step, truth);
        self.context.scratch.settle(mark, truth)
    }

    #[inline]
    fn condition<V: Visitor>(&mut self, condition: &Condition, visitor: &mut V) -> Truth {
        let state = self.context.attribute(condition.attribute);
        let concluded = condition.concluded(state.kind(), condition.truth(&state));
        self.conclude(concluded, visitor)
    }

    /// Names what could not be known, and tells the visitor.
    #[inline]
    pub(crate) fn conclude<V: Visitor>(&mut self, concluded: Concluded, visitor: &mut V) -> Truth {
        let truth = concluded.truth;
        if truth == Truth::Unknown {
            self.context
                .scratch
                .trail
                .push(Unknown::Attribute(concluded.blamed));
        }
        let step = Step::Condition {
            attribute: concluded.attribute,
            operator: concluded.row.name,
            operand: concluded.operand,
            state: concluded.state,
        };
        visitor.enter(step);
        visitor.leave(step, truth);
        truth
    }

    fn slot_condition<V: Visitor>(&mut self, condition: &SlotCondition, visitor: &mut V) -> Truth {
        let step = Step::Slot {
            unit: condition.unit,
            operand: condition.operand,
        };
        visitor.enter(step);
        let truth = match self.context.unit_of(condition.unit) {
            Unit::Id(id) => {
                let slot = condition.salt.slot(id);
                visitor.slot(condition.unit, id, slot);
                Truth::from((condition.start..condition.end).contains(&slot))
            }
            Unit::Absent => Truth::False,
            Unit::Unknown => {
                self.context
                    .scratch
                    .trail
                    .push(Unknown::Unit(condition.unit));
                Truth::Unknown
            }
        };
        visitor.leave(step, truth);
        truth
    }
}

//! A hook into the one evaluation algorithm, from which explanations are made.
use crate::index::{
    AttributeIndex, HoldoutIndex, ItemIndex, LayerIndex, OperandIndex, RuleIndex, SegmentIndex,
    UnitKindIndex,
};
use crate::truth::Truth;

/// A part of the evaluation that has a truth value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A flag's rule: its condition.
    Rule(RuleIndex),
    /// An experiment's audience.
    Audience(ItemIndex),
    /// A segment; when it was evaluated before, nothing is visited inside it.
    Segment(SegmentIndex),
    /// A group: every one of its expressions.
    All,
    /// A group: any of its expressions.
    Any,
    /// A negation.
    Not,
    /// A comparison of an attribute.
    Condition {
        /// What is looked at.
        attribute: AttributeIndex,
        /// The operator as documents write it, for example `is_not`.
        operator: &'static str,
        /// What it is compared with.
        operand: OperandIndex,
        /// What was found of the attribute.
        state: AttributeState,
    },
    /// A comparison of a unit's slot.
    Slot {
        /// Whose slot.
        unit: UnitKindIndex,
        /// The slots that are TRUE.
        operand: OperandIndex,
    },
    /// A condition on the variant that a flag or an experiment comes out as; when that was
    /// evaluated before, nothing is visited inside it.
    Prerequisite {
        /// Whose variant.
        item: ItemIndex,
        /// `variant_is_not`.
        negated: bool,
        /// The variants asked for.
        operand: OperandIndex,
    },
    /// A holdout: TRUE or UNKNOWN holds.
    Holdout(HoldoutIndex),
    /// Whether the experiment owns the unit's slot in its layer.
    Layer(LayerIndex),
    /// Whether the unit's slot is within the experiment's traffic.
    Traffic(ItemIndex),
    /// Whether any variant of the experiment owns the unit's slot.
    Variants(ItemIndex),
    /// What is kept of a unit for an experiment: TRUE when there is a record of any epoch.
    Records(ItemIndex),
}

/// What a condition finds of its attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeState {
    /// A value; of a fact without events the number 0.
    Set,
    /// No value in a complete context.
    Unset,
    /// It could not be known.
    Unknown,
}

/// Sees what an evaluation looks at, in its order.
///
/// Every method does nothing unless it is overridden, so that [`NoVisitor`] costs nothing.
pub trait Visitor {
    /// A step begins.
    #[inline]
    fn enter(&mut self, _step: Step) {}

    /// A step ends with its truth.
    #[inline]
    fn leave(&mut self, _step: Step, _truth: Truth) {}

    /// A unit's slot was computed.
    #[inline]
    fn slot(&mut self, _unit: UnitKindIndex, _unit_id: &str, _slot: u32) {}

    /// A unit's number by the algorithm of another system was computed.
    #[inline]
    fn bucket(&mut self, _unit: UnitKindIndex, _unit_id: &str, _number: f64) {}
}

/// Sees nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVisitor;

impl Visitor for NoVisitor {}

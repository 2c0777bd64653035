//! Holdouts: units that are kept out of the experiments that name them.
use turnout_snapshot::turnout::snapshot::v1::HoldoutStatus;

use crate::context::{NamedUnit, Unit};
use crate::decision::Unknown;
use crate::evaluation::Evaluation;
use crate::expression::Expression;
use crate::index::{HoldoutIndex, UnitKindIndex};
use crate::period::Period;
use crate::share::Share;
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A holdout.
#[derive(Debug)]
pub struct Holdout {
    /// Unique among holdouts.
    pub key: Box<str>,
    /// As written.
    pub tags: Box<[Box<str>]>,
    /// Absent: it does not compile and never had a good version.
    pub(crate) definition: Option<Definition>,
}

/// Who is held, and when.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) status: HoldoutStatus,
    pub(crate) unit: UnitKindIndex,
    pub(crate) share: Share,
    pub(crate) period: Period,
    /// Absent: everyone.
    pub(crate) audience: Option<Expression>,
}

impl Evaluation<'_, '_, '_> {
    /// Whether any of the holdouts holds the unit. One whose audience is not known holds, and says
    /// so unless another certainly does.
    pub(crate) fn held<V: Visitor>(&mut self, holdouts: &[HoldoutIndex], visitor: &mut V) -> bool {
        let mark = self.context.scratch.mark();
        let mut held = false;
        for index in holdouts {
            match self.held_by(*index, visitor) {
                Truth::False => {}
                Truth::Unknown => held = true,
                Truth::True => {
                    self.context.scratch.settle(mark, Truth::True);
                    return true;
                }
            }
        }
        held
    }

    /// One that is quarantined holds nobody: it never did, so that a slip of its author stops no
    /// experiment.
    fn held_by<V: Visitor>(&mut self, index: HoldoutIndex, visitor: &mut V) -> Truth {
        let program = self.program;
        let holdout = program.holdouts.get(index.at());
        let Some(definition) = holdout.and_then(|holdout| holdout.definition.as_ref()) else {
            self.context.scratch.trail.push(Unknown::Holdout(index));
            return Truth::False;
        };
        if definition.status != HoldoutStatus::Running || !definition.period.contains(self.now()) {
            return Truth::False;
        }
        visitor.enter(Step::Holdout(index));
        // The slot goes first, so that an audience that is not known holds few.
        let truth = match self.in_share(definition, visitor) {
            true => self.optional_expression(definition.audience.as_ref(), visitor),
            false => Truth::False,
        };
        visitor.leave(Step::Holdout(index), truth);
        truth
    }

    /// Without an id of its unit nobody is held.
    fn in_share<V: Visitor>(&self, definition: &Definition, visitor: &mut V) -> bool {
        match self.context.unit_of(definition.unit) {
            Unit::Id(id) => {
                let unit = NamedUnit {
                    kind: definition.unit,
                    id,
                };
                definition.share.lets_in(unit, visitor)
            }
            Unit::Absent | Unit::Unknown => false,
        }
    }
}

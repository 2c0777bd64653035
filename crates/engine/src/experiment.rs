//! Experiments without stored assignments: steps 1 to 5 and 9 of the contract.
use turnout_snapshot::turnout::snapshot::v1::ExperimentStatus;

use crate::choice::Choice;
use crate::context::Unit;
use crate::decision::{Reason, Unknown};
use crate::evaluation::Evaluation;
use crate::expression::Expression;
use crate::index::{ItemIndex, UnitKindIndex, VariantIndex};
use crate::item::Overrides;
use crate::slot::{SLOTS, Salt};
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A linked experiment.
#[derive(Debug)]
pub(crate) struct Experiment {
    pub(crate) status: ExperimentStatus,
    pub(crate) killed: bool,
    pub(crate) unit: UnitKindIndex,
    /// Absent: everyone.
    pub(crate) audience: Option<Expression>,
    pub(crate) traffic: Traffic,
    pub(crate) variants: Choice,
    pub(crate) control: VariantIndex,
    pub(crate) overrides: Overrides,
}

/// Which share of the units is let in.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub(crate) salt: Salt,
    /// Parts per million.
    pub(crate) share: u32,
}

/// What an experiment comes out as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) variant: VariantIndex,
    pub(crate) reason: Reason,
    pub(crate) enrolled: bool,
}

impl Evaluation<'_, '_, '_> {
    pub(crate) fn experiment<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &Experiment,
        visitor: &mut V,
    ) -> Outcome {
        let default = |reason| Outcome {
            variant: experiment.control,
            reason,
            enrolled: false,
        };
        let unit = match self.admit(experiment) {
            Ok(unit) => unit,
            Err((variant, reason)) => {
                return Outcome {
                    variant: variant.unwrap_or(experiment.control),
                    ..default(reason)
                };
            }
        };
        match self.audience(index, experiment.audience.as_ref(), visitor) {
            Truth::True => {}
            Truth::False => return default(Reason::NotInAudience),
            Truth::Unknown => return default(Reason::UnknownAttribute),
        }
        if !experiment.traffic.lets_in(experiment.unit, unit, visitor) {
            return default(Reason::NotInTraffic);
        }
        match experiment.variants.of(experiment.unit, unit, visitor) {
            Some(variant) => Outcome {
                variant,
                reason: Reason::Assigned,
                enrolled: true,
            },
            None => default(Reason::NotInTraffic),
        }
    }
}

impl<'a> Evaluation<'_, '_, 'a> {
    /// The unit's id if it may enter; else the reason, and the variant when it is not the control.
    fn admit(
        &mut self,
        experiment: &Experiment,
    ) -> Result<&'a str, (Option<VariantIndex>, Reason)> {
        if experiment.status == ExperimentStatus::Archived {
            return Err((None, Reason::NotRunning));
        }
        if experiment.killed {
            return Err((None, Reason::Killed));
        }
        let unit = self.context.unit_of(experiment.unit);
        let Unit::Id(id) = unit else {
            if unit == Unit::Unknown {
                self.context
                    .scratch
                    .trail
                    .push(Unknown::Unit(experiment.unit));
            }
            return Err((None, Reason::NoUnit));
        };
        if let Some(variant) = experiment.overrides.of(unit) {
            return Err((Some(variant), Reason::Forced));
        }
        match experiment.status {
            ExperimentStatus::Running => Ok(id),
            ExperimentStatus::Paused => Err((None, Reason::Paused)),
            ExperimentStatus::EnrolmentStopped => Err((None, Reason::EnrolmentStopped)),
            _ => Err((None, Reason::NotRunning)),
        }
    }

    fn audience<V: Visitor>(
        &mut self,
        index: ItemIndex,
        audience: Option<&Expression>,
        visitor: &mut V,
    ) -> Truth {
        visitor.enter(Step::Audience(index));
        let truth = match audience {
            None => Truth::True,
            Some(expression) => self.expression(expression, visitor),
        };
        visitor.leave(Step::Audience(index), truth);
        truth
    }
}

impl Traffic {
    /// A whole or an empty share needs no hash.
    fn lets_in<V: Visitor>(&self, kind: UnitKindIndex, unit: &str, visitor: &mut V) -> bool {
        if self.share == 0 || self.share >= SLOTS {
            return self.share > 0;
        }
        let slot = self.salt.slot(unit);
        visitor.slot(kind, unit, slot);
        slot < self.share
    }
}

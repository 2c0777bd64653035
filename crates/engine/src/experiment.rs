//! Experiments, in the order of the contract: each step answers, or leaves it to the next.
use std::ops::Range;

use turnout_snapshot::turnout::snapshot::v1::ExperimentStatus;

use crate::choice::Choice;
use crate::context::{NamedUnit, Unit};
use crate::decision::{Reason, Unknown};
use crate::evaluation::{Evaluation, Instant};
use crate::expression::Expression;
use crate::index::{HoldoutIndex, ItemIndex, LayerIndex, UnitKindIndex, VariantIndex};
use crate::item::Overrides;
use crate::period::Period;
use crate::prerequisite::VariantCondition;
use crate::program::Program;
use crate::records::{Standing, Units};
use crate::share::Share;
use crate::sticky::Assignment;
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A linked experiment.
#[derive(Debug)]
pub(crate) struct Experiment {
    pub(crate) status: ExperimentStatus,
    pub(crate) killed: bool,
    pub(crate) unit: UnitKindIndex,
    pub(crate) fallback_unit: Option<UnitKindIndex>,
    pub(crate) period: Period,
    pub(crate) prerequisites: Box<[VariantCondition]>,
    pub(crate) holdouts: Box<[HoldoutIndex]>,
    /// Set when it is concluded with one.
    pub(crate) winner: Option<Winner>,
    /// Absent: everyone.
    pub(crate) audience: Option<Expression>,
    pub(crate) layer: Option<LayerIndex>,
    pub(crate) traffic: Share,
    pub(crate) choice: Choice,
    /// Where its variants are in the program's table.
    pub(crate) variants: Range<usize>,
    pub(crate) control: VariantIndex,
    pub(crate) overrides: Overrides,
    pub(crate) epoch: u32,
    pub(crate) min_epoch: u32,
    /// Nanoseconds.
    pub(crate) ttl: Option<i64>,
    pub(crate) audience_sticky: bool,
    pub(crate) variant_sticky: bool,
}

/// The variant that an experiment was concluded with.
#[derive(Debug)]
pub(crate) struct Winner {
    pub(crate) variant: VariantIndex,
    /// Not for the audience alone.
    pub(crate) everyone: bool,
}

/// What an experiment comes out as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) variant: VariantIndex,
    pub(crate) reason: Reason,
    pub(crate) enrolled: bool,
}

impl Outcome {
    /// A variant for a unit that is not enrolled.
    fn apart(variant: VariantIndex, reason: Reason) -> Self {
        Self {
            variant,
            reason,
            enrolled: false,
        }
    }

    /// A variant for a unit that takes part.
    fn enrolled(variant: VariantIndex, reason: Reason) -> Self {
        Self {
            enrolled: true,
            ..Self::apart(variant, reason)
        }
    }
}

impl Experiment {
    fn default(&self, reason: Reason) -> Outcome {
        Outcome::apart(self.control, reason)
    }

    /// Step 5: why it is off for every unit without an override, if it is.
    pub(crate) fn off(&self, now: Instant) -> Option<Reason> {
        match self.status {
            ExperimentStatus::Concluded if self.winner.is_some() => None,
            ExperimentStatus::Draft | ExperimentStatus::Concluded => Some(Reason::NotRunning),
            _ if !self.period.contains(now) => Some(Reason::NotRunning),
            ExperimentStatus::Paused => Some(Reason::Paused),
            _ => None,
        }
    }

    /// A variant that is still defined.
    pub(crate) fn variant_named(&self, program: &Program, name: &str) -> Option<VariantIndex> {
        let own = program.variants().get(self.variants.clone())?;
        let at = own.iter().position(|variant| *variant.name == *name)?;
        VariantIndex::new(self.variants.start.checked_add(at)?)
    }
}

/// An experiment for the unit in hand.
struct Subject<'p, 'a> {
    index: ItemIndex,
    experiment: &'p Experiment,
    units: Units<'a>,
    /// What the records come to, once they were looked at.
    standing: Option<Standing>,
}

/// The answer of the step that stopped, or what the next step goes on with.
type Stop<T> = Result<T, Outcome>;

impl<'p, 'a> Evaluation<'p, '_, 'a> {
    pub(crate) fn experiment<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &'p Experiment,
        visitor: &mut V,
    ) -> Outcome {
        match self.steps(index, experiment, visitor) {
            Ok(outcome) | Err(outcome) => outcome,
        }
    }

    fn steps<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &'p Experiment,
        visitor: &mut V,
    ) -> Stop<Outcome> {
        let subject = &mut Subject {
            index,
            experiment,
            units: self.admit(experiment)?,
            standing: None,
        };
        self.check_prerequisites(subject, visitor)?;
        if self.held(&experiment.holdouts, visitor) {
            return Err(experiment.default(Reason::Holdout));
        }
        if let Some(winner) = &experiment.winner {
            return Ok(self.concluded(subject, winner, visitor));
        }
        let Some(unit) = subject.units.unit else {
            return Err(experiment.default(Reason::NoUnit));
        };
        let standing = self.look_up(subject, visitor);
        if standing.blocked {
            return Err(experiment.default(Reason::BlockedEpoch));
        }
        if let Some(stored) = standing.valid.as_ref().map(|valid| valid.variant) {
            self.check_layer(subject, unit, visitor)?;
            return self.enrolled_before(subject, unit, stored, visitor);
        }
        self.enrol(subject, unit, visitor)
    }

    /// Steps 1 to 5: archived, killed, no unit, override, status and dates.
    fn admit(&mut self, experiment: &Experiment) -> Stop<Units<'a>> {
        if experiment.status == ExperimentStatus::Archived {
            return Err(experiment.default(Reason::NotRunning));
        }
        if experiment.killed {
            return Err(experiment.default(Reason::Killed));
        }
        let units = self.units(experiment);
        if units.unit.is_none() && experiment.winner.is_none() {
            return Err(experiment.default(Reason::NoUnit));
        }
        if let Some(variant) = units
            .unit
            .and_then(|unit| experiment.overrides.of_id(unit.id))
        {
            return Err(Outcome::apart(variant, Reason::Forced));
        }
        match experiment.off(self.now()) {
            Some(reason) => Err(experiment.default(reason)),
            None => Ok(units),
        }
    }

    /// Its unit, or else its fallback's. Without either, those that are not known are named.
    fn units(&mut self, experiment: &Experiment) -> Units<'a> {
        let fallback = match experiment.fallback_unit {
            Some(kind) => (kind, self.context.unit_of(kind)),
            None => (experiment.unit, Unit::Absent),
        };
        let named = |(kind, unit)| match unit {
            Unit::Id(id) => Some(NamedUnit { kind, id }),
            Unit::Absent | Unit::Unknown => None,
        };
        let own = (experiment.unit, self.context.unit_of(experiment.unit));
        if let Some(unit) = named(own) {
            return Units {
                unit: Some(unit),
                fallback: named(fallback),
            };
        }
        let unit = named(fallback);
        if unit.is_none() && experiment.winner.is_none() {
            let unknown = [own, fallback].into_iter();
            let unknown = unknown.filter(|(_, unit)| *unit == Unit::Unknown);
            let trail = &mut self.context.scratch.trail;
            trail.extend(unknown.map(|(kind, _)| Unknown::Unit(kind)));
        }
        Units {
            unit,
            fallback: None,
        }
    }

    /// Step 6.
    fn check_prerequisites<V: Visitor>(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        visitor: &mut V,
    ) -> Stop<()> {
        let experiment = subject.experiment;
        match self.prerequisites(&experiment.prerequisites, visitor) {
            Truth::True => Ok(()),
            Truth::False => Err(experiment.default(Reason::Prerequisite)),
            Truth::Unknown => Err(match self.valid_variant(subject, visitor) {
                Some(stored) => self.keep(subject, stored, Reason::StickyUnknown),
                None => experiment.default(Reason::Prerequisite),
            }),
        }
    }

    /// The rest of step 7: the winner for those who it is for.
    fn concluded<V: Visitor>(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        winner: &Winner,
        visitor: &mut V,
    ) -> Outcome {
        let won = Outcome::apart(winner.variant, Reason::Concluded);
        if winner.everyone {
            return won;
        }
        let mark = self.context.scratch.mark();
        let truth = self.audience(subject, visitor);
        if truth == Truth::True {
            return won;
        }
        let experiment = subject.experiment;
        if experiment.audience_sticky && self.valid_variant(subject, visitor).is_some() {
            self.context.scratch.settle(mark, Truth::True);
            return won;
        }
        experiment.default(match truth {
            Truth::Unknown => Reason::UnknownAttribute,
            _ => Reason::NotInAudience,
        })
    }

    /// Step 8 for a unit with a valid record of this variant.
    fn enrolled_before<V: Visitor>(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        unit: NamedUnit<'a>,
        stored: VariantIndex,
        visitor: &mut V,
    ) -> Stop<Outcome> {
        let experiment = subject.experiment;
        let audience = match experiment.audience_sticky {
            true => Truth::True,
            false => self.audience(subject, visitor),
        };
        let reason = match audience {
            Truth::False => return Err(experiment.default(Reason::LeftTarget)),
            Truth::Unknown => Reason::StickyUnknown,
            Truth::True => Reason::Sticky,
        };
        if experiment.variant_sticky {
            return Ok(self.keep(subject, stored, reason));
        }
        if reason == Reason::Sticky && !experiment.audience_sticky {
            self.check_traffic(subject, unit, visitor)?;
        }
        let owner = self.check_variants(subject, unit, visitor)?;
        let reason = match reason {
            Reason::Sticky if owner != stored => Reason::Reassigned,
            other => other,
        };
        Ok(self.keep(subject, owner, reason))
    }

    /// Step 9: no valid record.
    fn enrol<V: Visitor>(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        unit: NamedUnit<'a>,
        visitor: &mut V,
    ) -> Stop<Outcome> {
        let experiment = subject.experiment;
        if experiment.status == ExperimentStatus::EnrolmentStopped {
            return Err(experiment.default(Reason::EnrolmentStopped));
        }
        match self.audience(subject, visitor) {
            Truth::True => {}
            Truth::False => return Err(experiment.default(Reason::NotInAudience)),
            Truth::Unknown => return Err(experiment.default(Reason::UnknownAttribute)),
        }
        self.check_layer(subject, unit, visitor)?;
        self.check_traffic(subject, unit, visitor)?;
        let variant = self.check_variants(subject, unit, visitor)?;
        let standing = subject.standing.take().unwrap_or_default();
        let reason = match standing.removed {
            true => Reason::VariantRemoved,
            false => Reason::Assigned,
        };
        if !standing.unread {
            self.context.scratch.assign(Assignment {
                experiment: subject.index,
                epoch: experiment.epoch,
                unit: unit.kind,
                unit_id: unit.id.into(),
                variant,
                assigned_at: self.now(),
                snapshot: None,
                replaces: standing.replaces,
            });
        }
        Ok(Outcome::enrolled(variant, reason))
    }

    /// The answer for a unit with a valid record, which is copied if it is the fallback unit's.
    fn keep(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        variant: VariantIndex,
        reason: Reason,
    ) -> Outcome {
        let standing = subject.standing.take().unwrap_or_default();
        let copied = standing.valid.filter(|valid| valid.of_fallback);
        if let Some((valid, unit)) = copied.zip(subject.units.unit) {
            self.context.scratch.assign(Assignment {
                experiment: subject.index,
                epoch: valid.record.epoch,
                unit: unit.kind,
                unit_id: unit.id.into(),
                variant: valid.variant,
                assigned_at: valid.record.assigned_at,
                snapshot: Some(valid.record.snapshot),
                replaces: standing.replaces,
            });
        }
        Outcome::enrolled(variant, reason)
    }

    /// What the records come to, looked at no more than once.
    fn look_up<'s, V: Visitor>(
        &mut self,
        subject: &'s mut Subject<'p, 'a>,
        visitor: &mut V,
    ) -> &'s Standing {
        let (index, experiment, units) = (subject.index, subject.experiment, subject.units);
        subject
            .standing
            .get_or_insert_with(|| self.standing(index, experiment, units, visitor))
    }

    /// The variant of the record, if it counts in every way.
    fn valid_variant<V: Visitor>(
        &mut self,
        subject: &mut Subject<'p, 'a>,
        visitor: &mut V,
    ) -> Option<VariantIndex> {
        let unit = subject.units.unit?;
        let valid = self.look_up(subject, visitor).valid.as_ref()?;
        let stored = valid.variant;
        // Concluding frees the slots: that they may be another's takes nothing from who took part.
        if subject.experiment.status != ExperimentStatus::Concluded {
            self.check_layer(subject, unit, visitor).ok()?;
        }
        Some(stored)
    }

    fn audience<V: Visitor>(&mut self, subject: &Subject<'p, 'a>, visitor: &mut V) -> Truth {
        let step = Step::Audience(subject.index);
        visitor.enter(step);
        let truth = self.optional_expression(subject.experiment.audience.as_ref(), visitor);
        visitor.leave(step, truth);
        truth
    }

    fn check_layer<V: Visitor>(
        &mut self,
        subject: &Subject<'p, 'a>,
        unit: NamedUnit<'a>,
        visitor: &mut V,
    ) -> Stop<()> {
        let experiment = subject.experiment;
        match self.in_layer(subject.index, experiment, unit, visitor) {
            Truth::True => Ok(()),
            _ => Err(experiment.default(Reason::NotInLayer)),
        }
    }

    fn check_traffic<V: Visitor>(
        &mut self,
        subject: &Subject<'p, 'a>,
        unit: NamedUnit<'a>,
        visitor: &mut V,
    ) -> Stop<()> {
        let step = Step::Traffic(subject.index);
        visitor.enter(step);
        let inside = subject.experiment.traffic.lets_in(unit, visitor);
        visitor.leave(step, Truth::from(inside));
        match inside {
            true => Ok(()),
            false => Err(subject.experiment.default(Reason::NotInTraffic)),
        }
    }

    /// Today's owner of the variant slot; a slot that nobody owns is no traffic.
    fn check_variants<V: Visitor>(
        &mut self,
        subject: &Subject<'p, 'a>,
        unit: NamedUnit<'a>,
        visitor: &mut V,
    ) -> Stop<VariantIndex> {
        let experiment = subject.experiment;
        let step = Step::Variants(subject.index);
        visitor.enter(step);
        let owner = experiment.choice.of(unit.kind, unit.id, visitor);
        visitor.leave(step, Truth::from(owner.is_some()));
        owner.ok_or_else(|| experiment.default(Reason::NotInTraffic))
    }
}

//! Flags: overrides, then rules in order, then the default.
use turnout_snapshot::turnout::snapshot::v1::{FlagStatus, OnUnknown};

use crate::choice::Choice;
use crate::context::Unit;
use crate::decision::{Decision, ErrorCode, Reason, Unknown};
use crate::evaluation::Evaluation;
use crate::experiment::Outcome as ExperimentOutcome;
use crate::expression::Expression;
use crate::index::{ItemIndex, RuleIndex, UnitKindIndex, VariantIndex};
use crate::item::{LinkedItem, Overrides};
use crate::prerequisite::VariantCondition;
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A linked flag.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) status: FlagStatus,
    pub(crate) unit: UnitKindIndex,
    pub(crate) default: VariantIndex,
    pub(crate) overrides: Overrides,
    /// All of them must be met before any rule.
    pub(crate) prerequisites: Box<[VariantCondition]>,
    pub(crate) rules: Box<[Rule]>,
}

/// A condition and what follows from it.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) index: RuleIndex,
    /// Absent: always TRUE.
    pub(crate) when: Option<Expression>,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) outcome: Outcome,
}

/// What a rule that matches does.
#[derive(Debug)]
pub(crate) enum Outcome {
    Serve(VariantIndex),
    Split(Box<Choice>),
    Experiment(ItemIndex),
}

impl<'p> Evaluation<'p, '_, '_> {
    #[inline(always)] // Into the two that ask for an item: it takes as long as all else here.
    pub(crate) fn flag<V: Visitor>(
        &mut self,
        item: ItemIndex,
        flag: &'p Flag,
        visitor: &mut V,
    ) -> Decision {
        if flag.status != FlagStatus::Enabled {
            return Decision::plain(item, None, Reason::Disabled);
        }
        let unit = self.context.unit_of(flag.unit);
        if let Some(variant) = flag.overrides.of(unit) {
            return Decision::plain(item, Some(variant), Reason::Forced);
        }
        if !flag.prerequisites.is_empty()
            && self.prerequisites(&flag.prerequisites, visitor) != Truth::True
        {
            return Decision::plain(item, Some(flag.default), Reason::Prerequisite);
        }
        for rule in &flag.rules {
            if let Some(decision) = self.rule(item, flag, rule, visitor) {
                return Decision {
                    rule: Some(rule.index),
                    ..decision
                };
            }
        }
        let fixed =
            flag.rules.is_empty() && flag.overrides.is_empty() && flag.prerequisites.is_empty();
        Decision::plain(
            item,
            Some(flag.default),
            if fixed {
                Reason::Static
            } else {
                Reason::Default
            },
        )
    }

    /// The decision, or `None` when the next rule is to be asked.
    #[inline(always)]
    fn rule<V: Visitor>(
        &mut self,
        item: ItemIndex,
        flag: &'p Flag,
        rule: &'p Rule,
        visitor: &mut V,
    ) -> Option<Decision> {
        visitor.enter(Step::Rule(rule.index));
        let truth = match &rule.when {
            None => Truth::True,
            Some(expression) => self.expression(expression, visitor),
        };
        visitor.leave(Step::Rule(rule.index), truth);
        match (truth, rule.on_unknown) {
            (Truth::True, _) | (Truth::Unknown, OnUnknown::Match) => {
                self.outcome(item, flag, &rule.outcome, visitor)
            }
            (Truth::Unknown, OnUnknown::Stop) => Some(Decision::plain(
                item,
                Some(flag.default),
                Reason::UnknownAttribute,
            )),
            (Truth::Unknown, OnUnknown::Error) => Some(Decision {
                error: Some(ErrorCode::UnknownAttribute),
                ..Decision::plain(item, Some(flag.default), Reason::Error)
            }),
            _ => None,
        }
    }

    #[inline(always)]
    fn outcome<V: Visitor>(
        &mut self,
        item: ItemIndex,
        flag: &'p Flag,
        outcome: &'p Outcome,
        visitor: &mut V,
    ) -> Option<Decision> {
        match outcome {
            Outcome::Serve(variant) => Some(Decision::plain(
                item,
                Some(*variant),
                Reason::TargetingMatch,
            )),
            Outcome::Split(split) => {
                let variant = self.split(flag.unit, split, visitor)?;
                Some(Decision::plain(item, Some(variant), Reason::Split))
            }
            Outcome::Experiment(index) => self.hand_over(item, flag, *index, visitor),
        }
    }

    /// The unit's variant; without an id the rule does not match.
    #[inline(always)]
    fn split<V: Visitor>(
        &mut self,
        kind: UnitKindIndex,
        split: &'p Choice,
        visitor: &mut V,
    ) -> Option<VariantIndex> {
        match self.context.unit_of(kind) {
            Unit::Id(id) => {
                if self.later.open
                    && let Choice::Slots(slots) = split
                    && let Some(job) = slots.salt.job(id)
                {
                    return self.later.wait(job, &slots.owners);
                }
                split.of(kind, id, visitor)
            }
            Unit::Absent => None,
            Unit::Unknown => {
                self.context.scratch.trail.push(Unknown::Unit(kind));
                None
            }
        }
    }

    /// Asks an experiment: it answers for the flag, stops with the flag's default, or goes on.
    fn hand_over<V: Visitor>(
        &mut self,
        item: ItemIndex,
        flag: &'p Flag,
        index: ItemIndex,
        visitor: &mut V,
    ) -> Option<Decision> {
        let Some(LinkedItem::Experiment(experiment)) = self.program.linked_items.get(index.at())
        else {
            self.item_is_unknown(index);
            return None;
        };
        let outcome = self.experiment(index, experiment, visitor);
        let variant = answer_for_flag(outcome, flag.default)?;
        Some(Decision {
            experiment: Some(index),
            experiment_variant: Some(outcome.variant),
            enrolled: outcome.enrolled,
            ..Decision::plain(item, Some(variant), outcome.reason)
        })
    }
}

/// The flag's variant by the table of section 10; `None` goes on to the next rule.
fn answer_for_flag(outcome: ExperimentOutcome, default: VariantIndex) -> Option<VariantIndex> {
    match outcome.reason {
        Reason::Assigned
        | Reason::Sticky
        | Reason::StickyUnknown
        | Reason::Reassigned
        | Reason::VariantRemoved
        | Reason::Forced
        | Reason::Concluded => Some(outcome.variant),
        Reason::Holdout | Reason::BlockedEpoch | Reason::Killed | Reason::Paused => Some(default),
        _ => None,
    }
}

//! What flags and experiments share: overrides, and the way to either.
use crate::context::Unit;
use crate::decision::{Decision, ErrorCode, Notes, Reason, Unknown, UnknownSet};
use crate::evaluation::Evaluation;
use crate::experiment::Experiment;
use crate::flag::Flag;
use crate::index::{ItemIndex, VariantIndex};
use crate::rare::Rare;
use crate::visitor::Visitor;

/// A linked flag or experiment, or its failure.
#[derive(Debug)]
pub(crate) enum LinkedItem {
    Flag(Flag),
    Experiment(Box<Experiment>),
    /// It does not compile and never had a good version.
    Quarantined,
}

/// Variants forced for units. INVARIANT: sorted by unit id, each once.
#[derive(Debug)]
pub(crate) struct Overrides(Box<[(Box<str>, VariantIndex)]>);

impl Overrides {
    pub(crate) fn new(sorted: Vec<(Box<str>, VariantIndex)>) -> Self {
        Self(sorted.into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(crate) fn of(&self, unit: Unit<'_>) -> Option<VariantIndex> {
        match unit {
            Unit::Id(id) => self.of_id(id),
            Unit::Absent | Unit::Unknown => None,
        }
    }

    #[inline]
    pub(crate) fn of_id(&self, id: &str) -> Option<VariantIndex> {
        if self.0.is_empty() {
            return None;
        }
        let at = self.0.binary_search_by(|(unit, _)| (**unit).cmp(id)).ok()?;
        self.0.get(at).map(|(_, variant)| *variant)
    }
}

impl Decision {
    /// A decision with nothing but its variant and reason.
    pub(crate) fn plain(item: ItemIndex, variant: Option<VariantIndex>, reason: Reason) -> Self {
        Self {
            item,
            variant,
            reason,
            rule: None,
            experiment: None,
            experiment_variant: None,
            enrolled: false,
            error: None,
            degraded: false,
            unknown: UnknownSet::default(),
            notes: Notes::default(),
            assignments: Rare::default(),
        }
    }
}

impl Evaluation<'_, '_, '_> {
    #[inline(always)]
    pub(crate) fn item<V: Visitor>(&mut self, index: ItemIndex, visitor: &mut V) -> Decision {
        match self.program.linked_items.get(index.at()) {
            Some(LinkedItem::Flag(flag)) => self.flag(index, flag, visitor),
            Some(LinkedItem::Experiment(experiment)) => {
                let outcome = self.experiment(index, experiment, visitor);
                Decision {
                    experiment: Some(index),
                    enrolled: outcome.enrolled,
                    ..Decision::plain(index, Some(outcome.variant), outcome.reason)
                }
            }
            Some(LinkedItem::Quarantined) | None => Decision {
                error: Some(ErrorCode::Quarantined),
                ..Decision::plain(index, None, Reason::Quarantined)
            },
        }
    }

    /// Notes that an item could not be asked.
    pub(crate) fn item_is_unknown(&mut self, index: ItemIndex) {
        self.context.scratch.trail.push(Unknown::Item(index));
    }
}

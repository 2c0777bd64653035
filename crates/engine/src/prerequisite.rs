//! Prerequisites: the variant that another flag or experiment comes out as.
use crate::decision::{Decision, Reason, Unknown};
use crate::evaluation::Evaluation;
use crate::index::{ItemIndex, OperandIndex, VariantIndex};
use crate::item::LinkedItem;
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// A linked condition on a variant.
#[derive(Debug)]
pub(crate) struct VariantCondition {
    pub(crate) item: ItemIndex,
    pub(crate) reach: Reach,
    pub(crate) operand: OperandIndex,
    /// Names: a flag may come out as a variant of its experiment. INVARIANT: sorted.
    pub(crate) variants: Box<[Box<str>]>,
    pub(crate) negated: bool,
}

/// Whether the item can be asked at all. Known when it is linked, so that no answer depends on
/// where in a circle an evaluation began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Free,
    /// It refers back to whoever asks.
    Cycle,
    /// Too many others stand below it.
    TooDeep,
}

/// What an item comes out as for those who have it as a prerequisite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    Out(VariantIndex),
    /// It is off or archived: none of its variants.
    Off,
    Unknown,
}

impl Evaluation<'_, '_, '_> {
    /// Whether all of them are met; an UNKNOWN one makes it UNKNOWN unless another is not met.
    pub(crate) fn prerequisites<V: Visitor>(
        &mut self,
        conditions: &[VariantCondition],
        visitor: &mut V,
    ) -> Truth {
        let mark = self.context.scratch.mark();
        let mut truth = Truth::True;
        for condition in conditions {
            match self.variant_condition(condition, visitor) {
                Truth::True => {}
                Truth::Unknown => truth = Truth::Unknown,
                Truth::False => return self.context.scratch.settle(mark, Truth::False),
            }
        }
        truth
    }

    #[inline(never)]
    pub(crate) fn variant_condition<V: Visitor>(
        &mut self,
        condition: &VariantCondition,
        visitor: &mut V,
    ) -> Truth {
        let step = Step::Prerequisite {
            item: condition.item,
            negated: condition.negated,
            operand: condition.operand,
        };
        visitor.enter(step);
        let truth = match self.ask(condition, visitor) {
            Came::Unknown => Truth::Unknown,
            Came::Off => Truth::from(condition.negated),
            Came::Out(variant) => {
                let name = self.program.variant(variant).map(|variant| &variant.name);
                let named = name.is_some_and(|name| condition.variants.binary_search(name).is_ok());
                Truth::from(named != condition.negated)
            }
        };
        visitor.leave(step, truth);
        truth
    }

    fn ask<V: Visitor>(&mut self, condition: &VariantCondition, visitor: &mut V) -> Came {
        let item = condition.item;
        let quarantined = || {
            let linked = self.program.linked_items.get(item.at());
            matches!(linked, Some(LinkedItem::Quarantined) | None)
        };
        let unknown = match condition.reach {
            Reach::Cycle => Unknown::Cycle(item),
            Reach::TooDeep => Unknown::Item(item),
            Reach::Free if quarantined() => Unknown::Item(item),
            Reach::Free => return self.comes_out(item, visitor),
        };
        self.context.scratch.trail.push(unknown);
        Came::Unknown
    }

    /// What an item comes out as, evaluated at most once; it enrols the unit as if it was asked
    /// for itself. What it could not know on its way was
    /// collapsed there, and is named by those who asked whatever they come out as.
    #[inline(never)]
    fn comes_out<V: Visitor>(&mut self, item: ItemIndex, visitor: &mut V) -> Came {
        if let Some(came) = self.context.scratch.recall_item(item) {
            return came;
        }
        let mark = self.context.scratch.both();
        // Its splits cannot wait: what follows depends on them.
        let later = std::mem::replace(&mut self.later.open, false);
        let decision = self.item(item, visitor);
        self.later.open = later;
        let came = self.came(item, &decision);
        let items = self.program.items().len();
        self.context.scratch.remember_item(item, items, mark, came);
        came
    }
}

impl Evaluation<'_, '_, '_> {
    fn came(&self, item: ItemIndex, decision: &Decision) -> Came {
        match decision.variant {
            _ if self.is_off(item, decision) => Came::Off,
            Some(variant) => Came::Out(variant),
            None => Came::Unknown,
        }
    }

    /// Whether an item is off itself. A flag whose experiment is stopped is not: it comes out as
    /// its default variant.
    fn is_off(&self, item: ItemIndex, decision: &Decision) -> bool {
        match (self.program.linked_items.get(item.at()), decision.reason) {
            (Some(LinkedItem::Experiment(_)), reason) if OFF.contains(&reason) => true,
            // One that found no unit may be off for any unit.
            (Some(LinkedItem::Experiment(experiment)), Reason::NoUnit) => {
                experiment.off(self.now()).is_some()
            }
            (_, reason) => reason == Reason::Disabled,
        }
    }
}

/// Of an experiment that is off.
const OFF: [Reason; 3] = [Reason::NotRunning, Reason::Killed, Reason::Paused];

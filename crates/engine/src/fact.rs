//! Conditions on facts about events, which a request may leave out.
use std::cell::OnceCell;

use crate::context::{Entry, State};
use crate::dated::DatedCondition;
use crate::evaluation::Evaluation;
use crate::expression::Condition;
use crate::index::AttributeIndex;
use crate::truth::Truth;
use crate::value::ValueRef;
use crate::visitor::Visitor;

/// A condition on a fact.
#[derive(Debug)]
pub(crate) struct FactCondition {
    pub(crate) no_events: NoEvents,
    pub(crate) condition: FactComparison,
}

/// What a fact is when the source of events was reached and has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoEvents {
    Zero,
    Unset,
}

#[derive(Debug)]
pub(crate) enum FactComparison {
    Plain(Condition),
    Dated(DatedCondition),
}

impl FactComparison {
    fn attribute(&self) -> AttributeIndex {
        match self {
            Self::Plain(condition) => condition.attribute,
            Self::Dated(condition) => condition.attribute,
        }
    }
}

impl Evaluation<'_, '_, '_> {
    pub(crate) fn fact_condition<V: Visitor>(
        &mut self,
        fact: &FactCondition,
        visitor: &mut V,
    ) -> Truth {
        let zero = Entry {
            value: ValueRef::Integer(0),
            folded: OnceCell::new(),
        };
        let absent = match (self.context.has_reached_events(), fact.no_events) {
            (false, _) => State::Unknown,
            (true, NoEvents::Zero) => State::Set(&zero),
            (true, NoEvents::Unset) => State::Unset,
        };
        let given = self.context.given(fact.condition.attribute());
        let state = given.unwrap_or(absent);
        match &fact.condition {
            FactComparison::Plain(condition) => {
                let concluded = condition.concluded(state.kind(), condition.truth(&state));
                self.conclude(concluded, visitor)
            }
            FactComparison::Dated(condition) => {
                let outcome = condition.outcome(self.context, &state, self.now());
                self.conclude_dated(condition, &outcome, visitor)
            }
        }
    }
}

//! Links which attributes are facts about events.
use turnout_snapshot::turnout::snapshot::v1::{self as message, Content};

use super::LinkError;
use super::tables::{known, within};
use crate::fact::NoEvents;

/// What facts are without events. INVARIANT: sorted by attribute.
pub(super) struct Facts(Vec<(u32, NoEvents)>);

impl Facts {
    pub(super) fn new(shared: &Content) -> Result<Self, LinkError> {
        let mut facts: Vec<(u32, NoEvents)> = Vec::new();
        for fact in &shared.facts {
            let attribute = within("attribute", fact.attribute, shared.attributes.len())?;
            if facts.last().is_some_and(|(last, _)| *last >= attribute) {
                let message = format!("facts are not sorted, each once: see attribute {attribute}");
                return Err(LinkError::new(message));
            }
            let no_events = match known("no_events", fact.no_events)? {
                message::NoEvents::Zero => NoEvents::Zero,
                message::NoEvents::Unset | message::NoEvents::Unspecified => NoEvents::Unset,
            };
            facts.push((attribute, no_events));
        }
        Ok(Self(facts))
    }

    /// What an attribute is without events, when it is a fact about them.
    pub(super) fn no_events(&self, attribute: u32) -> Option<NoEvents> {
        let at = self
            .0
            .binary_search_by_key(&attribute, |(fact, _)| *fact)
            .ok()?;
        self.0.get(at).map(|(_, no_events)| *no_events)
    }
}

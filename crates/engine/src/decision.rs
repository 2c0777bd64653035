//! What an evaluation answers.
use std::collections::HashSet;
use std::time::Duration;

use foldhash::fast::RandomState;

use crate::index::{
    AttributeIndex, HoldoutIndex, ItemIndex, LayerIndex, RuleIndex, SegmentIndex, UnitKindIndex,
    VariantIndex,
};
use crate::program::Program;
use crate::rare::Rare;
use crate::sticky::Assignment;
use crate::truth::Truth;

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum $name { $($variant = $number),+ }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the contract, in capitals.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The number of the name in the protos.
            #[must_use]
            pub const fn number(self) -> i32 {
                match self { $(Self::$variant => $number),+ }
            }
        }
    };
}

pub(crate) use closed_list;

closed_list!(
    /// Why an answer is what it is; numbers of `turnout.v1.Reason`.
    Reason {
        NotRunning = 1 "NOT_RUNNING",
        Killed = 2 "KILLED",
        NoUnit = 3 "NO_UNIT",
        Forced = 4 "FORCED",
        Paused = 5 "PAUSED",
        Prerequisite = 6 "PREREQUISITE",
        Holdout = 7 "HOLDOUT",
        Concluded = 8 "CONCLUDED",
        BlockedEpoch = 9 "BLOCKED_EPOCH",
        Sticky = 10 "STICKY",
        Reassigned = 11 "REASSIGNED",
        StickyUnknown = 12 "STICKY_UNKNOWN",
        LeftTarget = 13 "LEFT_TARGET",
        EnrolmentStopped = 14 "ENROLMENT_STOPPED",
        NotInAudience = 15 "NOT_IN_AUDIENCE",
        UnknownAttribute = 16 "UNKNOWN_ATTRIBUTE",
        NotInLayer = 17 "NOT_IN_LAYER",
        NotInTraffic = 18 "NOT_IN_TRAFFIC",
        Assigned = 19 "ASSIGNED",
        VariantRemoved = 20 "VARIANT_REMOVED",
        FlagNotFound = 21 "FLAG_NOT_FOUND",
        Disabled = 22 "DISABLED",
        TargetingMatch = 23 "TARGETING_MATCH",
        Split = 24 "SPLIT",
        Static = 25 "STATIC",
        Default = 26 "DEFAULT",
        TypeMismatch = 27 "TYPE_MISMATCH",
        Quarantined = 28 "QUARANTINED",
        Error = 29 "ERROR",
    }
);

closed_list!(
    /// What stands beside a reason; numbers of `turnout.v1.Note`.
    Note {
        SegmentArchived = 1 "SEGMENT_ARCHIVED",
        TzFallback = 2 "TZ_FALLBACK",
        Cycle = 3 "CYCLE",
    }
);

closed_list!(
    /// Set when a decision's reason is an error.
    ErrorCode {
        UnknownAttribute = 1 "UNKNOWN_ATTRIBUTE",
        Quarantined = 2 "QUARANTINED",
    }
);

closed_list!(
    /// Why a segment check is what it is.
    SegmentReason {
        Match = 1 "MATCH",
        NoMatch = 2 "NO_MATCH",
        Member = 3 "MEMBER",
        NotMember = 4 "NOT_MEMBER",
        Everyone = 5 "EVERYONE",
        NoUnit = 6 "NO_UNIT",
        Included = 7 "INCLUDED",
        Excluded = 8 "EXCLUDED",
        UnknownAttribute = 9 "UNKNOWN_ATTRIBUTE",
        Draft = 10 "DRAFT",
        Archived = 11 "ARCHIVED",
        Quarantined = 12 "QUARANTINED",
        NotEvaluated = 13 "NOT_EVALUATED",
        MembersMissing = 14 "MEMBERS_MISSING",
        MembersTooOld = 15 "MEMBERS_TOO_OLD",
        MembersUnreachable = 16 "MEMBERS_UNREACHABLE",
    }
);

/// One thing that could not be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// An attribute, not known or unusable for the type of a condition.
    Attribute(AttributeIndex),
    /// A unit kind whose id was not known.
    Unit(UnitKindIndex),
    /// A segment that is a draft or quarantined, or whose members cannot be used.
    Segment(SegmentIndex),
    /// A segment that is archived.
    ArchivedSegment(SegmentIndex),
    /// A flag or an experiment that is quarantined, or too deep below other prerequisites.
    Item(ItemIndex),
    /// A flag or an experiment that refers to itself through prerequisites.
    Cycle(ItemIndex),
    /// A layer that is quarantined.
    Layer(LayerIndex),
    /// A holdout that is quarantined.
    Holdout(HoldoutIndex),
    /// What a store keeps for an experiment; it has no name, for it is not the context's fault.
    Records(ItemIndex),
}

impl Unknown {
    fn name(self, program: &Program) -> Option<&str> {
        match self {
            Self::Attribute(index) => program.attributes().get(index.at()).map(|name| &**name),
            Self::Unit(index) => program.unit_kinds().get(index.at()).map(|name| &**name),
            Self::Segment(index) | Self::ArchivedSegment(index) => program
                .segments()
                .get(index.at())
                .map(|segment| &*segment.key),
            Self::Item(index) | Self::Cycle(index) => {
                program.items().get(index.at()).map(|item| &*item.key)
            }
            Self::Layer(index) => program.layers().get(index.at()).map(|layer| &*layer.key),
            Self::Holdout(index) => program
                .holdouts()
                .get(index.at())
                .map(|holdout| &*holdout.key),
            Self::Records(_) => None,
        }
    }
}

/// A trail up to this length is searched one by one, which is quicker than hashing.
const FEW: usize = 64;

/// Appends the parts of a trail, each once, in the order met.
pub(crate) fn extend_each_once(list: &mut Vec<Unknown>, trail: &[Unknown]) {
    let start = list.len();
    if trail.len() > FEW {
        let mut seen = HashSet::with_capacity_and_hasher(FEW, RandomState::default());
        list.extend(trail.iter().filter(|unknown| seen.insert(**unknown)));
        return;
    }
    for unknown in trail {
        let known = list
            .get(start..)
            .is_some_and(|known| known.contains(unknown));
        if !known {
            list.push(*unknown);
        }
    }
}

/// What could not be known on the way to an answer. The empty set allocates nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownSet(Rare<Unknown>);

impl UnknownSet {
    pub(crate) fn collect(trail: &[Unknown]) -> Self {
        let mut set = Vec::new();
        extend_each_once(&mut set, trail);
        Self(set.into())
    }

    /// Whether everything was known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts, each once, in the order met.
    #[must_use]
    pub fn parts(&self) -> &[Unknown] {
        &self.0
    }

    /// Names of attributes, unit kinds, segments, items, layers and holdouts, sorted, each once.
    #[must_use]
    pub fn names<'p>(&self, program: &'p Program) -> Vec<&'p str> {
        let mut names: Vec<&str> = self
            .0
            .iter()
            .filter_map(|part| part.name(program))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The notes beside a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    segment_archived: bool,
    tz_fallback: bool,
    cycle: bool,
}

impl Notes {
    pub(crate) fn collect(trail: &[Unknown]) -> Self {
        let mut notes = Self::default();
        for unknown in trail {
            match unknown {
                Unknown::ArchivedSegment(_) => notes.segment_archived = true,
                Unknown::Cycle(_) => notes.cycle = true,
                _ => {}
            }
        }
        notes
    }

    /// Says whether the workspace's zone stood in for the unit's.
    pub(crate) fn with_tz_fallback(self, tz_fallback: bool) -> Self {
        Self {
            tz_fallback,
            ..self
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !(self.segment_archived || self.tz_fallback || self.cycle)
    }

    /// The notes in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Note> {
        let archived = self.segment_archived.then_some(Note::SegmentArchived);
        let tz_fallback = self.tz_fallback.then_some(Note::TzFallback);
        let cycle = self.cycle.then_some(Note::Cycle);
        archived.into_iter().chain(tz_fallback).chain(cycle)
    }
}

/// The answer for one flag or experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What was asked.
    pub item: ItemIndex,
    /// The chosen variant; `None` when the caller's own default applies. It belongs to the
    /// experiment when one answered for a flag.
    pub variant: Option<VariantIndex>,
    /// Why.
    pub reason: Reason,
    /// The rule that decided.
    pub rule: Option<RuleIndex>,
    /// The experiment that decided, by itself or for the flag.
    pub experiment: Option<ItemIndex>,
    /// The experiment's variant, when an experiment decided for a flag.
    pub experiment_variant: Option<VariantIndex>,
    /// The unit takes part in the experiment.
    pub enrolled: bool,
    /// Set when the reason is an error.
    pub error: Option<ErrorCode>,
    /// Something that could not be known was passed over on the way.
    pub degraded: bool,
    /// What could not be known.
    pub unknown: UnknownSet,
    /// What stands beside the reason.
    pub notes: Notes,
    /// What is to be kept of it: who was enrolled on the way, prerequisites counted in.
    pub assignments: Rare<Assignment>,
}

/// The answer for one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentCheck {
    /// Whether the context is in it.
    pub state: Truth,
    /// Why.
    pub reason: SegmentReason,
    /// What could not be known; empty unless the state is UNKNOWN.
    pub unknown: UnknownSet,
    /// What stands beside the reason.
    pub notes: Notes,
    /// How long ago the query was begun that gave its members, whatever the state; `None` of a
    /// segment without such members, and of a draft or an archived one.
    pub member_age: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_trails_keep_each_part_once_in_the_order_met() {
        for count in [0, 1, 3, FEW, 5_000] {
            let unknown = |at: usize| Unknown::Attribute(AttributeIndex::from(at as u32 % 7));
            let trail: Vec<_> = (0..count).rev().map(unknown).collect();
            let mut expected: Vec<Unknown> = Vec::new();
            for part in &trail {
                if !expected.contains(part) {
                    expected.push(*part);
                }
            }
            let before = Unknown::Attribute(AttributeIndex::from(0));
            let mut list = vec![before];
            extend_each_once(&mut list, &trail);
            assert_eq!(list[1..], expected);
        }
    }
}

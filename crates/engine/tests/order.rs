//! The order of section 8 beside a slow reading of it: every step in every company of the others.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;
mod memory;

use catalogue::*;
use memory::{Asking, Memory, record};
use proptest::prelude::*;
use turnout_engine::{Program, Reason, Record};
use turnout_snapshot::turnout::snapshot::v1::ExperimentStatus as Status;

const EPOCH: u32 = 2;
const TTL: u64 = 100;
const NOW: i64 = 1_000 * 1_000_000_000;
const OLD: i64 = NOW - 100 * 1_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Truth {
    No,
    Yes,
    Unknown,
}
use Truth::{No, Unknown, Yes};

/// What a store has of a unit for the current epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Current {
    Nothing,
    Of(&'static str),
    Expired(&'static str),
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    /// A record of the epoch before.
    older: bool,
    current: Current,
    fails: bool,
}

/// Nothing is kept of them.
const STRANGER: Kept = Kept {
    older: false,
    current: Current::Nothing,
    fails: false,
};

#[derive(Clone, Debug)]
struct World {
    status: Status,
    killed: bool,
    forced: bool,
    in_dates: bool,
    prerequisite: Truth,
    held: bool,
    winner: bool,
    for_everyone: bool,
    blocks_older: bool,
    audience: Truth,
    audience_sticky: bool,
    variant_sticky: bool,
    owns_layer_slot: bool,
    in_traffic: bool,
    owner: Option<&'static str>,
    /// Whether the context names them, and what is kept of them.
    own: Option<Kept>,
    fallback: Option<Kept>,
}

#[derive(Debug, PartialEq)]
struct Answer {
    variant: &'static str,
    reason: Reason,
    enrolled: bool,
    degraded: bool,
    /// The variant that is to be kept, and whether it replaces a record.
    written: Option<(&'static str, bool)>,
}

/// A record that counts, of the unit that the slots use or of the other.
struct Valid {
    variant: &'static str,
    copied: bool,
}

impl World {
    fn by_the_book(&self) -> Answer {
        let is = |variant, reason| Answer {
            variant,
            reason,
            enrolled: false,
            degraded: false,
            written: None,
        };
        let default = |reason| is("off", reason);
        let concluded = self.status == Status::Concluded;
        let won = concluded && self.winner;
        if self.status == Status::Archived {
            return default(Reason::NotRunning);
        }
        if self.killed {
            return default(Reason::Killed);
        }
        let Some(first) = self.own.or(self.fallback) else {
            return match self.prerequisite {
                _ if !won => default(Reason::NoUnit),
                Yes => self.conclude(false, false, is),
                No => default(Reason::Prerequisite),
                Unknown => degraded(default(Reason::Prerequisite)),
            };
        };
        let second = self.own.and(self.fallback);
        if self.forced {
            return is("on", Reason::Forced);
        }
        if self.status == Status::Draft || (concluded && !won) || (!concluded && !self.in_dates) {
            return default(Reason::NotRunning);
        }
        if self.status == Status::Paused {
            return default(Reason::Paused);
        }
        let failed = first.fails || second.is_some_and(|kept| kept.fails);
        let valid = self.valid(first, second);
        let replaces = !first.fails && first.current != Current::Nothing;
        let keep = |valid: &Valid, variant, reason| Answer {
            enrolled: true,
            written: valid.copied.then_some((valid.variant, replaces)),
            ..is(variant, reason)
        };
        // Concluding frees the slots, and takes nothing from who took part.
        let counts = self.owns_layer_slot || concluded;
        let counting = || valid.as_ref().filter(|_| counts);
        match (self.prerequisite, counting()) {
            (Yes, _) => {}
            (No, _) => return default(Reason::Prerequisite),
            (Unknown, Some(valid)) => {
                return degraded(keep(valid, valid.variant, Reason::StickyUnknown));
            }
            (Unknown, None) => return degraded(default(Reason::Prerequisite)),
        }
        // The holdout is one of users.
        if self.held && self.own.is_some() {
            return default(Reason::Holdout);
        }
        if won {
            return self.conclude(counting().is_some(), failed, is);
        }
        let older = |kept: Kept| kept.older && !kept.fails;
        let mut answer = if self.blocks_older && (older(first) || second.is_some_and(older)) {
            default(Reason::BlockedEpoch)
        } else if let Some(valid) = &valid {
            match self.owns_layer_slot {
                true => self.stay(valid, is, keep),
                false => default(Reason::NotInLayer),
            }
        } else {
            self.enrol(first, failed, is)
        };
        answer.degraded |= failed;
        answer
    }

    fn valid(&self, first: Kept, second: Option<Kept>) -> Option<Valid> {
        let of = |kept: Kept, copied| match kept.current {
            Current::Of(variant @ ("off" | "on")) if !kept.fails => Some(Valid { variant, copied }),
            _ => None,
        };
        of(first, false).or_else(|| match first.fails {
            true => None,
            false => second.and_then(|kept| of(kept, true)),
        })
    }

    fn conclude(
        &self,
        valid: bool,
        failed: bool,
        is: impl Fn(&'static str, Reason) -> Answer,
    ) -> Answer {
        let sticks = self.audience_sticky && valid;
        if self.for_everyone || self.audience == Yes || sticks {
            return is("on", Reason::Concluded);
        }
        let answer = match self.audience {
            Unknown => degraded(is("off", Reason::UnknownAttribute)),
            _ => is("off", Reason::NotInAudience),
        };
        match failed && self.audience_sticky {
            true => degraded(answer),
            false => answer,
        }
    }

    fn stay(
        &self,
        valid: &Valid,
        is: impl Fn(&'static str, Reason) -> Answer,
        keep: impl Fn(&Valid, &'static str, Reason) -> Answer,
    ) -> Answer {
        let today = |reason: Option<Reason>| match self.owner {
            None => is("off", Reason::NotInTraffic),
            Some(owner) if owner == valid.variant => {
                keep(valid, owner, reason.unwrap_or(Reason::Sticky))
            }
            Some(owner) => keep(valid, owner, reason.unwrap_or(Reason::Reassigned)),
        };
        match (self.audience_sticky, self.variant_sticky, self.audience) {
            (true, true, _) => keep(valid, valid.variant, Reason::Sticky),
            (true, false, _) => today(None),
            (false, _, No) => is("off", Reason::LeftTarget),
            (false, true, Yes) => keep(valid, valid.variant, Reason::Sticky),
            (false, true, Unknown) => degraded(keep(valid, valid.variant, Reason::StickyUnknown)),
            (false, false, Unknown) => degraded(today(Some(Reason::StickyUnknown))),
            (false, false, Yes) if !self.in_traffic => is("off", Reason::NotInTraffic),
            (false, false, Yes) => today(None),
        }
    }

    fn enrol(
        &self,
        first: Kept,
        failed: bool,
        is: impl Fn(&'static str, Reason) -> Answer,
    ) -> Answer {
        if self.status == Status::EnrolmentStopped {
            return is("off", Reason::EnrolmentStopped);
        }
        match self.audience {
            Yes => {}
            No => return is("off", Reason::NotInAudience),
            Unknown => return degraded(is("off", Reason::UnknownAttribute)),
        }
        if !self.owns_layer_slot {
            return is("off", Reason::NotInLayer);
        }
        let Some(owner) = self.owner.filter(|_| self.in_traffic) else {
            return is("off", Reason::NotInTraffic);
        };
        let old = Some(first.current).filter(|_| !first.fails);
        let gone = matches!(old, Some(Current::Of("gone") | Current::Expired("gone")));
        Answer {
            enrolled: true,
            written: (!failed).then_some((owner, first.current != Current::Nothing)),
            ..is(
                owner,
                if gone {
                    Reason::VariantRemoved
                } else {
                    Reason::Assigned
                },
            )
        }
    }

    fn program(&self) -> Program {
        let mut one = experiment("e");
        one.status = self.status.into();
        one.killed = self.killed;
        one.fallback_unit = Some(COMPANY);
        one.epoch = EPOCH;
        one.min_epoch = EPOCH - u32::from(!self.blocks_older);
        one.ttl_seconds = TTL;
        one.audience_sticky = self.audience_sticky;
        one.variant_sticky = self.variant_sticky;
        one.audience = plan_is("gold").into();
        one.traffic = if self.in_traffic { SLOTS } else { 0 };
        one.layer = Some(0);
        one.holdouts = vec![0];
        one.ranges = match self.owner {
            None => vec![],
            Some("off") => vec![range(0, SLOTS, 0)],
            Some(_) => vec![range(0, SLOTS, 1)],
        };
        if !self.in_dates {
            one.ends_at = timestamp(NOW / 1_000_000_000).into();
        }
        if self.winner {
            one.winner = Some(1);
            one.winner_for_everyone = self.for_everyone;
        }
        if self.forced {
            one.overrides = vec![forced("c", 1), forced("u", 1)];
        }
        one.prerequisites = vec![match self.prerequisite {
            Yes => variant_of_flag(0, "on", false),
            No => variant_of_flag(0, "on", true),
            Unknown => variant_of_flag(1, "on", false),
        }];
        let on = flag("f", vec![rule("all", None, serve(1))]);
        let mut broken = flag("q", vec![]);
        broken.quarantined = true;
        let mut all = content(vec![], vec![on, broken], vec![one]);
        all.layers = vec![layer(
            "l",
            match self.owns_layer_slot {
                true => vec![(0, SLOTS, 0)],
                false => vec![],
            },
        )];
        all.holdouts = vec![holdout("h", if self.held { SLOTS } else { 0 })];
        program(&all)
    }

    fn asking(&self) -> Asking {
        let mut asking = Asking::user("u");
        asking.now = turnout_engine::Instant(NOW);
        asking.units.clear();
        if self.own.is_some() {
            asking.units.push(("user", "u".to_owned()));
        }
        if self.fallback.is_some() {
            asking.units.push(("company", "c".to_owned()));
        }
        match self.audience {
            Yes => {}
            No => asking.plan = None,
            Unknown => asking.unknown = vec!["plan"],
        }
        asking
    }

    fn memory(&self) -> Memory {
        let mut memory = Memory::default();
        for (kind, id, kept) in [("user", "u", self.own), ("company", "c", self.fallback)] {
            let Some(kept) = kept else { continue };
            if kept.older {
                memory.keep("e", kind, id, record(EPOCH - 1, "on", NOW));
            }
            match kept.current {
                Current::Nothing => {}
                Current::Of(variant) => memory.keep("e", kind, id, record(EPOCH, variant, OLD + 1)),
                Current::Expired(variant) => {
                    memory.keep("e", kind, id, record(EPOCH, variant, OLD))
                }
            }
            if kept.fails {
                memory.failing.push(kind);
            }
        }
        memory
    }

    fn answer(&self) -> (Answer, Memory, Program) {
        let (program, mut memory) = (self.program(), self.memory());
        let decision = self.asking().decide(&program, "e", &mut memory);
        let name = |name: &str| match name {
            "off" => "off",
            "on" => "on",
            _ => "neither",
        };
        let written = decision.assignments.first().map(|kept| {
            let variant = program.variant(kept.variant).expect("the variant");
            (name(&variant.name), kept.replaces.is_some())
        });
        let answer = Answer {
            variant: name(variant(&program, &decision)),
            reason: decision.reason,
            enrolled: decision.enrolled,
            degraded: decision.degraded,
            written,
        };
        assert!(decision.assignments.len() <= 1);
        (answer, memory, program)
    }
}

fn degraded(answer: Answer) -> Answer {
    Answer {
        degraded: true,
        ..answer
    }
}

fn kept() -> impl Strategy<Value = Kept> {
    let variant = prop_oneof![Just("off"), Just("on"), Just("gone")];
    let current = prop_oneof![
        2 => Just(Current::Nothing),
        4 => variant.clone().prop_map(Current::Of),
        1 => variant.prop_map(Current::Expired),
    ];
    (
        prop::bool::weighted(0.2),
        current,
        prop::bool::weighted(0.1),
    )
        .prop_map(|(older, current, fails)| Kept {
            older,
            current,
            fails,
        })
}

fn worlds() -> impl Strategy<Value = World> {
    let truth = || prop_oneof![4 => Just(Yes), 1 => Just(No), 1 => Just(Unknown)];
    let rarely = || prop::bool::weighted(0.1);
    let status = prop_oneof![
        6 => Just(Status::Running),
        2 => Just(Status::EnrolmentStopped),
        2 => Just(Status::Concluded),
        1 => Just(Status::Draft),
        1 => Just(Status::Paused),
        1 => Just(Status::Archived),
    ];
    let owner = prop_oneof![
        Just(None),
        Just(Some("off")),
        Just(Some("on")),
        Just(Some("on"))
    ];
    (
        (
            status,
            rarely(),
            rarely(),
            prop::bool::weighted(0.9),
            truth(),
            rarely(),
        ),
        (prop::bool::ANY, prop::bool::ANY, prop::bool::ANY, truth()),
        (prop::bool::ANY, prop::bool::ANY),
        (prop::bool::weighted(0.8), prop::bool::weighted(0.8), owner),
        (
            prop::option::weighted(0.8, kept()),
            prop::option::of(kept()),
        ),
    )
        .prop_map(|(first, second, sticky, slots, units)| World {
            status: first.0,
            killed: first.1,
            forced: first.2,
            in_dates: first.3,
            prerequisite: first.4,
            held: first.5,
            winner: second.0,
            for_everyone: second.1,
            blocks_older: second.2,
            audience: second.3,
            audience_sticky: sticky.0,
            variant_sticky: sticky.1,
            owns_layer_slot: slots.0,
            in_traffic: slots.1,
            owner: slots.2,
            own: units.0,
            fallback: units.1,
        })
}

fn values(memory: &Memory) -> Vec<&Record> {
    memory.records.values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn every_step_answers_as_a_slow_reading_does(world in worlds()) {
        prop_assert_eq!(world.answer().0, world.by_the_book());
    }
}

proptest! {
    #[test]
    fn asked_again_the_answer_is_the_same_and_nothing_more_is_kept(world in worlds()) {
        let (first, mut memory, program) = world.answer();
        let before: Vec<Record> = values(&memory).into_iter().cloned().collect();
        let again = world.asking().decide(&program, "e", &mut memory);
        prop_assert_eq!(variant(&program, &again), first.variant);
        prop_assert_eq!(again.enrolled, first.enrolled);
        prop_assert!(values(&memory).into_iter().eq(before.iter()));
        let expected = match first.reason {
            Reason::Assigned | Reason::VariantRemoved if first.written.is_some() => Reason::Sticky,
            other => other,
        };
        prop_assert_eq!(again.reason, expected);
    }

    #[test]
    fn held_is_held_and_won_is_won(world in worlds()) {
        let held = World {
            held: true,
            prerequisite: Yes,
            own: world.own.or(world.fallback).or(Some(STRANGER)),
            ..world.clone()
        };
        let answer = held.answer().0;
        prop_assert!(!answer.enrolled && answer.reason != Reason::Concluded);
        let everyone = World {
            status: Status::Concluded,
            winner: true,
            for_everyone: true,
            killed: false,
            forced: false,
            held: false,
            prerequisite: Yes,
            ..world
        };
        let won = everyone.answer().0;
        prop_assert_eq!((won.variant, won.reason, won.degraded), ("on", Reason::Concluded, false));
        prop_assert!(!won.enrolled && won.written.is_none());
    }
}

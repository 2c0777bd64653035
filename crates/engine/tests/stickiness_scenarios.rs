//! Stored assignments: the twenty published scenarios, in their order.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;
mod measured;
mod memory;

use catalogue::*;
use measured::*;
use memory::{Asking, Memory, record};
use turnout_engine::{Instant, Reason, slot};
use turnout_snapshot::turnout::snapshot::v1::{ExperimentStatus, HoldoutStatus};

#[test]
fn scenarios_1_to_3_leaving_the_audience_and_coming_back() {
    let both = measured((true, true), |_| {});
    let (mut asking, mut memory) = enrolled(&both, "on");
    asking.plan = Some("free");
    assert_eq!(
        asking.answer(&both, "e", &mut memory),
        is("on", Reason::Sticky)
    );
    let leaving = measured((false, true), |_| {});
    assert_eq!(
        asking.answer(&leaving, "e", &mut memory),
        is("off", Reason::LeftTarget)
    );
    assert!(!asking.decide(&leaving, "e", &mut memory).enrolled);
    asking.plan = Some("gold");
    assert_eq!(
        asking.answer(&leaving, "e", &mut memory),
        is("on", Reason::Sticky)
    );
    assert_eq!(memory.records.len(), 1);
}

#[test]
fn scenarios_4_to_6_other_weights() {
    let reweighted = |sticky| {
        measured(sticky, |e| {
            e.ranges = vec![range(0, 250_000, 0), range(250_000, SLOTS, 1)];
        })
    };
    let before = measured((true, true), |_| {});
    let in_slots = |from: u32, to: u32| {
        let asking = unit(|id| (from..to).contains(&slot("e.variant.1", id)));
        let mut memory = Memory::default();
        let first = asking.answer(&before, "e", &mut memory);
        assert_eq!(first, is("off", Reason::Assigned));
        (asking, memory)
    };
    let (asking, mut memory) = in_slots(250_000, 500_000);
    let of = |sticky, memory: &mut Memory| asking.answer(&reweighted(sticky), "e", memory);
    assert_eq!(of((true, true), &mut memory), is("off", Reason::Sticky));
    assert_eq!(of((true, false), &mut memory), is("on", Reason::Reassigned));
    assert_eq!(
        of((false, false), &mut memory),
        is("on", Reason::Reassigned)
    );
    let kept = memory.records.values().next().expect("the record");
    assert_eq!(&*kept.variant, "off", "the record stays");
    let (asking, mut memory) = in_slots(0, 250_000);
    for sticky in ALL {
        let answer = asking.answer(&reweighted(sticky), "e", &mut memory);
        assert_eq!(answer, is("off", Reason::Sticky));
    }
}

#[test]
fn scenarios_7_and_8_less_traffic() {
    let ramped = |sticky, traffic| measured(sticky, |e| e.traffic = traffic);
    let asking = unit(|id| (100_000..500_000).contains(&slot("e.traffic", id)));
    let mut memory = Memory::default();
    let (stored, reason) = asking.answer(&ramped((true, true), 500_000), "e", &mut memory);
    assert_eq!(reason, Reason::Assigned);
    for (sticky, expected) in [
        ((true, true), is(&stored, Reason::Sticky)),
        ((true, false), is(&stored, Reason::Sticky)),
        ((false, true), is(&stored, Reason::Sticky)),
        ((false, false), is("off", Reason::NotInTraffic)),
    ] {
        let answer = asking.answer(&ramped(sticky, 100_000), "e", &mut memory);
        assert_eq!(answer, expected, "{sticky:?}");
    }
}

#[test]
fn scenarios_9_and_10_epochs() {
    for sticky in ALL {
        let (asking, mut memory) = enrolled(&measured(sticky, |_| {}), "on");
        let blocking = measured(sticky, |e| {
            e.epoch = 2;
            e.min_epoch = 2;
            e.variant_salt = "e.variant.2".to_owned();
        });
        assert_eq!(
            asking.answer(&blocking, "e", &mut memory),
            is("off", Reason::BlockedEpoch)
        );
        let anew = measured(sticky, |e| {
            e.epoch = 2;
            e.min_epoch = 1;
            e.variant_salt = "e.variant.2".to_owned();
        });
        let (first, reason) = asking.answer(&anew, "e", &mut memory);
        assert_eq!((reason, memory.records.len()), (Reason::Assigned, 2));
        assert_eq!(
            asking.answer(&anew, "e", &mut memory),
            is(&first, Reason::Sticky)
        );
        assert_eq!(
            asking.answer(&blocking, "e", &mut memory),
            is("off", Reason::BlockedEpoch),
            "though it was enrolled anew"
        );
    }
}

#[test]
fn scenario_11_a_variant_that_is_gone_gives_way() {
    for sticky in ALL {
        let (asking, mut memory) = enrolled(&measured(sticky, |_| {}), "on");
        let without = measured(sticky, |e| {
            e.variants[1].name = "green".to_owned();
            e.ranges = vec![range(0, SLOTS, 1)];
        });
        let decision = asking.decide(&without, "e", &mut memory);
        assert_eq!(
            (
                variant(&without, &decision),
                decision.reason,
                decision.enrolled
            ),
            ("green", Reason::VariantRemoved, true)
        );
        let replaced = decision.assignments[0].replaces.as_ref();
        assert_eq!(&*replaced.expect("the old record").variant, "on");
        assert_eq!(
            asking.answer(&without, "e", &mut memory),
            is("green", Reason::Sticky)
        );
        assert_eq!(memory.records.len(), 1);
    }
}

#[test]
fn scenario_12_paused_and_resumed() {
    for sticky in ALL {
        let running = measured(sticky, |_| {});
        let paused = measured(sticky, |e| e.status = ExperimentStatus::Paused.into());
        let (asking, mut memory) = enrolled(&running, "on");
        assert_eq!(
            asking.answer(&paused, "e", &mut memory),
            is("off", Reason::Paused)
        );
        assert_eq!(
            asking.answer(&running, "e", &mut memory),
            is("on", Reason::Sticky)
        );
    }
}

#[test]
fn scenarios_13_and_14_an_audience_that_is_not_known() {
    for sticky in ALL {
        let program = measured(sticky, |_| {});
        let (mut asking, mut memory) = enrolled(&program, "on");
        asking.unknown = vec!["plan"];
        let decision = asking.decide(&program, "e", &mut memory);
        let expected = match sticky {
            (true, _) => Reason::Sticky,
            (false, _) => Reason::StickyUnknown,
        };
        assert_eq!(
            (
                variant(&program, &decision),
                decision.reason,
                decision.enrolled
            ),
            ("on", expected, true)
        );
        assert_eq!(decision.degraded, !sticky.0);
        let mut empty = Memory::default();
        let decision = asking.decide(&program, "e", &mut empty);
        assert_eq!(
            (variant(&program, &decision), decision.reason),
            ("off", Reason::UnknownAttribute)
        );
        assert!(empty.records.is_empty() && decision.assignments.is_empty());
    }
    let other_weights = measured((false, false), |e| e.ranges = vec![range(0, SLOTS, 0)]);
    let (mut asking, mut memory) = enrolled(&measured((false, false), |_| {}), "on");
    asking.unknown = vec!["plan"];
    assert_eq!(
        asking.answer(&other_weights, "e", &mut memory),
        is("off", Reason::StickyUnknown),
        "today's owner"
    );
}

#[test]
fn scenario_15_two_that_come_first_say_the_same_and_one_record_is_kept() {
    let program = measured((true, true), |_| {});
    let asking = Asking::user("u-1");
    let (mut one, mut other) = (Memory::default(), Memory::default());
    let first = asking.decide(&program, "e", &mut one);
    let second = asking.decide(&program, "e", &mut other);
    assert_eq!(first, second);
    let before = one.records.clone();
    one.write(&program, &second.assignments[0]);
    assert_eq!(one.records, before);
}

#[test]
fn scenario_16_the_record_of_a_fallback_unit_is_copied() {
    let program = with_fallback((true, true), |_| {});
    // Alone they are given different variants.
    let asking = unit(|id| slot("e.variant.1", id) < 500_000);
    let anonymous = as_company(&asking, "c-on");
    let mut memory = Memory::default();
    memory.keep("e", "company", "c-on", record(1, "on", 77));
    assert_eq!(
        anonymous.answer(&program, "e", &mut memory),
        is("on", Reason::Sticky)
    );
    assert_eq!(memory.records.len(), 1);
    let decision = as_both(&asking, "c-on").decide(&program, "e", &mut memory);
    assert_eq!(
        (variant(&program, &decision), decision.reason),
        ("on", Reason::Sticky)
    );
    let copied = &decision.assignments[0];
    assert_eq!(
        (copied.epoch, copied.assigned_at, copied.snapshot.as_deref()),
        (1, Instant(77), Some("before"))
    );
    assert_eq!(
        asking.answer(&program, "e", &mut memory),
        is("on", Reason::Sticky),
        "logged in, without the company"
    );
    let again = as_both(&asking, "c-on").decide(&program, "e", &mut memory);
    assert!(again.assignments.is_empty());
}

#[test]
fn scenario_17_the_own_record_counts_first() {
    for sticky in [(true, true), (false, true)] {
        let program = with_fallback(sticky, |_| {});
        let asking = Asking::user("u-1");
        let mut memory = Memory::default();
        memory.keep("e", "company", "c", record(1, "on", 0));
        memory.keep("e", "user", "u-1", record(1, "off", 0));
        let before = memory.records.clone();
        assert_eq!(
            as_both(&asking, "c").answer(&program, "e", &mut memory),
            is("off", Reason::Sticky)
        );
        assert_eq!(memory.records, before);
    }
}

#[test]
fn scenario_18_a_store_that_fails_leaves_it_to_the_hash() {
    let program = measured((true, true), |_| {});
    let (asking, mut memory) = enrolled(&program, "on");
    let before = memory.records.clone();
    memory.failing = vec!["user"];
    let decision = asking.decide(&program, "e", &mut memory);
    assert_eq!(
        (
            variant(&program, &decision),
            decision.reason,
            decision.enrolled
        ),
        ("on", Reason::Assigned, true)
    );
    assert!(decision.degraded && decision.assignments.is_empty());
    assert!(decision.unknown.names(&program).is_empty());
    assert_eq!(memory.records, before);
}

#[test]
fn scenario_19_a_new_holdout_holds_the_enrolled_too() {
    for sticky in ALL {
        let (asking, mut memory) = enrolled(&measured(sticky, |_| {}), "on");
        let mut one = experiment("e");
        one.holdouts = vec![0];
        (one.audience_sticky, one.variant_sticky) = sticky;
        let mut all = content(vec![], vec![], vec![one]);
        all.holdouts = vec![holdout("h", SLOTS)];
        assert_eq!(
            asking.answer(&program(&all), "e", &mut memory),
            is("off", Reason::Holdout)
        );
        all.holdouts[0].status = HoldoutStatus::Ended.into();
        assert_eq!(
            asking.answer(&program(&all), "e", &mut memory),
            is("on", Reason::Sticky)
        );
    }
}

#[test]
fn scenario_20_an_audience_of_the_first_session() {
    let program = measured((true, true), |e| e.audience = beta().into());
    let mut asking = Asking::user("u-1");
    let mut memory = Memory::default();
    asking.beta = Some(true);
    let (stored, reason) = asking.answer(&program, "e", &mut memory);
    assert_eq!(reason, Reason::Assigned);
    asking.beta = Some(false);
    assert_eq!(
        asking.answer(&program, "e", &mut memory),
        is(&stored, Reason::Sticky)
    );
}

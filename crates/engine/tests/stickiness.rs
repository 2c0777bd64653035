//! Stored assignments: what lies between the twenty published scenarios.
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
use turnout_snapshot::turnout::snapshot::v1::ExperimentStatus;

#[test]
fn without_an_id_of_its_unit_the_fallback_is_enrolled_itself() {
    let program = with_fallback((true, true), |e| e.overrides = vec![forced("c-forced", 1)]);
    let mut memory = Memory::default();
    let anonymous = as_company(&Asking::user("u"), "c-1");
    let expected = if slot("e.variant.1", "c-1") < 500_000 {
        "off"
    } else {
        "on"
    };
    assert_eq!(
        anonymous.answer(&program, "e", &mut memory),
        is(expected, Reason::Assigned)
    );
    let (_, kind, id, _) = memory.records.keys().next().expect("a record");
    assert_eq!((&**kind, &**id), ("company", "c-1"));
    let forced = as_company(&Asking::user("u"), "c-forced");
    assert_eq!(
        forced.answer(&program, "e", &mut memory),
        is("on", Reason::Forced)
    );
    let mut nobody = Asking::user("");
    assert_eq!(
        nobody.answer(&program, "e", &mut memory),
        is("off", Reason::NoUnit)
    );
    nobody.unknown = vec!["company"];
    let decision = nobody.decide(&program, "e", &mut memory);
    assert_eq!(decision.unknown.names(&program), ["company"]);
}

#[test]
fn a_record_that_does_not_count_gives_way_to_the_fallbacks() {
    let program = with_fallback((true, true), |_| {});
    let asking = as_both(&Asking::user("u-1"), "c");
    let mut memory = Memory::default();
    memory.keep("e", "user", "u-1", record(1, "gone", 0));
    memory.keep("e", "company", "c", record(1, "on", 5));
    let decision = asking.decide(&program, "e", &mut memory);
    assert_eq!(
        (variant(&program, &decision), decision.reason),
        ("on", Reason::Sticky)
    );
    assert_eq!(
        decision.assignments[0].replaces,
        Some(record(1, "gone", 0)),
        "by compare-and-set"
    );
    assert_eq!(
        memory.records[&("e".into(), "user".into(), "u-1".into(), 1)],
        record(1, "on", 5)
    );
}

#[test]
fn a_blocked_epoch_of_either_blocks() {
    let program = with_fallback((true, true), |e| {
        e.epoch = 3;
        e.min_epoch = 2;
    });
    for (kind, id) in [("user", "u-1"), ("company", "c")] {
        let mut memory = Memory::default();
        memory.keep("e", kind, id, record(1, "on", 0));
        memory.keep("e", "user", "u-1", record(3, "on", 0));
        let asking = as_both(&Asking::user("u-1"), "c");
        assert_eq!(
            asking.answer(&program, "e", &mut memory),
            is("off", Reason::BlockedEpoch)
        );
    }
}

#[test]
fn a_store_that_fails_for_one_of_two_units_writes_nothing() {
    let program = with_fallback((true, true), |_| {});
    let asking = as_both(&Asking::user("u-1"), "c");
    for failing in ["user", "company"] {
        let mut memory = Memory {
            failing: vec![failing],
            ..Memory::default()
        };
        let decision = asking.decide(&program, "e", &mut memory);
        assert_eq!(
            (decision.reason, decision.degraded),
            (Reason::Assigned, true)
        );
        assert!(memory.records.is_empty(), "{failing}");
        memory.keep("e", "user", "u-1", record(1, "on", 0));
        let decision = asking.decide(&program, "e", &mut memory);
        let own_is_read = failing == "company";
        assert_eq!(decision.reason == Reason::Sticky, own_is_read);
    }
}

#[test]
fn a_store_that_was_not_read_yet_is_asked_for_both_units_at_once() {
    let program = with_fallback((true, true), |_| {});
    let mut memory = Memory {
        pending: true,
        ..Memory::default()
    };
    as_both(&Asking::user("u-1"), "c").decide(&program, "e", &mut memory);
    assert_eq!((memory.asked, memory.records.len()), (2, 0));
}

#[test]
fn enrolment_that_stopped_keeps_who_is_in() {
    for sticky in ALL {
        let (asking, mut memory) = enrolled(&measured(sticky, |_| {}), "on");
        let stopped = measured(sticky, |e| {
            e.status = ExperimentStatus::EnrolmentStopped.into();
        });
        assert_eq!(
            asking.answer(&stopped, "e", &mut memory),
            is("on", Reason::Sticky)
        );
        assert_eq!(
            asking.answer(&stopped, "e", &mut Memory::default()),
            is("off", Reason::EnrolmentStopped)
        );
    }
}

#[test]
fn a_record_lives_as_long_as_its_ttl() {
    let program = measured((true, true), |e| e.ttl_seconds = 10);
    let nanos = 1_000_000_000;
    let mut asking = unit(|id| slot("e.variant.1", id) < 500_000);
    let mut memory = Memory::default();
    let id = asking.units[0].1.clone();
    memory.keep("e", "user", &id, record(1, "on", 5 * nanos));
    asking.now = Instant(15 * nanos - 1);
    assert_eq!(
        asking.answer(&program, "e", &mut memory),
        is("on", Reason::Sticky)
    );
    asking.now = Instant(15 * nanos);
    assert_eq!(
        asking.answer(&program, "e", &mut memory),
        is("off", Reason::Assigned)
    );
    let kept = memory.records.values().next().expect("the record");
    assert_eq!((&*kept.variant, kept.assigned_at), ("off", asking.now));
    assert_eq!(&*kept.snapshot, program.id());
}

#[test]
fn a_variant_of_weight_0_keeps_its_units() {
    let (asking, mut memory) = enrolled(&measured((true, true), |_| {}), "on");
    let without = |sticky| measured(sticky, |e| e.ranges = vec![range(0, SLOTS, 0)]);
    assert_eq!(
        asking.answer(&without((true, true)), "e", &mut memory),
        is("on", Reason::Sticky)
    );
    assert_eq!(
        asking.answer(&without((true, false)), "e", &mut memory),
        is("off", Reason::Reassigned)
    );
    let nobody = measured((true, false), |e| e.ranges = vec![]);
    assert_eq!(
        asking.answer(&nobody, "e", &mut memory),
        is("off", Reason::NotInTraffic)
    );
}

#[test]
fn a_layer_slot_that_was_lost_wins_over_the_record() {
    for sticky in ALL {
        let (asking, mut memory) = enrolled(&measured(sticky, |_| {}), "on");
        let at = slot("layer.l", &asking.units[0].1);
        for (owned, expected) in [
            (range(at, at + 1, 0), is("on", Reason::Sticky)),
            (range(0, at, 0), is("off", Reason::NotInLayer)),
        ] {
            let mut one = experiment("e");
            one.layer = Some(0);
            (one.audience_sticky, one.variant_sticky) = sticky;
            let mut all = content(vec![], vec![], vec![one]);
            all.layers = vec![layer("l", vec![(owned.start, owned.end, 0)])];
            assert_eq!(asking.answer(&program(&all), "e", &mut memory), expected);
        }
        assert_eq!(memory.records.len(), 1, "the record stays");
    }
}

#[test]
fn a_winner_is_for_those_who_were_enrolled_if_the_audience_sticks() {
    let won = |sticky, everyone| {
        measured((sticky, true), |e| {
            e.status = ExperimentStatus::Concluded.into();
            e.winner = Some(0);
            e.winner_for_everyone = everyone;
        })
    };
    let (mut asking, mut memory) = enrolled(&measured((true, true), |_| {}), "on");
    asking.plan = Some("free");
    let of = |sticky, everyone, asking: &Asking, memory: &mut Memory| {
        let program = won(sticky, everyone);
        let decision = asking.decide(&program, "e", memory);
        assert!(decision.assignments.is_empty() && !decision.enrolled);
        (decision.reason, decision.degraded)
    };
    let mut nothing = Memory::default();
    assert_eq!(
        of(true, false, &asking, &mut memory),
        (Reason::Concluded, false)
    );
    assert_eq!(
        of(false, false, &asking, &mut memory),
        (Reason::NotInAudience, false)
    );
    assert_eq!(
        of(true, false, &asking, &mut nothing),
        (Reason::NotInAudience, false)
    );
    assert_eq!(
        of(false, true, &asking, &mut nothing),
        (Reason::Concluded, false)
    );
    asking.unknown = vec!["plan"];
    assert_eq!(
        of(true, false, &asking, &mut memory),
        (Reason::Concluded, false)
    );
    assert_eq!(
        of(false, false, &asking, &mut memory),
        (Reason::UnknownAttribute, true)
    );
    let mut nobody = Asking::user("");
    assert_eq!(
        of(true, false, &nobody, &mut nothing),
        (Reason::Concluded, false)
    );
    nobody.plan = None;
    assert_eq!(
        of(true, false, &nobody, &mut nothing),
        (Reason::NotInAudience, false)
    );
}

#[test]
fn a_prerequisite_that_is_not_known_keeps_the_enrolled() {
    let (asking, memory) = enrolled(&measured((true, true), |_| {}), "on");
    for sticky in ALL {
        let mut one = experiment("e");
        one.prerequisites = vec![variant_of_experiment(1, "on", false)];
        (one.audience_sticky, one.variant_sticky) = sticky;
        let mut broken = experiment("x-broken");
        broken.quarantined = true;
        let program = program(&content(vec![], vec![], vec![one, broken]));
        let mut kept = Memory {
            records: memory.records.clone(),
            ..Memory::default()
        };
        let decision = asking.decide(&program, "e", &mut kept);
        assert_eq!(
            (
                variant(&program, &decision),
                decision.reason,
                decision.enrolled
            ),
            ("on", Reason::StickyUnknown, true)
        );
        assert_eq!(decision.unknown.names(&program), ["x-broken"]);
        let decision = asking.decide(&program, "e", &mut Memory::default());
        assert_eq!(
            (
                variant(&program, &decision),
                decision.reason,
                decision.degraded
            ),
            ("off", Reason::Prerequisite, true)
        );
    }
}

#[test]
fn without_a_store_what_is_to_be_kept_is_told_all_the_same() {
    let program = measured((true, true), |_| {});
    let decision = decide(&program, "e", |context| {
        context.unit(&program, "user", "u-1");
        gold(&program, context);
    });
    let told = &decision.assignments[..];
    assert_eq!(
        (told.len(), &*told[0].unit_id, told[0].epoch),
        (1, "u-1", 1)
    );
    assert_eq!(
        (told[0].variant, told[0].assigned_at),
        (decision.variant.expect("one"), Instant(0))
    );
    let outside = decide(&program, "e", |context| {
        context.unit(&program, "user", "u-1")
    });
    assert!(outside.assignments.is_empty());
}

#[test]
fn a_flag_hands_on_what_its_experiment_is_to_keep() {
    let mut one = experiment("e");
    one.ranges = vec![range(0, SLOTS, 1)];
    let rules = vec![rule("measured", None, hand_over_to(0))];
    let program = program(&content(vec![], vec![flag("f", rules)], vec![one]));
    let mut memory = Memory::default();
    let asking = Asking::user("u-1");
    assert_eq!(
        asking.answer(&program, "f", &mut memory),
        is("on", Reason::Assigned)
    );
    assert_eq!(
        asking.answer(&program, "f", &mut memory),
        is("on", Reason::Sticky)
    );
    assert_eq!(
        asking.answer(&program, "e", &mut memory),
        is("on", Reason::Sticky)
    );
}

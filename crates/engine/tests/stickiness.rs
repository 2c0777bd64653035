//! Stored assignments: the twenty published scenarios, and what lies between them.
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
use turnout_engine::{Instant, Program, Reason, slot};
use turnout_snapshot::turnout::snapshot::v1::{Experiment, ExperimentStatus, HoldoutStatus};

/// Whether the audience and the variant stick.
const ALL: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

/// Experiment `e` for the plan `gold`, half and half.
fn measured(sticky: (bool, bool), change: impl FnOnce(&mut Experiment)) -> Program {
    let mut one = experiment("e");
    one.audience = plan_is("gold").into();
    (one.audience_sticky, one.variant_sticky) = sticky;
    change(&mut one);
    program(&content(vec![], vec![], vec![one]))
}

fn is(variant: &str, reason: Reason) -> (String, Reason) {
    (variant.to_owned(), reason)
}

/// The first unit whose slots for the salts are as wanted.
fn unit(wanted: impl Fn(&str) -> bool) -> Asking {
    let ids = (0..10_000).map(|n| format!("u-{n}"));
    let id = ids.into_iter().find(|id| wanted(id));
    Asking::user(&id.expect("a unit"))
}

/// A unit that was enrolled in this variant.
fn enrolled(program: &Program, wanted: &str) -> (Asking, Memory) {
    let asking = unit(|id| {
        let decision = Asking::user(id).decide(program, "e", &mut Memory::default());
        variant(program, &decision) == wanted && decision.reason == Reason::Assigned
    });
    let mut memory = Memory::default();
    let decision = asking.decide(program, "e", &mut memory);
    assert_eq!(
        (decision.reason, decision.enrolled),
        (Reason::Assigned, true)
    );
    assert_eq!(memory.records.len(), 1);
    (asking, memory)
}

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

/// `e` for users, or else companies.
fn with_fallback(sticky: (bool, bool), change: impl FnOnce(&mut Experiment)) -> Program {
    measured(sticky, |e| {
        e.fallback_unit = Some(COMPANY);
        change(e);
    })
}

fn as_company(asking: &Asking, id: &str) -> Asking {
    let mut anonymous = asking.clone();
    anonymous.units = vec![("company", id.to_owned())];
    anonymous
}

fn as_both(asking: &Asking, company: &str) -> Asking {
    let mut both = asking.clone();
    both.units.push(("company", company.to_owned()));
    both
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

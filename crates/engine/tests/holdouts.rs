//! Holdouts: who is kept out, and when.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod catalogue;

use catalogue::*;
use turnout_engine::{Context, Decision, Evaluation, Instant, Program, Reason, slot};
use turnout_snapshot::turnout::snapshot::v1::{Content, ExperimentStatus, Holdout, HoldoutStatus};

/// Experiment `e`, all of it `on`, held out by these.
fn held_by(holdouts: Vec<Holdout>) -> Content {
    let mut one = experiment("e");
    one.ranges = vec![range(0, SLOTS, 1)];
    one.holdouts = (0..).take(holdouts.len()).collect();
    let mut all = content(vec![], vec![], vec![one]);
    all.holdouts = holdouts;
    all
}

fn at(program: &Program, now: i64, set: impl FnOnce(&mut Context<'_>)) -> Decision {
    let mut context = Context::new(program);
    set(&mut context);
    let item = program.item("e").expect("the item");
    Evaluation::new(program, &mut context, Instant(now)).decide(item)
}

fn reason(content: &Content, now: i64) -> Reason {
    let program = program(content);
    at(&program, now, |context| {
        context.unit(&program, "user", "u-1")
    })
    .reason
}

#[test]
fn the_slot_below_the_share_is_held() {
    let half = program(&held_by(vec![holdout("h", 500_000)]));
    for n in 0..200 {
        let id = format!("u-{n}");
        let mut context = Context::new(&half);
        context.unit(&half, "user", &id);
        let item = half.item("e").expect("the item");
        let decision = Evaluation::new(&half, &mut context, Instant(0)).decide(item);
        let expected = if slot("holdout.h", &id) < 500_000 {
            ("off", Reason::Holdout, false)
        } else {
            ("on", Reason::Assigned, true)
        };
        assert_eq!(
            (
                variant(&half, &decision),
                decision.reason,
                decision.enrolled
            ),
            expected
        );
    }
}

#[test]
fn only_while_it_runs() {
    let of = |change: fn(&mut Holdout), now| {
        let mut one = holdout("h", SLOTS);
        change(&mut one);
        reason(&held_by(vec![one]), now)
    };
    assert_eq!(of(|_| {}, 0), Reason::Holdout);
    assert_eq!(
        of(|h| h.status = HoldoutStatus::Draft.into(), 0),
        Reason::Assigned
    );
    assert_eq!(
        of(|h| h.status = HoldoutStatus::Ended.into(), 0),
        Reason::Assigned
    );
    let dated = |h: &mut Holdout| {
        h.starts_at = timestamp(10).into();
        h.ends_at = timestamp(20).into();
    };
    let second = 1_000_000_000;
    assert_eq!(of(dated, 10 * second - 1), Reason::Assigned);
    assert_eq!(of(dated, 10 * second), Reason::Holdout);
    assert_eq!(of(dated, 20 * second - 1), Reason::Holdout);
    assert_eq!(of(dated, 20 * second), Reason::Assigned);
}

#[test]
fn an_audience_that_is_not_known_holds_within_the_share_only() {
    let for_gold = |share| {
        let mut one = holdout("h", share);
        one.audience = plan_is("gold").into();
        one
    };
    let of = |share, plan: Option<&'static str>| {
        let program = program(&held_by(vec![for_gold(share)]));
        let decision = at(&program, 0, |context| {
            context.unit(&program, "user", "u-1");
            match plan {
                Some(plan) => context.set(&program, "plan", turnout_engine::ValueRef::String(plan)),
                None => context.unknown(&program, "plan"),
            }
        });
        (decision.reason, decision.degraded)
    };
    assert_eq!(of(SLOTS, Some("gold")), (Reason::Holdout, false));
    assert_eq!(of(SLOTS, Some("free")), (Reason::Assigned, false));
    assert_eq!(of(SLOTS, None), (Reason::Holdout, true));
    assert_eq!(of(0, None), (Reason::Assigned, false));
    let at = slot("holdout.h", "u-1");
    assert_eq!(of(at, None), (Reason::Assigned, false));
    assert_eq!(of(at + 1, None), (Reason::Holdout, true));
}

#[test]
fn one_that_certainly_holds_leaves_nothing_to_doubt() {
    let mut doubtful = holdout("a", SLOTS);
    doubtful.audience = plan_is("gold").into();
    let program = program(&held_by(vec![doubtful, holdout("b", SLOTS)]));
    let decision = at(&program, 0, |context| {
        context.unit(&program, "user", "u-1");
        context.unknown(&program, "plan");
    });
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Holdout, false)
    );
}

#[test]
fn without_an_id_of_its_unit_nobody_is_held() {
    let mut companies = holdout("h", SLOTS);
    companies.unit = COMPANY;
    let program = program(&held_by(vec![companies]));
    let alone = at(&program, 0, |context| context.unit(&program, "user", "u-1"));
    assert_eq!(alone.reason, Reason::Assigned);
    let both = at(&program, 0, |context| {
        context.unit(&program, "user", "u-1");
        context.unit(&program, "company", "c");
    });
    assert_eq!(both.reason, Reason::Holdout);
}

#[test]
fn winners_are_held_too_and_a_holdout_stops_a_flag() {
    let mut all = held_by(vec![holdout("h", SLOTS)]);
    all.experiments[0].status = ExperimentStatus::Concluded.into();
    all.experiments[0].winner = Some(1);
    assert_eq!(reason(&all, 0), Reason::Holdout);
    all.flags = vec![flag(
        "f",
        vec![
            rule("measured", None, hand_over_to(0)),
            rule("rest", None, serve(1)),
        ],
    )];
    let held = program(&all);
    let decision = decide(&held, "f", |context| context.unit(&held, "user", "u-1"));
    assert_eq!(
        (variant(&held, &decision), decision.reason),
        ("off", Reason::Holdout)
    );
    all.holdouts[0].share = 0;
    assert_eq!(reason(&all, 0), Reason::Concluded);
}

#[test]
fn one_that_never_compiled_holds_nobody_and_is_named() {
    let mut broken = holdout("h", SLOTS);
    broken.quarantined = true;
    let program = program(&held_by(vec![broken]));
    let decision = at(&program, 0, |context| context.unit(&program, "user", "u-1"));
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Assigned, true)
    );
    assert_eq!(decision.unknown.names(&program), ["h"]);
}

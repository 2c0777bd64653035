//! What flags, experiments and segments answer, by reason.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod catalogue;

use catalogue::*;
use turnout_engine::{
    Context, Decision, ErrorCode, Evaluation, Instant, Note, Program, Reason, SegmentCheck,
    SegmentReason, Truth, ValueRef,
};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::rule;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::{
    Content, Experiment, ExperimentStatus, FlagStatus, OnUnknown, SegmentStatus,
};

fn check(program: &Program, key: &str, set: impl FnOnce(&mut Context<'_>)) -> SegmentCheck {
    let mut context = Context::new(program);
    set(&mut context);
    let segment = program.segment(key).expect("the segment");
    Evaluation::new(program, &mut context, Instant(0)).check_segment(segment)
}

fn answer(program: &Program, decision: &Decision) -> (String, Reason, String) {
    let rule = decision.rule.map_or("", |rule| program.rule_name(rule));
    (
        variant(program, decision).to_owned(),
        decision.reason,
        rule.to_owned(),
    )
}

fn is(variant: &str, reason: Reason, rule: &str) -> (String, Reason, String) {
    (variant.to_owned(), reason, rule.to_owned())
}

#[test]
fn a_flag_that_is_not_enabled_leaves_the_choice_to_the_caller() {
    for status in [
        FlagStatus::Draft,
        FlagStatus::Disabled,
        FlagStatus::Archived,
    ] {
        let mut off = flag("f", vec![rule("r", None, serve(1))]);
        off.status = status.into();
        let program = program(&content(vec![], vec![off], vec![]));
        let decision = decide(&program, "f", |_| {});
        assert_eq!(
            (decision.variant, decision.reason),
            (None, Reason::Disabled)
        );
    }
}

#[test]
fn the_first_rule_that_matches_decides() {
    let rules = vec![
        rule("gold", Some(plan_is("gold")), serve(1)),
        rule("beta", Some(beta()), serve(1)),
    ];
    let program = program(&content(
        vec![],
        vec![flag("f", rules), flag("g", vec![])],
        vec![],
    ));
    let decision = decide(&program, "f", |context| gold(&program, context));
    assert_eq!(
        answer(&program, &decision),
        is("on", Reason::TargetingMatch, "gold")
    );
    let decision = decide(&program, "f", |_| {});
    assert_eq!(answer(&program, &decision), is("off", Reason::Default, ""));
    let decision = decide(&program, "g", |_| {});
    assert_eq!(answer(&program, &decision), is("off", Reason::Static, ""));
}

#[test]
fn an_override_goes_first_and_makes_the_default_not_static() {
    let mut forcing = flag("f", vec![]);
    forcing.overrides = vec![forced("u-1", 1), forced("u-2", 0)];
    let program = program(&content(vec![], vec![forcing], vec![]));
    let of = |id: &'static str| {
        let decision = decide(&program, "f", |context| context.unit(&program, "user", id));
        answer(&program, &decision)
    };
    assert_eq!(of("u-1"), is("on", Reason::Forced, ""));
    assert_eq!(of("u-2"), is("off", Reason::Forced, ""));
    assert_eq!(of("u-3"), is("off", Reason::Default, ""));
    assert_eq!(of(""), is("off", Reason::Default, ""));
}

#[test]
fn a_split_goes_by_the_slot_and_needs_a_unit() {
    let rules = vec![rule("half", None, half_and_half())];
    let program = program(&content(vec![], vec![flag("f", rules)], vec![]));
    for n in 0..100 {
        let id = format!("user-{n}");
        let mut context = Context::new(&program);
        context.unit(&program, "user", &id);
        let item = program.item("f").expect("the flag");
        let decision = Evaluation::new(&program, &mut context, Instant(0)).decide(item);
        let expected = if turnout_engine::slot("f.split", &id) < 500_000 {
            "off"
        } else {
            "on"
        };
        assert_eq!(
            answer(&program, &decision),
            is(expected, Reason::Split, "half")
        );
    }
    let decision = decide(&program, "f", |_| {});
    assert_eq!(answer(&program, &decision), is("off", Reason::Default, ""));
    assert!(!decision.degraded);
    let decision = decide(&program, "f", |context| context.partial(true));
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Default, true)
    );
    assert_eq!(decision.unknown.names(&program), ["user"]);
}

#[test]
fn on_unknown_says_what_an_unknown_condition_does() {
    let of = |on_unknown: OnUnknown| {
        let mut first = rule("first", Some(plan_is("gold")), serve(1));
        first.on_unknown = on_unknown.into();
        let rules = vec![first, rule("rest", None, serve(1))];
        let program = program(&content(vec![], vec![flag("f", rules)], vec![]));
        let decision = decide(&program, "f", |context| context.unknown(&program, "plan"));
        assert!(decision.degraded);
        assert_eq!(decision.unknown.names(&program), ["plan"]);
        (answer(&program, &decision), decision.error)
    };
    assert_eq!(
        of(OnUnknown::NoMatch),
        (is("on", Reason::TargetingMatch, "rest"), None)
    );
    assert_eq!(
        of(OnUnknown::Match),
        (is("on", Reason::TargetingMatch, "first"), None)
    );
    assert_eq!(
        of(OnUnknown::Stop),
        (is("off", Reason::UnknownAttribute, "first"), None)
    );
    let error = Some(ErrorCode::UnknownAttribute);
    assert_eq!(
        of(OnUnknown::Error),
        (is("off", Reason::Error, "first"), error)
    );
}

#[test]
fn an_unknown_that_did_not_matter_is_not_named() {
    let when = all(vec![plan_is("gold"), beta()]);
    let rules = vec![rule("both", Some(when), serve(1))];
    let program = program(&content(vec![], vec![flag("f", rules)], vec![]));
    let decision = decide(&program, "f", |context| {
        context.unknown(&program, "plan");
        context.set(&program, "beta", ValueRef::Boolean(false));
    });
    assert_eq!(
        (decision.degraded, decision.unknown.is_empty()),
        (false, true)
    );
    let decision = decide(&program, "f", |context| context.partial(true));
    assert_eq!(decision.unknown.names(&program), ["beta", "plan"]);
}

/// The variant and reason of experiment `e` for a unit.
fn of(change: impl FnOnce(&mut Experiment), unit: &'static str) -> (String, Reason) {
    let mut one = experiment("e");
    change(&mut one);
    let program = program(&content(vec![], vec![], vec![one]));
    let decision = decide(&program, "e", |context| {
        context.unit(&program, "user", unit)
    });
    assert_eq!(decision.experiment, program.item("e"));
    assert_eq!(decision.experiment_variant, None);
    assert_eq!(decision.enrolled, decision.reason == Reason::Assigned);
    (variant(&program, &decision).to_owned(), decision.reason)
}

#[test]
fn an_experiment_answers_step_by_step() {
    let control = |reason| ("off".to_owned(), reason);
    let with = |status: ExperimentStatus| move |e: &mut Experiment| e.status = status.into();
    assert_eq!(
        of(with(ExperimentStatus::Archived), "u"),
        control(Reason::NotRunning)
    );
    assert_eq!(of(|e| e.killed = true, ""), control(Reason::Killed));
    assert_eq!(of(|_| {}, ""), control(Reason::NoUnit));
    let forced_draft = |e: &mut Experiment| {
        e.status = ExperimentStatus::Draft.into();
        e.overrides = vec![forced("u", 1)];
    };
    assert_eq!(of(forced_draft, "u"), ("on".to_owned(), Reason::Forced));
    assert_eq!(of(forced_draft, "v"), control(Reason::NotRunning));
    assert_eq!(
        of(with(ExperimentStatus::Concluded), "u"),
        control(Reason::NotRunning)
    );
    assert_eq!(
        of(with(ExperimentStatus::Paused), "u"),
        control(Reason::Paused)
    );
    assert_eq!(
        of(with(ExperimentStatus::EnrolmentStopped), "u"),
        control(Reason::EnrolmentStopped)
    );
    assert_eq!(
        of(|e| e.audience = plan_is("gold").into(), "u"),
        control(Reason::NotInAudience)
    );
    assert_eq!(of(|e| e.traffic = 0, "u"), control(Reason::NotInTraffic));
    assert_eq!(
        of(|e| e.ranges = vec![], "u"),
        control(Reason::NotInTraffic)
    );
    let expected = if turnout_engine::slot("e.variant.1", "u") < 500_000 {
        "off"
    } else {
        "on"
    };
    assert_eq!(of(|_| {}, "u"), (expected.to_owned(), Reason::Assigned));
}

#[test]
fn dates_hold_until_it_is_concluded_and_a_winner_needs_no_unit() {
    let control = |reason| ("off".to_owned(), reason);
    let later = |e: &mut Experiment| e.starts_at = timestamp(1).into();
    let over = |e: &mut Experiment| e.ends_at = timestamp(0).into();
    let running = |e: &mut Experiment| {
        e.starts_at = timestamp(0).into();
        e.ends_at = timestamp(1).into();
    };
    assert_eq!(of(later, "u"), control(Reason::NotRunning));
    assert_eq!(of(over, "u"), control(Reason::NotRunning));
    assert_eq!(of(running, "u").1, Reason::Assigned);
    let paused_and_over = |e: &mut Experiment| {
        e.status = ExperimentStatus::Paused.into();
        over(e);
    };
    assert_eq!(of(paused_and_over, "u"), control(Reason::NotRunning));
    let forced_and_over = |e: &mut Experiment| {
        e.overrides = vec![forced("u", 1)];
        over(e);
    };
    assert_eq!(of(forced_and_over, "u"), ("on".to_owned(), Reason::Forced));
    let won = |e: &mut Experiment| {
        e.status = ExperimentStatus::Concluded.into();
        e.winner = Some(1);
        over(e);
    };
    let winner = ("on".to_owned(), Reason::Concluded);
    assert_eq!(of(won, "u"), winner);
    assert_eq!(of(won, ""), winner);
    let revoked = |e: &mut Experiment| {
        won(e);
        e.killed = true;
    };
    assert_eq!(of(revoked, "u"), control(Reason::Killed));
    let not_concluded = |e: &mut Experiment| {
        e.winner = Some(1);
        e.traffic = 0;
    };
    assert_eq!(of(not_concluded, "u"), control(Reason::NotInTraffic));
    let for_gold = |e: &mut Experiment| {
        won(e);
        e.audience = plan_is("gold").into();
    };
    assert_eq!(of(for_gold, "u"), control(Reason::NotInAudience));
    let for_everyone = |e: &mut Experiment| {
        for_gold(e);
        e.winner_for_everyone = true;
    };
    assert_eq!(of(for_everyone, "u"), winner);
}

fn hand_over(change: impl FnOnce(&mut Experiment)) -> Content {
    let mut one = experiment("e");
    one.ranges = vec![range(0, SLOTS, 1)];
    change(&mut one);
    let rules = vec![
        rule("measured", None, rule::Outcome::Experiment(0)),
        rule("rest", Some(beta()), serve(1)),
    ];
    content(vec![], vec![flag("f", rules)], vec![one])
}

#[test]
fn handing_over_answers_stops_or_goes_on() {
    let of = |change: fn(&mut Experiment)| {
        let program = program(&hand_over(change));
        let decision = decide(&program, "f", |context| context.unit(&program, "user", "u"));
        let named = decision.experiment.is_some();
        assert_eq!(named, decision.experiment_variant.is_some());
        (answer(&program, &decision), named, decision.enrolled)
    };
    assert_eq!(
        of(|_| {}),
        (is("on", Reason::Assigned, "measured"), true, true)
    );
    assert_eq!(
        of(|e| e.killed = true),
        (is("off", Reason::Killed, "measured"), true, false)
    );
    let paused = |e: &mut Experiment| e.status = ExperimentStatus::Paused.into();
    assert_eq!(
        of(paused),
        (is("off", Reason::Paused, "measured"), true, false)
    );
    assert_eq!(
        of(|e| e.traffic = 0),
        (is("off", Reason::Default, ""), false, false)
    );
}

#[test]
fn a_quarantined_item_says_so_and_is_unknown_to_others() {
    let program = program(&hand_over(|e| e.quarantined = true));
    let decision = decide(&program, "e", |_| {});
    assert_eq!(
        (decision.variant, decision.reason),
        (None, Reason::Quarantined)
    );
    assert_eq!(decision.error, Some(ErrorCode::Quarantined));
    let decision = decide(&program, "f", |context| context.unit(&program, "user", "u"));
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Default, true)
    );
    assert_eq!(decision.unknown.names(&program), ["e"]);
}

#[test]
fn segments_say_why() {
    let program = program(&full());
    let of = |key: &str, unit: &'static str| {
        let check = check(&program, key, |context| {
            gold(&program, context);
            context.unit(&program, "user", unit);
        });
        (check.state, check.reason)
    };
    assert_eq!(of("a-everyone", ""), (Truth::True, SegmentReason::Everyone));
    assert_eq!(of("b-members", "u-1"), (Truth::True, SegmentReason::Member));
    assert_eq!(
        of("b-members", "u-2"),
        (Truth::False, SegmentReason::NotMember)
    );
    assert_eq!(of("b-members", ""), (Truth::False, SegmentReason::NoUnit));
    assert_eq!(
        of("excluding", "u-2"),
        (Truth::False, SegmentReason::Excluded)
    );
    assert_eq!(
        of("excluding", "u-1"),
        (Truth::False, SegmentReason::Excluded)
    );
    assert_eq!(
        of("excluding", "u-3"),
        (Truth::True, SegmentReason::Included)
    );
    assert_eq!(of("excluding", "u-8"), (Truth::True, SegmentReason::Match));
    assert_eq!(
        of("quarantined", "u-8"),
        (Truth::Unknown, SegmentReason::Quarantined)
    );
}

#[test]
fn silent_segments_are_unknown_and_an_archived_one_leaves_a_note() {
    for (status, reason) in [
        (SegmentStatus::Draft, SegmentReason::Draft),
        (SegmentStatus::Archived, SegmentReason::Archived),
    ] {
        let mut silent = segment("s", everyone());
        silent.status = status.into();
        let rules = vec![
            rule("in", Some(in_segment(0)), serve(1)),
            rule("not in", Some(not(in_segment(0))), serve(1)),
        ];
        let program = program(&content(vec![silent], vec![flag("f", rules)], vec![]));
        let decision = decide(&program, "f", |_| {});
        assert_eq!(
            (decision.reason, decision.degraded),
            (Reason::Default, true)
        );
        assert_eq!(decision.unknown.names(&program), ["s"]);
        let archived = status == SegmentStatus::Archived;
        let notes: Vec<_> = decision.notes.iter().collect();
        assert_eq!(
            notes,
            if archived {
                vec![Note::SegmentArchived]
            } else {
                vec![]
            }
        );
        let check = check(&program, "s", |_| {});
        assert_eq!((check.state, check.reason), (Truth::Unknown, reason));
    }
}

#[test]
fn a_batch_answers_like_single_decisions() {
    let program = program(&full());
    let fill = |context: &mut Context<'_>| {
        context.unit(&program, "user", "u-7");
        context.unknown(&program, "beta");
    };
    let mut context = Context::new(&program);
    fill(&mut context);
    let mut batch = Evaluation::new(&program, &mut context, Instant(0));
    for item in program.items() {
        let index = program.item(&item.key).expect("the item");
        let single = decide(&program, &item.key, fill);
        assert_eq!(batch.decide(index), single, "{}", item.key);
        assert_eq!(batch.decide(index), single, "{} again", item.key);
    }
}

#[test]
fn a_recycled_context_knows_nothing_of_before() {
    let program = program(&full());
    let mut context = Context::new(&program);
    context.partial(true);
    context.unit(&program, "user", "u-1");
    context.unknown(&program, "beta");
    gold(&program, &mut context);
    let mut context = context.recycle(&program);
    let item = program.item("ordered").expect("the flag");
    let decision = Evaluation::new(&program, &mut context, Instant(0)).decide(item);
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Default, false)
    );
}

#[test]
fn what_is_named_unknown_stays_unknown_and_null_is_unset() {
    let program = program(&content(vec![segment("s", beta())], vec![], vec![]));
    type Set = fn(&Program, &mut Context<'_>);
    let state = |set: Set| check(&program, "s", |context| set(&program, context)).state;
    let unknown_first: Set = |program, context| {
        context.unknown(program, "beta");
        context.set(program, "beta", ValueRef::Boolean(true));
    };
    let unknown_last: Set = |program, context| {
        context.set(program, "beta", ValueRef::Boolean(true));
        context.unknown(program, "beta");
    };
    let null_in_partial: Set = |program, context| {
        context.partial(true);
        context.set(program, "beta", ValueRef::Null);
    };
    let others_unknown: Set = |program, context| {
        context.set(program, "beta", ValueRef::Boolean(true));
        context.set(program, "nothing looks at this", ValueRef::Boolean(true));
        context.unknown(program, "nor at this");
    };
    assert_eq!(state(unknown_first), Truth::Unknown);
    assert_eq!(state(unknown_last), Truth::Unknown);
    assert_eq!(state(null_in_partial), Truth::False);
    assert_eq!(state(others_unknown), Truth::True);
}

#[test]
fn segments_that_refer_twice_to_the_one_below_name_what_is_unknown_once() {
    let mut segments = vec![segment("s00", Definition::Rule(Box::new(beta())))];
    for above in 1..60 {
        let below = in_segment(above - 1);
        let rule = any(vec![all(vec![plan_is("gold"), below.clone()]), below]);
        segments.push(segment(
            &format!("s{above:02}"),
            Definition::Rule(Box::new(rule)),
        ));
    }
    let program = program(&content(segments, vec![], vec![]));
    let checked = check(&program, "s59", |context| {
        gold(&program, context);
        context.unknown(&program, "beta");
    });
    assert_eq!(
        (checked.state, checked.unknown.parts().len()),
        (Truth::Unknown, 1)
    );
}

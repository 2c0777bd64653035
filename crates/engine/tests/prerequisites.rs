//! Prerequisites and conditions on the variant of another flag or experiment.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;

use catalogue::*;
use turnout_engine::{
    Context, Decision, Evaluation, Instant, Note, Program, Reason, Step, Truth, ValueRef, Visitor,
};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::segment::Definition;
use turnout_snapshot::turnout::snapshot::v1::{
    Content, Experiment, ExperimentStatus, Flag, FlagStatus, VariantCondition,
};

fn requiring(key: &str, conditions: Vec<VariantCondition>) -> Flag {
    let mut one = flag(key, vec![rule("all", None, serve(1))]);
    one.prerequisites = conditions;
    one
}

fn ask(program: &Program, key: &str) -> Decision {
    decide(program, key, |context| context.unit(program, "user", "u-1"))
}

fn reason(flags: Vec<Flag>) -> (Reason, bool) {
    let program = program(&content(vec![], flags, vec![]));
    let decision = ask(&program, "f");
    (decision.reason, decision.degraded)
}

#[test]
fn a_flag_asks_for_its_prerequisites_before_its_rules_and_after_its_overrides() {
    let on = || flag("g", vec![rule("all", None, serve(1))]);
    let met = |variant, negated| {
        let one = requiring("f", vec![variant_of_flag(1, variant, negated)]);
        reason(vec![one, on()])
    };
    assert_eq!(met("on", false), (Reason::TargetingMatch, false));
    assert_eq!(met("off", false), (Reason::Prerequisite, false));
    assert_eq!(met("on", true), (Reason::Prerequisite, false));
    assert_eq!(met("off", true), (Reason::TargetingMatch, false));
    let mut forcing = requiring("f", vec![variant_of_flag(1, "off", false)]);
    forcing.overrides = vec![forced("u-1", 1)];
    assert_eq!(reason(vec![forcing, on()]), (Reason::Forced, false));
    let mut bare = flag("f", vec![]);
    bare.prerequisites = vec![variant_of_flag(1, "on", false)];
    assert_eq!(
        reason(vec![bare, on()]),
        (Reason::Default, false),
        "not static"
    );
}

#[test]
fn what_is_off_or_archived_comes_out_as_nothing() {
    for status in [
        FlagStatus::Draft,
        FlagStatus::Disabled,
        FlagStatus::Archived,
    ] {
        for (variant, negated) in [("on", false), ("off", false), ("on", true), ("off", true)] {
            let mut off = flag("g", vec![]);
            off.status = status.into();
            let asking = requiring("f", vec![variant_of_flag(1, variant, negated)]);
            let expected = if negated {
                Reason::TargetingMatch
            } else {
                Reason::Prerequisite
            };
            assert_eq!(reason(vec![asking, off]), (expected, false));
        }
    }
    let of = |change: fn(&mut Experiment)| {
        let mut one = experiment("x");
        change(&mut one);
        let asking = requiring("f", vec![variant_of_experiment(0, "off", false)]);
        let program = program(&content(vec![], vec![asking], vec![one]));
        ask(&program, "f").reason
    };
    assert_eq!(
        of(|x| x.status = ExperimentStatus::Archived.into()),
        Reason::Prerequisite
    );
    assert_eq!(
        of(|x| x.status = ExperimentStatus::Draft.into()),
        Reason::Prerequisite
    );
    assert_eq!(
        of(|x| x.status = ExperimentStatus::Paused.into()),
        Reason::Prerequisite
    );
    assert_eq!(of(|x| x.killed = true), Reason::Prerequisite);
    assert_eq!(
        of(|x| x.traffic = 0),
        Reason::TargetingMatch,
        "the control, though not enrolled"
    );
}

#[test]
fn a_flag_is_not_off_where_its_experiment_is() {
    for stop in [
        (|x: &mut Experiment| x.killed = true) as fn(&mut Experiment),
        |x| x.status = ExperimentStatus::Paused.into(),
    ] {
        let mut stopped = experiment("x");
        stop(&mut stopped);
        let of = |variant, negated| {
            let handing = flag("g", vec![rule("measured", None, hand_over_to(0))]);
            let asking = requiring("f", vec![variant_of_flag(1, variant, negated)]);
            let content = content(vec![], vec![asking, handing], vec![stopped.clone()]);
            ask(&program(&content), "f").reason
        };
        assert_eq!(of("off", false), Reason::TargetingMatch, "its default");
        assert_eq!(of("off", true), Reason::Prerequisite);
        assert_eq!(of("on", false), Reason::Prerequisite);
    }
}

#[test]
fn a_flag_may_come_out_as_the_variant_of_its_experiment() {
    let mut measured = experiment("x");
    measured.variants[1].name = "green".to_owned();
    measured.ranges = vec![range(0, SLOTS, 1)];
    let handing = flag("g", vec![rule("measured", None, hand_over_to(0))]);
    let asking = requiring("f", vec![variant_of_flag(1, "green", false)]);
    let program = program(&content(vec![], vec![asking, handing], vec![measured]));
    let decision = ask(&program, "f");
    assert_eq!(decision.reason, Reason::TargetingMatch);
    let kept: Vec<_> = decision
        .assignments
        .iter()
        .map(|kept| kept.experiment)
        .collect();
    assert_eq!(
        kept,
        [program.item("x").expect("the experiment")],
        "it enrolled the unit"
    );
    assert!(!decision.enrolled && decision.experiment.is_none());
}

#[test]
fn an_experiment_asks_too() {
    let of = |variant| {
        let mut one = experiment("x");
        one.prerequisites = vec![variant_of_flag(0, variant, false)];
        let on = flag("g", vec![rule("all", None, serve(1))]);
        let program = program(&content(vec![], vec![on], vec![one]));
        let decision = ask(&program, "x");
        (decision.reason, decision.enrolled)
    };
    assert_eq!(of("on"), (Reason::Assigned, true));
    assert_eq!(of("off"), (Reason::Prerequisite, false));
}

#[test]
fn a_quarantined_prerequisite_is_unknown_and_another_that_is_not_met_decides() {
    let mut broken = flag("q", vec![]);
    broken.quarantined = true;
    let on = || flag("g", vec![rule("all", None, serve(1))]);
    for negated in [false, true] {
        let asking = requiring(
            "f",
            vec![
                variant_of_flag(1, "on", false),
                variant_of_flag(2, "on", negated),
            ],
        );
        let program = program(&content(vec![], vec![asking, on(), broken.clone()], vec![]));
        let decision = ask(&program, "f");
        assert_eq!(
            (decision.reason, decision.degraded),
            (Reason::Prerequisite, true)
        );
        assert_eq!(variant(&program, &decision), "off");
        assert_eq!(decision.unknown.names(&program), ["q"]);
    }
    let asking = requiring(
        "f",
        vec![
            variant_of_flag(2, "on", false),
            variant_of_flag(1, "off", false),
        ],
    );
    assert_eq!(
        reason(vec![asking, on(), broken]),
        (Reason::Prerequisite, false),
        "it would not be met whatever the other is"
    );
}

#[test]
fn what_a_prerequisite_passed_over_degrades_those_who_asked() {
    let guess = || flag("g", vec![rule("beta", Some(beta()), serve(1))]);
    let when = |negated| {
        all(vec![
            when_variant(variant_of_flag(1, "off", negated)),
            plan_is("gold"),
        ])
    };
    let rules = vec![rule("if", Some(when(false)), serve(1))];
    let program = program(&content(vec![], vec![flag("f", rules), guess()], vec![]));
    let decision = decide(&program, "f", |context| {
        gold(&program, context);
        context.unknown(&program, "beta");
    });
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::TargetingMatch, true)
    );
    assert_eq!(decision.unknown.names(&program), ["beta"]);
}

/// Counts how often each item is looked into.
#[derive(Default)]
struct Looks(Vec<Step>);

impl Visitor for Looks {
    fn enter(&mut self, step: Step) {
        if matches!(step, Step::Rule(_)) {
            self.0.push(step);
        }
    }

    fn leave(&mut self, _: Step, _: Truth) {}
}

#[test]
fn it_is_evaluated_once_however_often_it_is_asked_for() {
    // Each flag asks for the next twice: evaluated each time, it would be 2^16 times.
    let key = |n: u32| format!("f{n:02}");
    let flags = (0..16).map(|n| {
        let next = || when_variant(variant_of_flag(n + 1, "on", false));
        let when = any(vec![
            all(vec![plan_is("none"), next()]),
            all(vec![next(), next()]),
        ]);
        flag(&key(n), vec![rule("if", Some(when), serve(1))])
    });
    let last = flag(&key(16), vec![rule("if", Some(beta()), serve(1))]);
    let program = program(&content(vec![], flags.chain([last]).collect(), vec![]));
    let mut context = Context::new(&program);
    context.unknown(&program, "beta");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    let mut looks = Looks::default();
    let first = program.item("f00").expect("the first");
    let decision = evaluation.decide_with(first, &mut looks);
    assert_eq!(looks.0.len(), 17);
    assert_eq!(decision.unknown.names(&program), ["beta"]);
    assert_eq!(decision.unknown.parts().len(), 1);
    let again = evaluation.decide_with(first, &mut looks);
    assert_eq!((looks.0.len(), again), (18, decision), "once a request");
}

fn circle() -> Content {
    let flags = vec![
        requiring("a", vec![variant_of_flag(1, "on", true)]),
        requiring("b", vec![variant_of_flag(0, "on", true)]),
        requiring("c", vec![variant_of_flag(1, "on", true)]),
        requiring("self", vec![variant_of_flag(3, "on", false)]),
    ];
    content(vec![], flags, vec![])
}

#[test]
fn a_circle_is_unknown_wherever_it_is_entered() {
    let program = program(&circle());
    for (key, named, reason) in [
        ("a", "b", Reason::Prerequisite),
        ("b", "a", Reason::Prerequisite),
        ("self", "self", Reason::Prerequisite),
        ("c", "a", Reason::TargetingMatch),
    ] {
        let decision = ask(&program, key);
        assert_eq!(
            (decision.reason, decision.degraded),
            (reason, true),
            "{key}"
        );
        assert_eq!(decision.notes.iter().collect::<Vec<_>>(), [Note::Cycle]);
        assert_eq!(decision.unknown.names(&program), [named]);
    }
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    let mut batch = Evaluation::new(&program, &mut context, Instant(0));
    for key in ["c", "b", "a", "self", "a", "b", "c"] {
        let item = program.item(key).expect("the flag");
        assert_eq!(batch.decide(item), ask(&program, key), "{key}");
    }
}

#[test]
fn a_circle_through_a_segment_an_experiment_and_a_holdout_is_found() {
    let in_circle = segment(
        "s",
        Definition::Rule(Box::new(when_variant(variant_of_flag(0, "on", false)))),
    );
    let mut measured = experiment("x");
    measured.holdouts = vec![0];
    let mut all = content(
        vec![in_circle],
        vec![flag("f", vec![rule("measured", None, hand_over_to(0))])],
        vec![measured],
    );
    let mut one = holdout("h", SLOTS);
    one.audience = in_segment(0).into();
    all.holdouts = vec![one];
    let program = program(&all);
    let decision = ask(&program, "f");
    assert_eq!(
        (decision.reason, decision.degraded),
        (Reason::Holdout, true)
    );
    assert_eq!(decision.notes.iter().collect::<Vec<_>>(), [Note::Cycle]);
}

/// Flags that ask for each other in a row, the last of them `on`.
fn chain(conditions: u32, depth: usize) -> Content {
    let key = |n: u32| format!("f{n:03}");
    let flags = (0..conditions).map(|n| {
        let condition = when_variant(variant_of_flag(n + 1, "on", false));
        let nested = (0..depth).fold(condition, |part, _| all(vec![part]));
        flag(&key(n), vec![rule("if", Some(nested), serve(1))])
    });
    let last = flag(&key(conditions), vec![rule("all", None, serve(1))]);
    content(vec![], flags.chain([last]).collect(), vec![])
}

#[test]
fn sixteen_may_stand_below_each_other_and_no_more() {
    let of = |conditions, key| {
        let program = program(&chain(conditions, 0));
        let decision = ask(&program, key);
        let names = decision.unknown.names(&program).join(" ");
        (decision.reason, decision.degraded, names)
    };
    let met = (Reason::TargetingMatch, false, String::new());
    assert_eq!(of(16, "f000"), met);
    assert_eq!(of(17, "f001"), met);
    assert_eq!(of(17, "f000"), (Reason::Default, true, "f001".to_owned()));
    assert_eq!(of(40, "f024"), met);
    let (reason, degraded, _) = of(40, "f023");
    assert_eq!((reason, degraded), (Reason::Default, true));
}

#[test]
fn what_links_fits_the_stack_of_a_thread() {
    // Expressions as deep as they may be, in a chain as long as it may be.
    for depth in [14, 50, 90] {
        let program = program(&chain(16, depth));
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let decided = thread.spawn(move || {
            let met = |key| ask(&program, key).reason;
            (met("f000"), met("f015"))
        });
        let (first, last) = decided.expect("a thread").join().expect("no overflow");
        assert_eq!(last, Reason::TargetingMatch);
        assert_eq!(first == Reason::TargetingMatch, depth == 14, "{depth}");
    }
}

#[test]
fn a_batch_answers_like_single_decisions() {
    let half = flag("half", vec![rule("half", None, half_and_half())]);
    let asking = |key: &str, variant| requiring(key, vec![variant_of_flag(2, variant, false)]);
    let program = program(&content(
        vec![],
        vec![asking("a", "on"), asking("b", "off"), half],
        vec![],
    ));
    for n in 0..50 {
        let id = format!("u-{n}");
        let mut context = Context::new(&program);
        context.unit(&program, "user", &id);
        context.set(&program, "plan", ValueRef::Null);
        let mut batch = Evaluation::new(&program, &mut context, Instant(0));
        let mut answers = Vec::new();
        let keys = ["half", "a", "b", "half"];
        let items = keys.map(|key| (key, program.item(key)));
        batch.decide_each(items, |key, decision| {
            answers.push((key, decision.expect("a decision")));
        });
        let met: Vec<_> = answers
            .iter()
            .map(|(_, decision)| decision.reason == Reason::TargetingMatch)
            .collect();
        assert_eq!([met[0], met[1], met[3]], [false, !met[2], false], "{id}");
        for (key, decision) in answers {
            let mut alone = Context::new(&program);
            alone.unit(&program, "user", &id);
            let item = program.item(key).expect("the flag");
            let single = Evaluation::new(&program, &mut alone, Instant(0)).decide(item);
            assert_eq!(single, decision, "{key}");
        }
    }
}

/// A running experiment for all, and a segment and flags that look at what it comes out as.
fn looking_at_an_experiment() -> Program {
    let on = || variant_of_experiment(0, "on", false);
    let segments = vec![segment("s", when_variant(on()))];
    let flags = vec![
        flag("bare", vec![]),
        requiring("f", vec![on()]),
        flag(
            "twice",
            vec![rule("one", Some(when_variant(on())), hand_over_to(0))],
        ),
    ];
    program(&content(segments, flags, vec![experiment("x")]))
}

#[test]
fn what_a_check_assigned_is_not_told_by_the_next_decision() {
    let program = looking_at_an_experiment();
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    evaluation.check_segment(program.segment("s").expect("it is there"));
    let bare = program.item("bare").expect("it is there");
    assert!(evaluation.decide(bare).assignments.is_empty());
    drop(evaluation);
    context.reset(&program);
    context.unit(&program, "user", "u-2");
    let decision = Evaluation::new(&program, &mut context, Instant(0)).decide(bare);
    assert!(decision.assignments.is_empty());
}

#[test]
fn an_assignment_is_told_once_by_each_decision_that_needs_it() {
    let program = looking_at_an_experiment();
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    for key in ["twice", "f", "twice", "x"] {
        let item = program.item(key).expect("it is there");
        assert_eq!(evaluation.decide(item).assignments.len(), 1, "{key}");
    }
}

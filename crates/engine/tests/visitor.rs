//! A visitor sees what the one algorithm looks at.
#![allow(clippy::expect_used, missing_docs)]

mod catalogue;

use catalogue::*;
use turnout_engine::{
    Assignments, Context, Evaluation, Instant, Kept, Step, Truth, UnitKindIndex, Visitor,
};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::rule;
use turnout_snapshot::turnout::snapshot::v1::{BucketRange, Bucketing, Split};

#[derive(Default)]
struct Recording(Vec<String>);

impl Visitor for Recording {
    fn enter(&mut self, step: Step) {
        if !matches!(step, Step::Condition { .. }) {
            self.0.push(format!("enter {}", name(step)));
        }
    }

    fn leave(&mut self, step: Step, truth: Truth) {
        self.0.push(format!("{} {}", name(step), truth.as_str()));
    }

    fn bucket(&mut self, _unit: UnitKindIndex, unit_id: &str, number: f64) {
        self.0.push(format!("bucket of {unit_id} {number}"));
    }

    fn slot(&mut self, _unit: UnitKindIndex, unit_id: &str, slot: u32) {
        self.0.push(format!("slot of {unit_id} {slot}"));
    }
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Rule(_) => "rule",
        Step::Audience(_) => "audience",
        Step::Segment(_) => "segment",
        Step::All => "all",
        Step::Any => "any",
        Step::Not => "not",
        Step::Condition { operator, .. } => operator,
        Step::Slot { .. } => "slots",
        Step::Prerequisite { .. } => "prerequisite",
        Step::Holdout(_) => "holdout",
        Step::Layer(_) => "layer",
        Step::Traffic(_) => "traffic",
        Step::Variants(_) => "variants",
        Step::Records(_) => "records",
    }
}

#[test]
fn rules_conditions_segments_and_slots_are_seen_in_order() {
    let when = all(vec![not(beta()), in_segment(0), in_segment(0)]);
    let rules = vec![
        rule("gold", Some(plan_is("gold")), serve(1)),
        rule("rest", Some(when), half_and_half()),
    ];
    let program = program(&content(
        vec![segment("s", plan_is("free"))],
        vec![flag("f", rules)],
        vec![],
    ));
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    context.set(&program, "plan", turnout_engine::ValueRef::String("free"));
    let mut seen = Recording::default();
    let item = program.item("f").expect("the flag");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    let decision = evaluation.decide_with(item, &mut seen);
    let slot = format!("slot of u-1 {}", turnout_engine::slot("f.split", "u-1"));
    assert_eq!(
        seen.0,
        [
            "enter rule",
            "is FALSE",
            "rule FALSE",
            "enter rule",
            "enter all",
            "enter not",
            "is_on FALSE",
            "not TRUE",
            "enter segment",
            "is TRUE",
            "segment TRUE",
            "enter segment",
            "segment TRUE",
            "all TRUE",
            "rule TRUE",
            slot.as_str(),
        ]
    );
    assert_eq!(
        evaluation.decide(item),
        decision,
        "seen or not, the answer is the same"
    );
}

#[test]
fn the_way_of_an_experiment_is_seen_in_its_order() {
    let mut one = experiment("e");
    one.prerequisites = vec![variant_of_flag(0, "on", false)];
    one.holdouts = vec![0];
    one.layer = Some(0);
    one.traffic = 999_999;
    one.audience = plan_is("gold").into();
    let on = flag("f", vec![rule("all", None, serve(1))]);
    let mut all = content(vec![], vec![on], vec![one]);
    all.holdouts = vec![holdout("h", 1)];
    all.layers = vec![layer("l", vec![(0, SLOTS, 0)])];
    let program = program(&all);
    let mut context = Context::new(&program);
    context.unit(&program, "user", "u-1");
    gold(&program, &mut context);
    let mut seen = Recording::default();
    let item = program.item("e").expect("the experiment");
    let mut nothing = Nothing;
    let mut evaluation =
        Evaluation::new(&program, &mut context, Instant(0)).with_assignments(&mut nothing);
    let decision = evaluation.decide_with(item, &mut seen);
    assert_eq!(decision.reason, turnout_engine::Reason::Assigned);
    let slot = |salt| format!("slot of u-1 {}", turnout_engine::slot(salt, "u-1"));
    assert_eq!(
        seen.0,
        [
            "enter prerequisite",
            "enter rule",
            "rule TRUE",
            "prerequisite TRUE",
            "enter holdout",
            &slot("holdout.h"),
            "holdout FALSE",
            "enter records",
            "records FALSE",
            "enter audience",
            "is TRUE",
            "audience TRUE",
            "enter layer",
            &slot("layer.l"),
            "layer TRUE",
            "enter traffic",
            &slot("e.traffic"),
            "traffic TRUE",
            "enter variants",
            &slot("e.variant.1"),
            "variants TRUE",
        ]
    );
}

/// A store that keeps nothing.
struct Nothing;

impl Assignments for Nothing {
    fn find(&mut self, _: &str, _: &str, _: &str) -> Kept {
        Kept::Records(vec![])
    }
}

#[test]
fn the_numbers_of_another_system_are_seen_and_no_slot() {
    let half = |start, end, variant| BucketRange {
        start,
        end,
        variant,
        ..Default::default()
    };
    let split = Split {
        bucketing: Bucketing {
            algorithm: "growthbook_fnv_v1".to_owned(),
            seed: "exp1".to_owned(),
            ranges: vec![half(0.0, 0.718, 0), half(0.718, 1.0, 1)],
            ..Default::default()
        }
        .into(),
        ..Default::default()
    };
    let rules = vec![rule("r", None, rule::Outcome::Split(Box::new(split)))];
    let program = program(&content(vec![], vec![flag("f", rules)], vec![]));
    let mut context = Context::new(&program);
    context.unit(&program, "user", "user-1");
    let mut seen = Recording::default();
    let item = program.item("f").expect("the flag");
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    let decision = evaluation.decide_with(item, &mut seen);
    let variant = decision
        .variant
        .and_then(|variant| program.variant(variant));
    assert_eq!(variant.map(|variant| &*variant.name), Some("on"));
    assert_eq!(
        seen.0,
        ["enter rule", "rule TRUE", "bucket of user-1 0.718"]
    );
}

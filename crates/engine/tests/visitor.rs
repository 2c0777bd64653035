//! A visitor sees what the one algorithm looks at.
#![allow(clippy::expect_used, missing_docs)]

mod catalogue;

use catalogue::*;
use turnout_engine::{Context, Evaluation, Instant, Step, Truth, UnitKindIndex, Visitor};

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
        Step::Slot(_) => "slots",
        Step::Prerequisite { .. } => "prerequisite",
        Step::Holdout(_) => "holdout",
        Step::Layer(_) => "layer",
        Step::Traffic(_) => "traffic",
        Step::Variants(_) => "variants",
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

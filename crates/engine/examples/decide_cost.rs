//! What one decision costs: a flag with three conditions and a 50/50 split.
//!
//! * `decide_cost N [FLAGS]`: decides N times in a catalogue of FLAGS flags (1,000); run it under
//!   callgrind with two counts, and the difference is the cost.
//! * `decide_cost batch N`: decides the same N flags, 50 a context.
//! * `decide_cost hash N`: the same number of SHA-256 blocks alone.
//! * `decide_cost time`: nanoseconds beside a SHA-256 of 40 bytes, interleaved, medians.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use std::hint::black_box;
use std::time::Instant as Clock;

use sha2::{Digest, Sha256};
use turnout_engine::{Context, Evaluation, Header, Instant, Program, ValueRef, seal};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{expression, operand, rule};
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, Condition, Content, Expression, Flag, FlagStatus, FlagType, Group, OnUnknown,
    Operand, Operator, Rule, SlotRange, Split, Variant,
};
use turnout_snapshot::turnout::v1::__buffa::oneof::value;
use turnout_snapshot::turnout::v1::Value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: usize| {
        arguments
            .get(at)
            .map_or(or, |n| n.parse().expect("a number"))
    };
    match arguments.first().map(String::as_str) {
        Some("time") => time(),
        Some("batch") => batch(&catalogue(1_000), number(1, 1_000)),
        Some("hash") => hash(number(1, 1_000)),
        _ => decide(&catalogue(number(1, 1_000)), number(0, 1_000)),
    }
}

fn time() {
    let units: Vec<String> = (0..1_000).map(|n| format!("user-{n:06}")).collect();
    let (large, small) = (catalogue(1_000), catalogue(10));
    let rounds = 401;
    let mut samples = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        samples[0].push(clock(|| units.iter().for_each(|unit| sha(unit))));
        samples[1].push(clock(|| {
            decide_all(&large, units.iter().map(String::as_str))
        }));
        samples[2].push(clock(|| {
            decide_all(&small, units.iter().map(String::as_str))
        }));
    }
    let [sha, large, small] = samples.map(|mut sample| {
        sample.sort_by(f64::total_cmp);
        sample[rounds / 2] / units.len() as f64
    });
    println!("SHA-256 of 40 bytes      {sha:7.1} ns");
    println!(
        "decide, 1,000 flags      {large:7.1} ns   {:.2} x SHA-256",
        large / sha
    );
    println!(
        "decide, 10 flags         {small:7.1} ns   1,000 flags / 10 flags {:.2}",
        large / small
    );
}

/// Nanoseconds. Short, so that few samples lose the core to another process.
fn clock(work: impl FnOnce()) -> f64 {
    let start = Clock::now();
    work();
    start.elapsed().as_nanos() as f64
}

/// 40 bytes: what a split hashes for these flags.
fn sha(unit: &str) {
    let mut text = [b'x'; 40];
    text[..unit.len()].copy_from_slice(unit.as_bytes());
    black_box(Sha256::digest(black_box(text)));
}

fn hash(count: usize) {
    for _ in 0..count {
        sha("user-000001");
    }
}

fn decide(program: &Program, count: usize) {
    decide_all(program, std::iter::repeat_n("user-000001", count));
}

fn decide_all<'u>(program: &Program, units: impl Iterator<Item = &'u str>) {
    let mut context = Context::new(program);
    for unit in units {
        context = context.recycle(program);
        fill(program, &mut context, unit);
        let item = program.item(black_box("flag-0007")).expect("the flag");
        let decision = Evaluation::new(program, &mut context, Instant(0)).decide(item);
        assert!(black_box(&decision).rule.is_some());
    }
}

fn fill<'u>(program: &Program, context: &mut Context<'u>, unit: &'u str) {
    context.unit(program, black_box("user"), unit);
    context.set(program, black_box("plan"), ValueRef::String("Gold"));
    context.set(program, black_box("country"), ValueRef::String("de"));
    context.set(program, black_box("age"), ValueRef::Integer(41));
    context.set(
        program,
        black_box("email"),
        ValueRef::String("someone@example.com"),
    );
}

fn batch(program: &Program, count: usize) {
    let keys: Vec<String> = (0..50).map(|n| format!("flag-{n:04}")).collect();
    let mut context = Context::new(program);
    for _ in 0..count / keys.len() {
        context = context.recycle(program);
        fill(program, &mut context, "user-000001");
        let mut evaluation = Evaluation::new(program, &mut context, Instant(0));
        let items = keys.iter().map(|key| ((), program.item(black_box(key))));
        evaluation.decide_each(items, |(), decision| {
            black_box(decision);
        });
    }
}

fn catalogue(flags: usize) -> Program {
    let attributes = ["age", "country", "email", "plan"];
    let content = Content {
        semantics_version: 1,
        attributes: attributes.map(str::to_owned).to_vec(),
        unit_kinds: vec!["user".to_owned()],
        flags: (0..flags).map(flag).collect(),
        ..Default::default()
    };
    Program::link(&seal(Header::default(), &content)).expect("it links")
}

fn flag(number: usize) -> Flag {
    let conditions = vec![
        condition(
            3,
            Operator::Is,
            AttributeType::String,
            &[text("gold"), text("silver")],
        ),
        condition(1, Operator::IsNot, AttributeType::String, &[text("us")]),
        condition(
            0,
            Operator::IsAtLeast,
            AttributeType::Number,
            &[operand::Kind::Number("18".into())],
        ),
    ];
    let all = Group {
        expressions: conditions,
        ..Default::default()
    };
    Flag {
        key: format!("flag-{number:04}"),
        status: FlagStatus::Enabled.into(),
        r#type: FlagType::Boolean.into(),
        variants: vec![variant("off", false), variant("on", true)],
        rules: vec![Rule {
            name: "rules[0]".to_owned(),
            when: Expression {
                kind: Some(expression::Kind::All(Box::new(all))),
                ..Default::default()
            }
            .into(),
            on_unknown: OnUnknown::NoMatch.into(),
            outcome: Some(rule::Outcome::Split(Box::new(Split {
                salt: format!("flag-{number:04}.split"),
                ranges: vec![range(0, 500_000, 0), range(500_000, 1_000_000, 1)],
                ..Default::default()
            }))),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn text(text: &str) -> operand::Kind {
    operand::Kind::Text(text.to_owned())
}

fn range(start: u32, end: u32, variant: u32) -> SlotRange {
    SlotRange {
        start,
        end,
        variant,
        ..Default::default()
    }
}

fn variant(name: &str, on: bool) -> Variant {
    let value = Value {
        kind: Some(value::Kind::Boolean(on)),
        ..Default::default()
    };
    Variant {
        name: name.to_owned(),
        value: value.into(),
        ..Default::default()
    }
}

fn condition(
    attribute: u32,
    operator: Operator,
    declared: AttributeType,
    operands: &[operand::Kind],
) -> Expression {
    let operands = operands.iter().map(|kind| Operand {
        kind: Some(kind.clone()),
        ..Default::default()
    });
    let condition = Condition {
        attribute,
        operator: operator.into(),
        r#type: declared.into(),
        operands: operands.collect(),
        ..Default::default()
    };
    Expression {
        kind: Some(expression::Kind::Condition(Box::new(condition))),
        ..Default::default()
    }
}

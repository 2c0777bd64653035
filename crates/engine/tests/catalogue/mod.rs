//! A small snapshot with one of everything, built by hand.
#![allow(dead_code)] // Each test file uses its own part.

use buffa_types::google::protobuf::Timestamp;
use turnout_engine::{Context, Decision, Evaluation, Header, Instant, Program, ValueRef, seal};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{
    expression, operand, rule, segment, variant_condition,
};
use turnout_snapshot::turnout::snapshot::v1::{
    Allocation, AttributeType, Condition, Content, Everyone, Experiment, ExperimentStatus,
    Expression, Flag, FlagStatus, FlagType, Group, Holdout, HoldoutStatus, Layer, Members,
    OnUnknown, Operand, Operator, Override, Quarantined, Rule, Segment, SegmentStatus,
    SlotCondition, SlotRange, Split, Variant, VariantCondition,
};
use turnout_snapshot::turnout::v1::__buffa::oneof::value;
use turnout_snapshot::turnout::v1::Value;

pub const SLOTS: u32 = 1_000_000;
/// Positions in `Content::attributes`.
pub const AGE: u32 = 0;
pub const BETA: u32 = 1;
pub const PLAN: u32 = 2;
/// Positions in `Content::unit_kinds`.
pub const COMPANY: u32 = 0;
pub const USER: u32 = 1;

/// Content with these parts; segments and items are sorted here.
pub fn content(
    mut segments: Vec<Segment>,
    mut flags: Vec<Flag>,
    mut experiments: Vec<Experiment>,
) -> Content {
    segments.sort_by(|left, right| left.key.cmp(&right.key));
    flags.sort_by(|left, right| left.key.cmp(&right.key));
    experiments.sort_by(|left, right| left.key.cmp(&right.key));
    Content {
        semantics_version: 1,
        attributes: ["age", "beta", "plan"].map(str::to_owned).to_vec(),
        unit_kinds: ["company", "user"].map(str::to_owned).to_vec(),
        segments,
        flags,
        experiments,
        ..Default::default()
    }
}

pub fn program(content: &Content) -> Program {
    Program::link(&seal(Header::default(), content)).expect("it links")
}

/// Why a snapshot is refused.
pub fn refusal(content: &Content) -> String {
    Program::link(&seal(Header::default(), content))
        .expect_err("refused")
        .to_string()
}

/// Decides for a context that `set` fills.
pub fn decide(program: &Program, key: &str, set: impl FnOnce(&mut Context<'_>)) -> Decision {
    let mut context = Context::new(program);
    set(&mut context);
    let item = program.item(key).expect("the item");
    Evaluation::new(program, &mut context, Instant(0)).decide(item)
}

pub fn variant<'p>(program: &'p Program, decision: &Decision) -> &'p str {
    let variant = decision
        .variant
        .and_then(|variant| program.variant(variant));
    variant.map_or("", |variant| &variant.name)
}

pub fn gold(program: &Program, context: &mut Context<'_>) {
    context.set(program, "plan", ValueRef::String("gold"));
}

pub fn expression(kind: expression::Kind) -> Expression {
    Expression {
        kind: Some(kind),
        ..Default::default()
    }
}

pub fn plan_is(plan: &str) -> Expression {
    condition(
        PLAN,
        Operator::Is,
        AttributeType::String,
        vec![operand::Kind::Text(plan.to_owned())],
    )
}

pub fn beta() -> Expression {
    condition(BETA, Operator::IsOn, AttributeType::Boolean, vec![])
}

pub fn condition(
    attribute: u32,
    operator: Operator,
    declared: AttributeType,
    operands: Vec<operand::Kind>,
) -> Expression {
    let operands = operands.into_iter().map(|kind| Operand {
        kind: Some(kind),
        ..Default::default()
    });
    expression(expression::Kind::Condition(Box::new(Condition {
        attribute,
        operator: operator.into(),
        r#type: declared.into(),
        operands: operands.collect(),
        ..Default::default()
    })))
}

pub fn all(expressions: Vec<Expression>) -> Expression {
    expression(expression::Kind::All(Box::new(Group {
        expressions,
        ..Default::default()
    })))
}

pub fn any(expressions: Vec<Expression>) -> Expression {
    expression(expression::Kind::Any(Box::new(Group {
        expressions,
        ..Default::default()
    })))
}

pub fn not(part: Expression) -> Expression {
    expression(expression::Kind::Not(Box::new(part)))
}

pub fn in_segment(index: u32) -> Expression {
    expression(expression::Kind::Segment(index))
}

pub fn slots(start: u32, end: u32) -> Expression {
    expression(expression::Kind::Slot(Box::new(SlotCondition {
        unit: USER,
        salt: "user_bucket.default".to_owned(),
        start,
        end,
        ..Default::default()
    })))
}

pub fn segment(key: &str, definition: impl Into<segment::Definition>) -> Segment {
    Segment {
        key: key.to_owned(),
        status: SegmentStatus::Active.into(),
        unit: USER,
        definition: Some(definition.into()),
        ..Default::default()
    }
}

pub fn everyone() -> Everyone {
    Everyone::default()
}

pub fn nobody_knows() -> Quarantined {
    Quarantined::default()
}

pub fn members(ids: &[&str]) -> Members {
    Members {
        unit_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..Default::default()
    }
}

/// Variants `off` and `on`, default `off`, enabled.
pub fn flag(key: &str, rules: Vec<Rule>) -> Flag {
    Flag {
        key: key.to_owned(),
        status: FlagStatus::Enabled.into(),
        r#type: FlagType::Boolean.into(),
        unit: USER,
        variants: off_and_on(),
        rules,
        ..Default::default()
    }
}

pub fn rule(name: &str, when: Option<Expression>, outcome: rule::Outcome) -> Rule {
    Rule {
        name: name.to_owned(),
        when: when.map(Into::into).unwrap_or_default(),
        outcome: Some(outcome),
        on_unknown: OnUnknown::NoMatch.into(),
        ..Default::default()
    }
}

pub fn serve(variant: u32) -> rule::Outcome {
    rule::Outcome::Serve(variant)
}

pub fn half_and_half() -> rule::Outcome {
    rule::Outcome::Split(Box::new(Split {
        salt: "f.split".to_owned(),
        ranges: halves(),
        ..Default::default()
    }))
}

pub fn halves() -> Vec<SlotRange> {
    vec![range(0, 500_000, 0), range(500_000, SLOTS, 1)]
}

pub fn range(start: u32, end: u32, variant: u32) -> SlotRange {
    SlotRange {
        start,
        end,
        variant,
        ..Default::default()
    }
}

/// Variants `off` (the control) and `on`, running for everyone.
pub fn experiment(key: &str) -> Experiment {
    Experiment {
        key: key.to_owned(),
        status: ExperimentStatus::Running.into(),
        r#type: FlagType::Boolean.into(),
        unit: USER,
        traffic_salt: format!("{key}.traffic"),
        traffic: SLOTS,
        variant_salt: format!("{key}.variant.1"),
        variants: off_and_on(),
        ranges: halves(),
        epoch: 1,
        audience_sticky: true,
        variant_sticky: true,
        ..Default::default()
    }
}

pub fn hand_over_to(experiment: u32) -> rule::Outcome {
    rule::Outcome::Experiment(experiment)
}

/// Who owns which slots: start, end, experiment.
pub fn layer(key: &str, allocations: Vec<(u32, u32, u32)>) -> Layer {
    let allocations = allocations
        .into_iter()
        .map(|(start, end, experiment)| Allocation {
            start,
            end,
            experiment,
            ..Default::default()
        });
    Layer {
        key: key.to_owned(),
        unit: USER,
        salt: format!("layer.{key}"),
        allocations: allocations.collect(),
        ..Default::default()
    }
}

/// Running, for everyone in the share.
pub fn holdout(key: &str, share: u32) -> Holdout {
    Holdout {
        key: key.to_owned(),
        status: HoldoutStatus::Running.into(),
        unit: USER,
        salt: format!("holdout.{key}"),
        share,
        ..Default::default()
    }
}

/// Seconds of 1970.
pub fn timestamp(seconds: i64) -> Timestamp {
    Timestamp {
        seconds,
        ..Default::default()
    }
}

pub fn variant_of_flag(flag: u32, variant: &str, negated: bool) -> VariantCondition {
    variant_of(variant_condition::Item::Flag(flag), variant, negated)
}

pub fn variant_of_experiment(experiment: u32, variant: &str, negated: bool) -> VariantCondition {
    variant_of(
        variant_condition::Item::Experiment(experiment),
        variant,
        negated,
    )
}

fn variant_of(item: variant_condition::Item, variant: &str, negated: bool) -> VariantCondition {
    VariantCondition {
        item: Some(item),
        variants: vec![variant.to_owned()],
        negated,
        ..Default::default()
    }
}

pub fn when_variant(condition: VariantCondition) -> Expression {
    expression(expression::Kind::Variant(Box::new(condition)))
}

pub fn forced(unit_id: &str, variant: u32) -> Override {
    Override {
        unit_id: unit_id.to_owned(),
        variant,
        ..Default::default()
    }
}

fn off_and_on() -> Vec<Variant> {
    [("off", false), ("on", true)]
        .map(|(name, on)| boolean(name, on))
        .to_vec()
}

fn boolean(name: &str, on: bool) -> Variant {
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

/// One of everything.
pub fn full() -> Content {
    let mut excluding = segment("excluding", plan_is("gold"));
    excluding.exclude_units = vec!["u-2".to_owned()];
    excluding.include_units = vec!["u-3".to_owned()];
    excluding.exclude = vec![1];
    let segments = vec![
        segment("a-everyone", everyone()),
        segment("b-members", members(&["u-1", "u-9"])),
        excluding,
        segment(
            "mixed",
            all(vec![
                not(in_segment(1)),
                any(vec![slots(0, 500_000), beta()]),
            ]),
        ),
        segment("quarantined", nobody_knows()),
    ];
    let mut overriding = flag("overriding", vec![rule("all", None, half_and_half())]);
    overriding.overrides = vec![forced("u-1", 1)];
    let flags = vec![
        overriding,
        flag("static", vec![]),
        flag(
            "ordered",
            vec![
                rule("gold", Some(plan_is("gold")), serve(1)),
                rule("in", Some(in_segment(3)), half_and_half()),
                rule("measured", None, rule::Outcome::Experiment(0)),
            ],
        ),
        Flag {
            key: "broken".to_owned(),
            quarantined: true,
            ..Default::default()
        },
    ];
    let mut measured = experiment("measured");
    measured.audience = any(vec![in_segment(2), beta()]).into();
    measured.traffic = 900_000;
    measured.overrides = vec![forced("u-4", 1)];
    content(segments, flags, vec![measured, experiment("plain")])
}

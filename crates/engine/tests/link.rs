//! Parts that do not fit together are refused with the place and the reason.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;

use catalogue::*;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{operand, rule};
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, BucketRange, Bucketing, Content, Experiment, Expression, FlagType, Holdout,
    Interval, Layer, Modulo, Operator, Split, VariantCondition,
};

/// A flag `f` whose one rule has this condition.
fn with_condition(when: Expression) -> Content {
    content(
        vec![],
        vec![flag("f", vec![rule("r", Some(when), serve(1))])],
        vec![],
    )
}

fn refused(content: &Content, words: &[&str]) {
    let message = refusal(content);
    for word in words {
        assert!(message.contains(word), "`{message}` does not say `{word}`");
    }
    assert!(!message.ends_with('.'), "{message}");
}

#[test]
fn every_index_is_checked() {
    let far = 99;
    refused(
        &with_condition(in_segment(far)),
        &["flag `f`", "segment 99"],
    );
    let far_attribute = condition(far, Operator::IsSet, AttributeType::Unspecified, vec![]);
    refused(
        &with_condition(far_attribute),
        &["rule `r`", "attribute 99"],
    );
    let rules = vec![rule("r", None, serve(far))];
    refused(
        &content(vec![], vec![flag("f", rules)], vec![]),
        &["variant 99"],
    );
    let rules = vec![rule("r", None, rule::Outcome::Experiment(far))];
    refused(
        &content(vec![], vec![flag("f", rules)], vec![]),
        &["experiment 99"],
    );
    let mut bad = flag("f", vec![]);
    bad.default_variant = far;
    refused(&content(vec![], vec![bad], vec![]), &["variant 99"]);
    let mut bad = flag("f", vec![]);
    bad.unit = far;
    refused(&content(vec![], vec![bad], vec![]), &["unit kind 99"]);
    let mut bad = experiment("e");
    bad.control = far;
    refused(
        &content(vec![], vec![], vec![bad]),
        &["experiment `e`", "variant 99"],
    );
    let mut bad = segment("s", everyone());
    bad.include = vec![far];
    refused(
        &content(vec![bad], vec![], vec![]),
        &["segment `s`", "segment 99"],
    );
}

#[test]
fn what_experiments_layers_and_holdouts_refer_to_is_checked() {
    let far = 99;
    let experiment_with = |change: fn(&mut Experiment)| {
        let mut one = experiment("e");
        change(&mut one);
        content(vec![], vec![], vec![one])
    };
    refused(
        &experiment_with(|e| e.layer = Some(99)),
        &["experiment `e`", "layer 99"],
    );
    refused(
        &experiment_with(|e| e.holdouts = vec![99]),
        &["experiment `e`", "holdout 99"],
    );
    refused(
        &experiment_with(|e| e.fallback_unit = Some(99)),
        &["experiment `e`", "unit kind 99"],
    );
    refused(
        &experiment_with(|e| e.winner = Some(99)),
        &["experiment `e`", "variant 99"],
    );
    refused(
        &experiment_with(|e| e.min_epoch = 2),
        &["experiment `e`", "min_epoch 2", "epoch 1"],
    );
    refused(
        &experiment_with(|e| e.prerequisites = vec![variant_of_experiment(99, "on", false)]),
        &["experiment `e`", "prerequisites", "experiment 99"],
    );
    let mut bad = flag("f", vec![]);
    bad.prerequisites = vec![variant_of_flag(far, "on", false)];
    refused(
        &content(vec![], vec![bad], vec![]),
        &["flag `f`", "prerequisites", "flag 99"],
    );
    let mut unsorted = variant_of_flag(0, "on", false);
    unsorted.variants.push("off".to_owned());
    refused(
        &with_condition(when_variant(unsorted)),
        &["rule `r`", "variants", "`off`"],
    );
    let nothing = VariantCondition::default();
    refused(&with_condition(when_variant(nothing)), &["names no item"]);
}

#[test]
fn layers_and_holdouts_are_checked() {
    let with_layer = |one: Layer| {
        let mut all = content(vec![], vec![], vec![experiment("e")]);
        all.layers = vec![one];
        all
    };
    for (allocations, words) in [
        (vec![(0, 10, 99)], "experiment 99"),
        (vec![(0, 10, 0), (5, 20, 0)], "overlap"),
        (vec![(10, 20, 0), (0, 10, 0)], "overlap"),
        (vec![(10, 10, 0)], "empty"),
        (vec![(0, SLOTS + 1, 0)], "not within"),
    ] {
        refused(&with_layer(layer("l", allocations)), &["layer `l`", words]);
    }
    let mut bad = layer("l", vec![]);
    bad.salt = "two words".to_owned();
    refused(&with_layer(bad), &["layer `l`", "salt `two words`"]);
    let mut bad = layer("l", vec![]);
    bad.unit = 99;
    refused(&with_layer(bad), &["layer `l`", "unit kind 99"]);
    let with_holdout = |change: fn(&mut Holdout)| {
        let mut one = holdout("h", 0);
        change(&mut one);
        let mut all = content(vec![], vec![], vec![]);
        all.holdouts = vec![one];
        all
    };
    for (change, words) in [
        ((|h| h.unit = 99) as fn(&mut Holdout), "unit kind 99"),
        (|h| h.share = SLOTS + 1, "share 1000001"),
        (|h| h.salt = String::new(), "salt"),
        (|h| h.status = buffa::EnumValue::Unknown(7), "status 7"),
        (|h| h.audience = in_segment(99).into(), "segment 99"),
    ] {
        refused(&with_holdout(change), &["holdout `h`", words]);
    }
    let mut twice = content(vec![], vec![], vec![]);
    twice.layers = vec![layer("b", vec![]), layer("a", vec![])];
    refused(&twice, &["layers", "`a`"]);
    twice.layers = vec![];
    twice.holdouts = vec![holdout("a", 0), holdout("a", 0)];
    refused(&twice, &["holdouts", "`a`"]);
}

#[test]
fn slots_must_be_in_order_and_whole_for_a_split() {
    let ranges = [
        vec![range(0, 500_000, 0)],
        vec![range(0, 500_000, 0), range(400_000, SLOTS, 1)],
        vec![range(500_000, SLOTS, 1), range(0, 500_000, 0)],
        vec![range(0, SLOTS + 1, 0)],
        vec![range(0, 0, 0), range(0, SLOTS, 1)],
        vec![],
    ];
    for ranges in ranges {
        let split = Split {
            salt: "f.split".to_owned(),
            ranges,
            ..Default::default()
        };
        let rules = vec![rule("r", None, rule::Outcome::Split(Box::new(split)))];
        refused(&content(vec![], vec![flag("f", rules)], vec![]), &["slots"]);
    }
    refused(&with_condition(slots(10, 5)), &["slots 10 to 5"]);
}

#[test]
fn the_buckets_of_another_system_must_be_whole_and_in_order() {
    let of = |algorithm: &str, ranges: Vec<BucketRange>| Bucketing {
        algorithm: algorithm.to_owned(),
        total: 100,
        ranges,
        ..Default::default()
    };
    let numbers = |start, end, variant| BucketRange {
        start,
        end,
        variant,
        ..Default::default()
    };
    let ok = of(
        "growthbook_fnv_v1",
        vec![numbers(0.0, 0.5, 0), numbers(0.5, 1.0, 1)],
    );
    let cases = [
        (of("dice", vec![]), "`dice`"),
        (
            of("growthbook_fnv_v1", vec![numbers(0.5, 0.5, 0)]),
            "0.5 to 0.5",
        ),
        (
            of("growthbook_fnv_v1", vec![numbers(f64::NAN, 0.5, 0)]),
            "NaN",
        ),
        (
            of("growthbook_fnv_v1", vec![numbers(0.0, f64::INFINITY, 0)]),
            "inf",
        ),
        (of("growthbook_fnv_v1", vec![numbers(-0.1, 0.5, 0)]), "-0.1"),
        (
            of(
                "growthbook_fnv_v1",
                vec![numbers(0.0, 0.5, 0), numbers(0.4, 1.0, 1)],
            ),
            "0.4 to 1",
        ),
        (
            of("growthbook_fnv_v1", vec![numbers(0.0, 0.5, 99)]),
            "variant 99",
        ),
        (
            Bucketing {
                total: 0,
                ..of("eppo_md5", vec![])
            },
            "`total`",
        ),
        (
            Bucketing {
                rollout: Some(f64::NAN),
                ..ok.clone()
            },
            "rollout",
        ),
        (
            Bucketing {
                seed: "s".repeat(513),
                ..ok.clone()
            },
            "512",
        ),
    ];
    let with = |bucketing: Bucketing| {
        let split = Split {
            bucketing: bucketing.into(),
            ..Default::default()
        };
        let rules = vec![rule("r", None, rule::Outcome::Split(Box::new(split)))];
        content(vec![], vec![flag("f", rules)], vec![])
    };
    for (bucketing, words) in cases {
        refused(&with(bucketing), &["rule `r`", "bucketing", words]);
    }
    program(&with(ok));
}

#[test]
fn names_must_be_sorted_and_unique() {
    let mut bad = full();
    bad.attributes.swap(0, 1);
    refused(&bad, &["attributes", "sorted"]);
    let mut bad = full();
    bad.unit_kinds = vec!["company".to_owned()];
    refused(&bad, &["`user`"]);
    let twice = content(vec![], vec![flag("same", vec![])], vec![experiment("same")]);
    refused(&twice, &["flags and experiments", "`same`"]);
    let bad = content(vec![segment("s", members(&["b", "a"]))], vec![], vec![]);
    refused(&bad, &["members", "`a`"]);
}

#[test]
fn operands_must_have_the_form_of_the_operator() {
    let interval = Interval {
        low: "1".to_owned(),
        high: "two".to_owned(),
        ..Default::default()
    };
    let modulo = Modulo {
        divisor: "0".to_owned(),
        remainder: "0".to_owned(),
        ..Default::default()
    };
    let text = || operand::Kind::Text("x".to_owned());
    let cases = [
        (
            Operator::IsOn,
            AttributeType::Boolean,
            text(),
            "takes no operand",
        ),
        (
            Operator::IsAtLeast,
            AttributeType::Number,
            text(),
            "must be a number",
        ),
        (
            Operator::Is,
            AttributeType::Number,
            operand::Kind::Number("x".to_owned()),
            "`x`",
        ),
        (
            Operator::IsBetween,
            AttributeType::Number,
            operand::Kind::from(interval),
            "`two`",
        ),
        (
            Operator::Modulo,
            AttributeType::Number,
            operand::Kind::from(modulo),
            "at least 1",
        ),
        (
            Operator::Matches,
            AttributeType::String,
            operand::Kind::Text("(".to_owned()),
            "pattern `(`",
        ),
        (Operator::Is, AttributeType::List, text(), "must be a list"),
        (
            Operator::IsOn,
            AttributeType::String,
            text(),
            "cannot compare",
        ),
        (
            Operator::Is,
            AttributeType::Unspecified,
            text(),
            "cannot compare",
        ),
    ];
    for (operator, declared, operand, words) in cases {
        refused(
            &with_condition(condition(PLAN, operator, declared, vec![operand])),
            &[words],
        );
    }
}

#[test]
fn a_circle_of_segments_is_refused_with_its_path() {
    let circle = content(
        vec![
            segment("a", in_segment(1)),
            segment("b", all(vec![not(in_segment(2))])),
            segment("c", in_segment(1)),
        ],
        vec![],
        vec![],
    );
    refused(&circle, &["circle", "`b` → `c` → `b`"]);
}

#[test]
fn depth_is_bounded_through_segments_and_the_deepest_evaluates() {
    let chain = |length: u32| {
        let key = |n: u32| format!("s{n:04}");
        let mut segments: Vec<_> = (1..length)
            .map(|n| segment(&key(n - 1), in_segment(n)))
            .collect();
        segments.push(segment(&key(length - 1), everyone()));
        content(segments, vec![], vec![])
    };
    refused(&chain(2_000), &["levels deep"]);
    refused(&chain(130), &["levels deep"]);
    let program = program(&chain(120));
    let mut context = turnout_engine::Context::new(&program);
    let mut evaluation =
        turnout_engine::Evaluation::new(&program, &mut context, turnout_engine::Instant(0));
    let check = evaluation.check_segment(program.segment("s0000").expect("the top"));
    assert_eq!(check.state, turnout_engine::Truth::True);
}

#[test]
fn types_statuses_and_salts_are_checked() {
    let mut bad = flag("f", vec![]);
    bad.r#type = FlagType::String.into();
    refused(
        &content(vec![], vec![bad], vec![]),
        &["variant `off`", "type"],
    );
    let mut bad = flag("f", vec![]);
    bad.status = buffa::EnumValue::Unknown(77);
    refused(&content(vec![], vec![bad], vec![]), &["status 77"]);
    let mut bad = experiment("e");
    bad.variant_salt = "e variant".to_owned();
    refused(&content(vec![], vec![], vec![bad]), &["salt `e variant`"]);
    let mut bad = experiment("e");
    bad.traffic = SLOTS + 1;
    refused(&content(vec![], vec![], vec![bad]), &["traffic"]);
    let mut bad = flag("f", vec![]);
    bad.overrides = vec![forced("b", 0), forced("a", 1)];
    refused(&content(vec![], vec![bad], vec![]), &["overrides", "`a`"]);
}

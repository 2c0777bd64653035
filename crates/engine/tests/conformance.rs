//! Runs the golden cases of `conformance/` that need no compiler: conditions, also those that a
//! compiler refuses, and slots.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::PathBuf;

use serde_json::Value as Json;
use turnout_engine::{Context, Evaluation, Header, Instant, Program, ValueRef, seal, slot};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{expression, operand, segment};
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, Condition, Content, Expression, Interval, Modulo, OnUnset, Operand, Operator,
    Segment, SegmentStatus, TextList,
};

fn read(path: &str) -> Json {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../conformance")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn every_row_of_the_published_truth_table() {
    run_conditions("conditions/truth_tables.json", 100);
}

#[test]
fn every_row_that_closes_its_gaps() {
    run_conditions("conditions/more.json", 100);
}

#[test]
fn every_slot() {
    let file = read("slots.json");
    let vectors = file["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= 8);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().expect("text");
        let expected = vector["slot"].as_u64().expect("a slot");
        assert_eq!(
            u64::from(slot(text("salt"), text("unit_id"))),
            expected,
            "{vector}"
        );
    }
}

fn run_conditions(path: &str, at_least: usize) {
    let file = read(path);
    let rows = file["rows"].as_array().expect("rows");
    assert!(rows.len() >= at_least, "{path} has {} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let state = answer(row);
            (row["expected"] != state).then(|| format!("{state}: {row}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} rows:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

/// What the engine answers for a row: its condition is the one segment of a snapshot.
fn answer(row: &Json) -> String {
    let sealed = seal(Header::default(), &content(condition(row)));
    let program = match Program::link(&sealed) {
        Ok(program) => program,
        Err(error) => return error.to_string(),
    };
    let mut context = Context::new(&program);
    let attribute = &row["attribute"];
    let elements: Vec<ValueRef<'_>> = attribute["value"]
        .as_array()
        .into_iter()
        .flatten()
        .map(scalar)
        .collect();
    match attribute["state"].as_str().expect("a state") {
        "set" => context.set(&program, "a", value(&attribute["value"], &elements)),
        "unset" => {}
        "unknown" => context.unknown(&program, "a"),
        other => panic!("state {other}"),
    }
    let segment = program.segment("row").expect("the segment");
    let check = Evaluation::new(&program, &mut context, Instant(0)).check_segment(segment);
    check.state.as_str().to_owned()
}

fn content(condition: Condition) -> Content {
    let rule = Expression {
        kind: Some(expression::Kind::from(condition)),
        ..Default::default()
    };
    Content {
        semantics_version: 1,
        attributes: vec!["a".to_owned()],
        unit_kinds: vec!["user".to_owned()],
        segments: vec![Segment {
            key: "row".to_owned(),
            status: SegmentStatus::Active.into(),
            definition: Some(segment::Definition::from(rule)),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn condition(row: &Json) -> Condition {
    let name = row["operator"].as_str().expect("an operator");
    let options = &row["options"];
    Condition {
        operator: named(&format!("OPERATOR_{}", name.to_uppercase())),
        r#type: match row["type"].as_str().expect("a type") {
            "string" => AttributeType::String,
            "number" => AttributeType::Number,
            "boolean" => AttributeType::Boolean,
            "list" => AttributeType::List,
            "any" => AttributeType::Unspecified,
            other => panic!("type {other}"),
        }
        .into(),
        operands: operands(row, name),
        case_sensitive: options["case_sensitive"] == true,
        on_unset: match options["on_unset"].as_str() {
            None => OnUnset::Unspecified,
            Some("match") => OnUnset::Match,
            Some("no_match") => OnUnset::NoMatch,
            Some("unknown") => OnUnset::Unknown,
            Some(other) => panic!("on_unset {other}"),
        }
        .into(),
        ..Default::default()
    }
}

fn named(proto_name: &str) -> buffa::EnumValue<Operator> {
    use buffa::Enumeration;
    Operator::from_proto_name(proto_name)
        .unwrap_or_else(|| panic!("{proto_name}"))
        .into()
}

fn operands(row: &Json, operator: &str) -> Vec<Operand> {
    let written = &row["operand"];
    let declared = row["type"].as_str().expect("a type");
    let kinds: Vec<operand::Kind> = match written {
        Json::Null => vec![],
        Json::Array(parts) if operator.ends_with("between") => {
            several(parts).map(interval).collect()
        }
        Json::Array(parts) if operator.starts_with("is") && declared == "list" => {
            several(parts).map(list).collect()
        }
        Json::Array(parts) => parts.iter().map(|part| plain(part, declared)).collect(),
        Json::Object(parts) => vec![operand::Kind::from(Modulo {
            divisor: parts["divisor"].to_string(),
            remainder: parts["remainder"].to_string(),
            ..Default::default()
        })],
        part => vec![plain(part, declared)],
    };
    kinds
        .into_iter()
        .map(|kind| Operand {
            kind: Some(kind),
            ..Default::default()
        })
        .collect()
}

/// A list of lists is several operands; a flat list is one, unless it is empty.
fn several(parts: &[Json]) -> impl Iterator<Item = Vec<Json>> {
    let nested = parts.iter().all(Json::is_array);
    let operands: Vec<Vec<Json>> = match nested {
        true => parts
            .iter()
            .filter_map(|part| part.as_array().cloned())
            .collect(),
        false => vec![parts.to_vec()],
    };
    operands.into_iter()
}

fn interval(pair: Vec<Json>) -> operand::Kind {
    let [low, high] = &pair[..] else {
        panic!("not a pair: {pair:?}")
    };
    operand::Kind::from(Interval {
        low: text(low),
        high: text(high),
        ..Default::default()
    })
}

fn list(elements: Vec<Json>) -> operand::Kind {
    let texts = elements.iter().map(text).collect();
    operand::Kind::from(TextList {
        texts,
        ..Default::default()
    })
}

fn plain(part: &Json, declared: &str) -> operand::Kind {
    match (part, declared) {
        (Json::Number(number), "number") => operand::Kind::Number(number.to_string()),
        (Json::String(literal), "number") => operand::Kind::Number(literal.clone()),
        (Json::Bool(value), "boolean") => operand::Kind::Boolean(*value),
        (part, _) => operand::Kind::Text(text(part)),
    }
}

fn text(part: &Json) -> String {
    part.as_str()
        .map_or_else(|| part.to_string(), str::to_owned)
}

fn value<'v>(written: &'v Json, elements: &'v [ValueRef<'v>]) -> ValueRef<'v> {
    match written {
        Json::Array(_) => ValueRef::List(elements),
        written => scalar(written),
    }
}

fn scalar(written: &Json) -> ValueRef<'_> {
    match written {
        Json::Null => ValueRef::Null,
        Json::Bool(value) => ValueRef::Boolean(*value),
        Json::String(value) => ValueRef::String(value),
        Json::Number(value) => match value.as_i64() {
            Some(integer) => ValueRef::Integer(integer),
            None => ValueRef::Double(value.as_f64().expect("a double")),
        },
        Json::Object(parts) => match parts.get("$float").and_then(Json::as_str) {
            Some(float) => ValueRef::Double(float.parse().expect("a float")),
            None => ValueRef::Object,
        },
        Json::Array(_) => ValueRef::List(&[]),
    }
}

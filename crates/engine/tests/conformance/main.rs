//! Runs the golden cases of `conformance/` that need no compiler: conditions, also those that a
//! compiler refuses, and slots.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod condition;
mod request;

use std::path::PathBuf;

use serde_json::{Value as Json, json};
use turnout_engine::{Context, Evaluation, Header, Program, seal, slot};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{expression, segment};
use turnout_snapshot::turnout::snapshot::v1::{
    Content, Expression, Segment, SegmentStatus, UserZone, Workspace,
};

use condition::condition;
use request::Request;

/// Every attribute that a row may mention, sorted.
const ATTRIBUTES: [&str; 3] = ["a", "user.timezone", "user.timezone_offset_seconds"];

fn read(path: &str) -> Json {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../conformance")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn every_row_of_the_published_truth_table() {
    run_conditions("conditions/truth_tables.json", 200);
}

#[test]
fn every_row_that_closes_its_gaps() {
    run_conditions("conditions/more.json", 1_000);
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
            let answered = answer(row);
            let notes = row.get("notes").cloned().unwrap_or(json!([]));
            let expected = json!({"state": row["expected"], "notes": notes});
            (expected != answered).then(|| format!("{answered}: {row}"))
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
fn answer(row: &Json) -> Json {
    let sealed = seal(Header::default(), &content(row));
    let program = match Program::link(&sealed) {
        Ok(program) => program,
        Err(error) => return json!(error.to_string()),
    };
    let request = Request::of(row);
    let mut context = Context::new(&program);
    request.fill(&program, &mut context);
    let segment = program.segment("row").expect("the segment");
    let check = Evaluation::new(&program, &mut context, request.now).check_segment(segment);
    let notes: Vec<_> = check.notes.iter().map(|note| note.as_str()).collect();
    json!({"state": check.state.as_str(), "notes": notes})
}

fn content(row: &Json) -> Content {
    let rule = Expression {
        kind: Some(expression::Kind::from(condition(row))),
        ..Default::default()
    };
    Content {
        semantics_version: 1,
        workspace: Workspace {
            timezone: condition::workspace_zone(row).to_owned(),
            ..Default::default()
        }
        .into(),
        attributes: ATTRIBUTES.map(str::to_owned).to_vec(),
        unit_kinds: vec!["user".to_owned()],
        segments: vec![Segment {
            key: "row".to_owned(),
            status: SegmentStatus::Active.into(),
            definition: Some(segment::Definition::from(rule)),
            ..Default::default()
        }],
        user_zone: UserZone {
            name: 1,
            offset_seconds: 2,
            ..Default::default()
        }
        .into(),
        ..Default::default()
    }
}

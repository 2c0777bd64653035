//! Runs `conformance/decisions/` on the sealed snapshots beside it: flags, experiments and
//! segments as a compiler writes them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use turnout_engine::{
    Assignments, Context, Evaluation, Instant, Kept, MemberSets, NamedSet, Opened, Program, Record,
    UnitIds, Value, ValueRef, VariantIndex, literal,
};
use turnout_members::MemberSet;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::moment;
use turnout_snapshot::turnout::v1::__buffa::oneof::value::Kind;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../conformance")
        .join(name)
}

#[test]
fn every_decision() {
    let mut ran: u32 = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder("decisions")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
        let file: Json = serde_json::from_slice(&std::fs::read(&path).expect("the file"))
            .unwrap_or_else(|error| panic!("{stem}: {error}"));
        let sealed = std::fs::read(folder("snapshots").join(format!("{stem}.snapshot")))
            .unwrap_or_else(|error| panic!("{stem}: {error}: run compile_cases.py"));
        let linked = Opened::open(&sealed, || {}).and_then(|opened| opened.link(&Folder));
        let program = linked.unwrap_or_else(|error| panic!("{stem}: {error}"));
        for case in file["cases"].as_array().expect("cases") {
            let answer = answer(&program, case);
            if answer != expected(case) {
                wrong.push(format!("{stem}: {case}\n  but {answer}"));
            }
            ran = ran.saturating_add(1);
        }
    }
    assert!(ran > 300, "{ran} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The member sets beside the snapshots.
struct Folder;

#[derive(Debug)]
struct Set(MemberSet<Vec<u8>>);

impl UnitIds for Set {
    fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl MemberSets for Folder {
    fn find(&self, named: &NamedSet) -> Option<Arc<dyn UnitIds>> {
        let name: String = named.sha256.iter().map(|b| format!("{b:02x}")).collect();
        let bytes = std::fs::read(folder("snapshots/members").join(format!("{name}.set"))).ok()?;
        let set = MemberSet::open(bytes).expect("a set");
        assert_eq!(
            (named.count, named.size),
            (
                set.len(),
                u64::try_from(set.bytes().len()).expect("a length")
            )
        );
        Some(Arc::new(Set(set)))
    }
}

/// What a case leaves out is empty.
fn expected(case: &Json) -> Json {
    let mut whole = match case["segment"].is_string() {
        true => json!({"unknown_attributes": [], "notes": [], "member_age": null}),
        false => json!({
            "rule": null, "experiment": null, "experiment_variant": null, "enrolled": false,
            "error_code": null, "degraded": false, "unknown_attributes": [], "notes": [],
        }),
    };
    for (name, part) in case["expected"].as_object().expect("expected") {
        whole[name] = part.clone();
    }
    let kept = whole.get_mut("assignments_to_persist");
    for kept in kept.and_then(Json::as_array_mut).into_iter().flatten() {
        kept["assigned_at"] = json!(instant(kept["assigned_at"].as_str().expect("text")).0);
    }
    whole
}

fn answer(program: &Program, case: &Json) -> Json {
    let given = &case["context"];
    let lists: Vec<Vec<ValueRef<'_>>> = attributes(given).map(|(_, v)| elements(v)).collect();
    let mut context = Context::new(program);
    if let Some(id) = given["unit_id"].as_str() {
        context.unit(program, "user", id);
    }
    for (kind, id) in given["units"].as_object().into_iter().flatten() {
        context.unit(program, kind, id.as_str().expect("an id"));
    }
    for ((name, written), list) in attributes(given).zip(&lists) {
        context.set(program, name, value(written, list));
    }
    for name in given["unknown"].as_array().into_iter().flatten() {
        context.unknown(program, name.as_str().expect("a name"));
    }
    context.partial(given["partial"] == true);
    context.events_reached(given["events_reached"] == true);
    let now = instant(given["now"].as_str().unwrap_or(NOW));
    let mut records = Carried(given);
    let evaluation = Evaluation::new(program, &mut context, now).with_assignments(&mut records);
    match case["segment"].as_str() {
        Some(key) => check(program, evaluation, key),
        None => {
            let key = case["key"].as_str().expect("a key");
            let (mut whole, kept) = decide(program, evaluation, key);
            if case["expected"]["assignments_to_persist"].is_array() {
                whole["assignments_to_persist"] = kept;
            }
            whole
        }
    }
}

/// The records of a context.
struct Carried<'c>(&'c Json);

impl Assignments for Carried<'_> {
    fn find(&mut self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept {
        let kept = self.0["sticky_assignments"]
            .as_array()
            .into_iter()
            .flatten();
        let own = kept.filter(|one| {
            one["experiment"] == experiment
                && one["unit_kind"] == unit_kind
                && one["unit_id"] == unit_id
        });
        Kept::Records(own.map(record).collect())
    }
}

fn record(kept: &Json) -> Record {
    let text = |name: &str| kept[name].as_str().unwrap_or_else(|| panic!("no `{name}`"));
    let epoch = kept["epoch"].as_u64().expect("an epoch");
    Record {
        epoch: u32::try_from(epoch).expect("in range"),
        variant: text("variant").into(),
        assigned_at: instant(text("assigned_at")),
        snapshot: kept["snapshot_id"].as_str().unwrap_or_default().into(),
    }
}

/// When a case is asked that does not say so.
const NOW: &str = "2016-06-23T12:00:00-07:00";

fn instant(written: &str) -> Instant {
    let read = literal::parse_moment(written, false, Some("UTC")).expect("a moment");
    let Some(moment::Kind::Instant(at)) = read.kind else {
        panic!("`{written}` is no instant");
    };
    let nanos = at.seconds.checked_mul(1_000_000_000).expect("in range");
    Instant(nanos.checked_add(at.nanos.into()).expect("in range"))
}

/// A decision, and beside it what is to be kept.
fn decide(program: &Program, mut evaluation: Evaluation<'_, '_, '_>, key: &str) -> (Json, Json) {
    let item = program.item(key).expect("the item");
    let decision = evaluation.decide(item);
    let variant = |index: VariantIndex| program.variant(index).expect("the variant");
    let keyed = |index| {
        let keys = program.items().iter().map(|item| &*item.key);
        keys.into_iter()
            .find(|key| program.item(key) == Some(index))
    };
    let kept = decision.assignments.iter().map(|assignment| {
        json!({
            "experiment": keyed(assignment.experiment),
            "epoch": assignment.epoch,
            "unit_kind": program.unit_kinds()[assignment.unit.at()],
            "unit_id": assignment.unit_id,
            "variant": variant(assignment.variant).name,
            "assigned_at": assignment.assigned_at.0,
        })
    });
    let kept = kept.collect();
    let whole = json!({
        "variant": decision.variant.map(|v| &*variant(v).name),
        "value": decision.variant.map(|v| plain(&variant(v).value)),
        "reason": decision.reason.as_str(),
        "rule": decision.rule.map(|rule| program.rule_name(rule)),
        "experiment": decision.experiment.and_then(keyed),
        "experiment_variant": decision.experiment_variant.map(|v| &*variant(v).name),
        "enrolled": decision.enrolled,
        "error_code": decision.error.map(|code| code.as_str()),
        "degraded": decision.degraded,
        "unknown_attributes": decision.unknown.names(program),
        "notes": decision.notes.iter().map(|note| note.as_str()).collect::<Vec<_>>(),
    });
    (whole, kept)
}

fn check(program: &Program, mut evaluation: Evaluation<'_, '_, '_>, key: &str) -> Json {
    let check = evaluation.check_segment(program.segment(key).expect("the segment"));
    json!({
        "state": check.state.as_str(),
        "reason": check.reason.as_str(),
        "unknown_attributes": check.unknown.names(program),
        "notes": check.notes.iter().map(|note| note.as_str()).collect::<Vec<_>>(),
        "member_age": check.member_age.map(|age| age.as_secs()),
    })
}

fn attributes(given: &Json) -> impl Iterator<Item = (&String, &Json)> {
    given["attributes"].as_object().into_iter().flatten()
}

fn elements(written: &Json) -> Vec<ValueRef<'_>> {
    let elements = written.as_array().into_iter().flatten();
    elements.map(|element| value(element, &[])).collect()
}

fn value<'v>(written: &'v Json, list: &'v [ValueRef<'v>]) -> ValueRef<'v> {
    match written {
        Json::Null => ValueRef::Null,
        Json::Bool(value) => ValueRef::Boolean(*value),
        Json::String(value) => ValueRef::String(value),
        Json::Number(value) => match value.as_i64() {
            Some(integer) => ValueRef::Integer(integer),
            None => ValueRef::Double(value.as_f64().expect("a double")),
        },
        Json::Array(_) => ValueRef::List(list),
        Json::Object(parts) => {
            ValueRef::object(parts.iter().map(|(name, part)| (&**name, value(part, &[]))))
        }
    }
}

/// What a variant carries; an integer is not equal to a double here either.
fn plain(value: &Value) -> Json {
    match &value.kind {
        None | Some(Kind::Null(_)) => Json::Null,
        Some(Kind::String(text)) => json!(text),
        Some(Kind::Integer(number)) => json!(number),
        Some(Kind::Double(number)) => json!(number),
        Some(Kind::Boolean(truth)) => json!(truth),
        Some(Kind::Timestamp(instant)) => json!([instant.seconds, instant.nanos]),
        Some(Kind::List(list)) => list.values.iter().map(plain).collect(),
        Some(Kind::Object(object)) => object
            .fields
            .iter()
            .map(|field| (field.name.clone(), plain(&field.value)))
            .collect(),
    }
}

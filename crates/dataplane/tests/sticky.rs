//! Sticky assignments: carried by the caller in every protocol, or kept in the server's file.
mod harness;

use std::path::Path;

use harness::{connect, content, fields, grpc, message, seal, serving, settings};
use serde_json::{Value, json};
use turnout_dataplane::sticky::{Embedded, StoreSettings};
use turnout_dataplane::{DataPlane, Settings};
use turnout_protos::turnout::v1 as pb;

/// The catalogue; the experiment's slots are all of one variant.
fn sealed(variant: usize, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut content = content();
    let button = &mut content["experiments"][0];
    button["ranges"] = json!([{"start": 0, "end": 1_000_000, "variant": variant}]);
    button["audienceSticky"] = json!(true);
    button["variantSticky"] = json!(true);
    change(button);
    seal(content, 8)
}

fn load(plane: &DataPlane, variant: usize) {
    plane.load(&sealed(variant, |_| {}), None).unwrap();
}

fn with_file(folder: &Path) -> Settings {
    let embedded = Embedded::at(folder.join("assignments.redb"));
    Settings {
        sticky: Some(StoreSettings::Embedded(embedded)),
        ..settings()
    }
}

fn request(key: &str, carried: &Value) -> Value {
    json!({"key": key, "context": {"targetingKey": "u-1", "stickyAssignments": carried}})
}

fn ask(plane: &DataPlane, key: &str, carried: &Value) -> pb::Decision {
    let body = message::<pb::DecideRequest>(request(key, carried));
    let reply: pb::DecideResponse = grpc(plane, "Decide", &body).message();
    reply.decision.into_option().expect("a decision")
}

fn told(decision: &pb::Decision) -> Value {
    serde_json::to_value(&decision.assignments_to_persist).unwrap()
}

fn came_out(decision: &pb::Decision) -> (&str, pb::Reason) {
    let reason = decision.reason.as_known().expect("a reason");
    (decision.variant.as_deref().unwrap_or("none"), reason)
}

#[test]
fn a_caller_is_told_what_to_keep_and_gets_it_again() {
    let plane = serving(settings());
    load(&plane, 1);
    let first = ask(&plane, "button", &json!([]));
    assert_eq!(came_out(&first), ("green", pb::Reason::Assigned));
    let kept = told(&first);
    let record = &kept[0];
    for (field, value) in [
        ("experiment", "button"),
        ("unitKind", "user"),
        ("unitId", "u-1"),
        ("variant", "green"),
    ] {
        assert_eq!(record[field], value, "{kept}");
    }
    let snapshot: String = plane.stats().snapshot_id;
    assert_eq!(record["snapshotId"], snapshot);
    assert!(record["assignedAt"].is_string(), "{kept}");
    load(&plane, 0);
    let without = ask(&plane, "button", &json!([]));
    assert_eq!(came_out(&without), ("control", pb::Reason::Assigned));
    let with = ask(&plane, "button", &kept);
    assert_eq!(came_out(&with), ("green", pb::Reason::Sticky));
    assert_eq!(told(&with), json!([]));
}

#[test]
fn what_is_told_goes_back_and_forth_in_every_protocol_and_call() {
    let plane = serving(settings());
    load(&plane, 1);
    let kept = told(&ask(&plane, "button", &json!([])));
    load(&plane, 0);
    let one = request("button", &kept);
    let expected = ask(&plane, "button", &kept);
    let body = message::<pb::DecideRequest>(one.clone());
    let by_connect: pb::DecideResponse =
        connect(&plane, "Decide", "application/proto", &body).whole();
    let json_body = serde_json::to_vec(&one).unwrap();
    let by_json = connect(&plane, "Decide", "application/json", &json_body);
    let by_json: pb::DecideResponse = serde_json::from_slice(&by_json.body).unwrap();
    for reply in [by_connect, by_json] {
        assert_eq!(reply.decision.as_option(), Some(&expected));
    }
    let context = &one["context"];
    let batch = message::<pb::BatchDecideRequest>(
        json!({"keys": ["button", "tested"], "context": context}),
    );
    let batch: pb::BatchDecideResponse = grpc(&plane, "BatchDecide", &batch).message();
    let items = json!({"items": [{"key": "button", "context": context}, {"key": "button",
        "context": {"targetingKey": "u-1"}}]});
    let items = message::<pb::BatchDecideRequest>(items);
    let items: pb::BatchDecideResponse = grpc(&plane, "BatchDecide", &items).message();
    let variants = |reply: &pb::BatchDecideResponse| -> Vec<Value> {
        let json = serde_json::to_value(reply).unwrap();
        let results = json["results"].as_array().unwrap().iter();
        results
            .map(|result| result["decision"]["reason"].clone())
            .collect()
    };
    assert_eq!(variants(&batch), ["REASON_STICKY", "REASON_STICKY"]);
    // What one item's caller carries does not count for the next item.
    assert_eq!(variants(&items), ["REASON_STICKY", "REASON_ASSIGNED"]);
    let all = message::<pb::DecideAllRequest>(json!({"context": context}));
    let all: pb::DecideAllResponse = grpc(&plane, "DecideAll", &all).message();
    let button = all
        .decisions
        .iter()
        .find(|decision| decision.key == "button");
    assert_eq!(came_out(button.unwrap()), ("green", pb::Reason::Sticky));
}

#[test]
fn without_a_snapshot_id_and_with_old_instants_records_are_taken_as_they_are() {
    let plane = serving(settings());
    load(&plane, 0);
    let record = |at: &str| {
        json!([{"experiment": "button", "unitKind": "user", "unitId": "u-1", "variant": "green",
            "assignedAt": at}])
    };
    for at in ["1969-12-31T23:59:59.5Z", "2020-02-29T00:00:00Z"] {
        let decision = ask(&plane, "button", &record(at));
        assert_eq!(came_out(&decision), ("green", pb::Reason::Sticky), "{at}");
    }
}

#[test]
fn a_record_that_cannot_be_one_is_refused_with_its_field() {
    let plane = serving(settings());
    let good = json!({"experiment": "button", "unitKind": "user", "unitId": "u-1", "variant": "green",
        "assignedAt": "2020-01-01T00:00:00Z"});
    for field in ["experiment", "unitKind", "unitId", "variant", "assignedAt"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(field);
        let body = message::<pb::DecideRequest>(request("button", &json!([good, bad])));
        let reply = grpc(&plane, "Decide", &body);
        assert_eq!(
            (reply.code(), reply.reason().as_str()),
            (3, "BAD_VALUE"),
            "{field}"
        );
        let proto = field
            .replace("Kind", "_kind")
            .replace("Id", "_id")
            .replace("At", "_at");
        let named = format!("context.sticky_assignments[1].{proto}");
        let details = reply.details();
        let violation = details
            .iter()
            .find(|(name, _)| name.ends_with("BadRequest"))
            .unwrap();
        let violation = &fields(&violation.1)[0].1;
        assert_eq!(fields(violation)[0].1, named.as_bytes());
    }
    let many = vec![good; 1_001];
    let body = message::<pb::DecideRequest>(request("button", &json!(many)));
    assert_eq!(grpc(&plane, "Decide", &body).reason(), "LIMIT_EXCEEDED");
}

#[test]
fn a_file_keeps_what_was_assigned_and_the_caller_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    {
        let plane = serving(with_file(folder.path()));
        load(&plane, 1);
        let first = ask(&plane, "tested", &json!([]));
        assert_eq!(came_out(&first), ("green", pb::Reason::Assigned));
        assert!(first.assignments_to_persist.is_empty() && !first.degraded);
        load(&plane, 0);
        let again = ask(&plane, "button", &json!([]));
        assert_eq!(came_out(&again), ("green", pb::Reason::Sticky));
        let counts = plane.stats().sticky.unwrap();
        assert_eq!((counts.writes, counts.read_failures), (1, 0));
        assert_eq!(
            plane.stats().decisions,
            2,
            "evaluations that are thrown away do not count"
        );
    }
    let plane = serving(with_file(folder.path()));
    load(&plane, 0);
    let after = ask(&plane, "button", &json!([]));
    assert_eq!(came_out(&after), ("green", pb::Reason::Sticky));
}

#[test]
fn what_a_caller_carries_counts_where_the_store_has_none_and_is_then_kept() {
    let carried = serving(settings());
    load(&carried, 1);
    let green = told(&ask(&carried, "button", &json!([])));
    let folder = tempfile::tempdir().unwrap();
    let plane = serving(with_file(folder.path()));
    load(&plane, 0);
    let first = ask(&plane, "button", &green);
    assert_eq!(came_out(&first), ("green", pb::Reason::Sticky));
    let without = ask(&plane, "button", &json!([]));
    assert_eq!(
        came_out(&without),
        ("green", pb::Reason::Sticky),
        "it is kept"
    );
    let mut other = green.clone();
    other[0]["variant"] = json!("control");
    let against = ask(&plane, "button", &other);
    assert_eq!(
        came_out(&against),
        ("green", pb::Reason::Sticky),
        "the store is the truth"
    );
}

#[test]
fn one_call_about_one_experiment_says_the_same_twice_and_writes_once() {
    let folder = tempfile::tempdir().unwrap();
    let plane = serving(with_file(folder.path()));
    load(&plane, 1);
    let batch = message::<pb::BatchDecideRequest>(
        json!({"keys": ["button", "tested"], "context": {"targetingKey": "u-1"}}),
    );
    let reply: pb::BatchDecideResponse = grpc(&plane, "BatchDecide", &batch).message();
    let reply = serde_json::to_value(&reply).unwrap();
    for result in reply["results"].as_array().unwrap() {
        assert_eq!(result["decision"]["reason"], "REASON_ASSIGNED");
    }
    assert_eq!(plane.stats().sticky.unwrap().writes, 1);
}

#[test]
fn a_record_whose_variant_is_gone_gives_way() {
    let folder = tempfile::tempdir().unwrap();
    let plane = serving(with_file(folder.path()));
    load(&plane, 1);
    ask(&plane, "button", &json!([]));
    let renamed = |button: &mut Value| button["variants"][1]["name"] = json!("blue");
    plane.load(&sealed(1, renamed), None).unwrap();
    let decision = ask(&plane, "button", &json!([]));
    assert_eq!(came_out(&decision), ("blue", pb::Reason::VariantRemoved));
    let decision = ask(&plane, "button", &json!([]));
    assert_eq!(came_out(&decision), ("blue", pb::Reason::Sticky));
}

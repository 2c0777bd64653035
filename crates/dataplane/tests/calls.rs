//! Every call of the decision service, over gRPC and over Connect.
mod harness;

use harness::{connect, grpc, message, serving, settings, without_instants};
use serde_json::json;
use turnout_protos::turnout::v1 as pb;

fn decide(key: &str) -> Vec<u8> {
    message::<pb::DecideRequest>(json!({"key": key, "context": {"targetingKey": "u-1",
        "attributes": {"plan": {"string": "pro"}, "interests": {"list": {"values": [{"string": "chess"}]}}}}}))
}

#[test]
fn decide_answers_with_the_variant_its_value_and_the_snapshot() {
    let plane = serving(settings());
    let reply = grpc(&plane, "Decide", &decide("checkout"));
    assert_eq!((reply.status, reply.code()), (200, 0));
    let reply: pb::DecideResponse = reply.message();
    let decision = reply.decision.as_option().expect("a decision");
    assert_eq!(decision.key, "checkout");
    assert_eq!(decision.reason, pb::Reason::REASON_SPLIT);
    assert_eq!(decision.rule, "half");
    let variant = decision.variant.as_deref().expect("a variant");
    assert!(["on", "off"].contains(&variant));
    assert_eq!(
        serde_json::to_value(&decision.value).unwrap(),
        json!({"boolean": variant == "on"})
    );
    let snapshot = reply.snapshot.as_option().expect("a snapshot");
    assert_eq!(
        (snapshot.revision, snapshot.id.len(), snapshot.stale),
        (7, 64, false)
    );
}

#[test]
fn every_protocol_gives_the_same_decision() {
    let plane = serving(settings());
    for key in [
        "checkout",
        "by-list",
        "by-segment",
        "off",
        "plain",
        "tested",
        "button",
        "broken",
    ] {
        let mut by_grpc: pb::DecideResponse = grpc(&plane, "Decide", &decide(key)).message();
        let mut by_connect: pb::DecideResponse =
            connect(&plane, "Decide", "application/proto", &decide(key)).whole();
        by_grpc.decision.modify(without_instants);
        by_connect.decision.modify(without_instants);
        assert_eq!(by_grpc.decision, by_connect.decision, "{key}");
        let request: pb::DecideRequest = buffa::Message::decode_from_slice(&decide(key)).unwrap();
        let json = connect(
            &plane,
            "Decide",
            "application/json",
            &serde_json::to_vec(&request).unwrap(),
        );
        assert_eq!(json.status, 200, "{key}");
        let mut by_json: pb::DecideResponse = serde_json::from_slice(&json.body).unwrap();
        by_json.decision.modify(without_instants);
        assert_eq!(by_grpc.decision, by_json.decision, "{key}");
    }
}

#[test]
fn a_handed_over_decision_names_the_experiment_and_its_variant() {
    let plane = serving(settings());
    let reply: pb::DecideResponse = grpc(&plane, "Decide", &decide("tested")).message();
    let decision = reply.decision.as_option().unwrap();
    assert_eq!(
        (
            decision.experiment.as_str(),
            decision.rule.as_str(),
            decision.enrolled
        ),
        ("button", "the test", true)
    );
    assert!(!decision.experiment_variant.is_empty());
}

#[test]
fn a_batch_has_one_result_a_key_in_the_order_asked() {
    let plane = serving(settings());
    let request = message::<pb::BatchDecideRequest>(json!({"keys": ["tested", "none", "checkout"],
        "context": {"targetingKey": "u-1"}}));
    let reply: pb::BatchDecideResponse = grpc(&plane, "BatchDecide", &request).message();
    let json = serde_json::to_value(&reply.results).unwrap();
    assert_eq!(json[0]["decision"]["key"], "tested");
    assert_eq!(
        (&json[1]["error"]["code"], &json[1]["error"]["reason"]),
        (&json!(5), &json!("FLAG_NOT_FOUND"))
    );
    assert_eq!(json[2]["decision"]["key"], "checkout");
    assert_eq!(reply.snapshot.as_option().unwrap().revision, 7);
}

#[test]
fn a_batch_of_items_gives_each_key_its_own_context_and_type() {
    let plane = serving(settings());
    let request = message::<pb::BatchDecideRequest>(json!({"items": [
        {"key": "by-segment", "context": {"targetingKey": "u-1"}},
        {"key": "by-segment", "context": {"targetingKey": "u-9"}},
        {"key": "plain", "context": {}, "expectedType": "VALUE_TYPE_STRING"},
    ]}));
    let reply: pb::BatchDecideResponse = grpc(&plane, "BatchDecide", &request).message();
    let json = serde_json::to_value(&reply.results).unwrap();
    assert_eq!(
        (
            &json[0]["decision"]["variant"],
            &json[1]["decision"]["variant"]
        ),
        (&json!("on"), &json!("off"))
    );
    assert_eq!(
        (&json[2]["error"]["code"], &json[2]["error"]["reason"]),
        (&json!(3), &json!("TYPE_MISMATCH"))
    );
}

#[test]
fn decide_all_answers_every_item_sorted_or_those_of_a_tag_or_a_prefix() {
    let plane = serving(settings());
    let keys = |filter: serde_json::Value| {
        let reply: pb::DecideAllResponse = grpc(
            &plane,
            "DecideAll",
            &message::<pb::DecideAllRequest>(filter),
        )
        .message();
        reply
            .decisions
            .iter()
            .map(|decision| decision.key.clone())
            .collect::<Vec<_>>()
    };
    let all = [
        "broken",
        "button",
        "by-list",
        "by-segment",
        "checkout",
        "off",
        "plain",
        "tested",
    ];
    assert_eq!(keys(json!({"context": {"targetingKey": "u-1"}})), all);
    assert_eq!(keys(json!({"keyPrefix": "by-"})), ["by-list", "by-segment"]);
    assert_eq!(
        keys(json!({"keyPrefix": "p", "tag": "checkout"})),
        ["plain"]
    );
    assert_eq!(keys(json!({"tag": "none"})), Vec::<String>::new());
}

#[test]
fn a_segment_check_gives_state_and_reason() {
    let plane = serving(settings());
    let check = |key: &str, context: serde_json::Value| {
        let request = message::<pb::CheckSegmentRequest>(json!({"key": key, "context": context}));
        let reply: pb::CheckSegmentResponse = grpc(&plane, "CheckSegment", &request).message();
        let check = reply.check.as_option().unwrap().clone();
        (check.state.to_i32(), check.reason, check.unknown_attributes)
    };
    assert_eq!(
        check("beta", json!({"targetingKey": "u-1"})),
        (1, "MEMBER".to_owned(), vec![])
    );
    assert_eq!(
        check("beta", json!({"targetingKey": "u-9"})),
        (2, "NOT_MEMBER".to_owned(), vec![])
    );
    let unknown = check("pros", json!({"unknownAttributes": ["plan"]}));
    assert_eq!(
        unknown,
        (3, "UNKNOWN_ATTRIBUTE".to_owned(), vec!["plan".to_owned()])
    );
}

#[test]
fn segments_are_checked_in_a_batch_and_listed() {
    let plane = serving(settings());
    let request = message::<pb::BatchCheckSegmentsRequest>(json!({"keys": ["pros", "none"],
        "context": {"attributes": {"plan": {"string": "PRO"}}}}));
    let reply: pb::BatchCheckSegmentsResponse =
        grpc(&plane, "BatchCheckSegments", &request).message();
    let json = serde_json::to_value(&reply.results).unwrap();
    assert_eq!(json[0]["check"]["state"], "SEGMENT_STATE_TRUE");
    assert_eq!(json[1]["error"]["reason"], "SEGMENT_NOT_FOUND");

    let request = message::<pb::ListMatchingSegmentsRequest>(
        json!({"context": {"targetingKey": "u-2", "unknownAttributes": ["plan"]}}),
    );
    let reply: pb::ListMatchingSegmentsResponse =
        grpc(&plane, "ListMatchingSegments", &request).message();
    assert_eq!(
        (reply.keys, reply.unknown_keys),
        (
            vec!["beta".to_owned(), "everybody".to_owned()],
            vec!["pros".to_owned()]
        )
    );
}

#[test]
fn the_status_counts_what_is_served() {
    let plane = serving(settings());
    let reply: pb::GetSnapshotStatusResponse = grpc(&plane, "GetSnapshotStatus", &[]).message();
    assert_eq!((reply.flags, reply.experiments, reply.segments), (7, 1, 3));
    assert_eq!(reply.snapshot.as_option().unwrap().revision, 7);
    assert_eq!(reply.published_by, "test");
}

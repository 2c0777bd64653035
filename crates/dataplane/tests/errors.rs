//! The status table, its machine-readable reasons, and the limits.
mod harness;

use std::time::{Duration, Instant};

use harness::{connect, framed, grpc, grpc_with, message, sealed, serving, settings};
use serde_json::json;
use turnout_dataplane::{DataPlane, Limits, Settings};
use turnout_protos::turnout::v1 as pb;

fn decide(json: serde_json::Value) -> Vec<u8> {
    message::<pb::DecideRequest>(json)
}

#[test]
fn errors_carry_their_reason_and_parts() {
    let plane = serving(settings());
    let reply = grpc(&plane, "Decide", &decide(json!({"key": "none"})));
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (5, "FLAG_NOT_FOUND")
    );
    let details = reply.details();
    let metadata = harness::fields(&harness::fields(&details[0].1)[2].1);
    assert_eq!(
        (metadata[0].1.as_slice(), metadata[1].1.as_slice()),
        (&b"key"[..], &b"none"[..])
    );
    assert_eq!(harness::fields(&details[0].1)[1].1, b"turnout");

    let reply = grpc(&plane, "Decide", &decide(json!({"key": ""})));
    assert_eq!((reply.code(), reply.reason().as_str()), (3, "EMPTY_KEY"));
    assert!(
        reply
            .details()
            .iter()
            .any(|(name, _)| name.ends_with("google.rpc.BadRequest"))
    );

    let reply = grpc(
        &plane,
        "CheckSegment",
        &message::<pb::CheckSegmentRequest>(json!({"key": "none"})),
    );
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (5, "SEGMENT_NOT_FOUND")
    );

    let mismatch = json!({"key": "plain", "expectedType": "VALUE_TYPE_STRING"});
    let reply = grpc(&plane, "Decide", &decide(mismatch.clone()));
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (3, "TYPE_MISMATCH")
    );

    let reply = connect(&plane, "Decide", "application/proto", &decide(mismatch));
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (400, Some("invalid_argument"))
    );
    assert_eq!(reply.json()["details"][0]["type"], "google.rpc.ErrorInfo");
}

#[test]
fn a_long_key_does_not_make_an_error_too_long_to_be_read() {
    let plane = serving(settings());
    let refused = |request: serde_json::Value, reason: &str| {
        let reply = grpc(&plane, "Decide", &decide(request));
        assert_eq!(reply.reason(), reason);
        let lines = reply.headers.iter().chain(&reply.trailers);
        let bytes: usize = lines
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        assert!(bytes < 8 * 1024, "{bytes} bytes of headers");
    };
    for key in ["k".repeat(60_000), "ключ".repeat(5_000)] {
        refused(json!({"key": key}), "FLAG_NOT_FOUND");
    }
    let attributes = json!({"a".repeat(60_000): {}});
    refused(
        json!({"key": "plain", "context": {"attributes": attributes}}),
        "BAD_VALUE",
    );
}

#[test]
fn without_a_snapshot_calls_are_unavailable_and_say_when_to_retry() {
    let plane = DataPlane::start(settings()).unwrap();
    for method in ["Decide", "GetSnapshotStatus", "Watch"] {
        let body = if method == "Decide" {
            decide(json!({"key": "plain"}))
        } else {
            Vec::new()
        };
        let reply = grpc(&plane, method, &body);
        assert_eq!(
            (reply.code(), reply.reason().as_str()),
            (14, "NO_SNAPSHOT"),
            "{method}"
        );
        assert!(
            reply
                .details()
                .iter()
                .any(|(name, _)| name.ends_with("google.rpc.RetryInfo"))
        );
    }
}

#[test]
fn what_is_not_built_says_so() {
    let plane = serving(settings());
    for (method, body) in [
        ("Expose", Vec::new()),
        (
            "Decide",
            decide(json!({"key": "plain", "exposureMode": "EXPOSURE_MODE_TOKEN"})),
        ),
        (
            "DecideAll",
            message::<pb::DecideAllRequest>(json!({"exposureMode": "EXPOSURE_MODE_RECORD"})),
        ),
    ] {
        let reply = grpc(&plane, method, &body);
        assert_eq!(
            (reply.code(), reply.reason().as_str()),
            (12, "NOT_BUILT"),
            "{method}"
        );
    }
}

#[test]
fn an_unknown_service_or_method_is_unimplemented_not_a_bare_404() {
    let plane = serving(settings());
    for path in [
        "/turnout.v1.DecisionService/Nothing",
        "/other.Service/Call",
        "/x",
    ] {
        let reply = grpc_with(&plane, path, &[], &framed(b""));
        assert_eq!(
            (reply.status, reply.code(), reply.reason().as_str()),
            (200, 12, "UNKNOWN_METHOD"),
            "{path}"
        );
    }
    let reply = connect(&plane, "Nothing", "application/json", b"{}");
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (404, Some("unimplemented"))
    );
}

#[test]
fn limits_name_the_field() {
    let limits = Limits {
        batch_keys: 2,
        attributes: 3,
        list_length: 4,
        string_bytes: 10,
        depth: 2,
        ..Limits::default()
    };
    let plane = serving(Settings {
        limits,
        ..settings()
    });
    let long = "x".repeat(11);
    let attribute = |value: serde_json::Value| json!({"key": "plain", "context": {"attributes": {"plan": value}}});
    let many: serde_json::Map<_, _> = (0..4)
        .map(|i| (format!("a{i}"), json!({"boolean": true})))
        .collect();
    let list = |values: serde_json::Value| json!({"list": {"values": values}});
    let nested = list(json!([list(json!([list(json!([]))]))]));
    let object = json!({"object": {"fields": [{"name": "a", "value": {"string": long}}]}});
    for (what, request) in [
        ("a long string", attribute(json!({"string": long}))),
        (
            "a long list",
            attribute(list(json!(vec![json!({"boolean": true}); 5]))),
        ),
        ("a deep list", attribute(nested)),
        ("a long string in an object", attribute(object)),
        (
            "many attributes",
            json!({"key": "plain", "context": {"attributes": many}}),
        ),
        (
            "many unknown names",
            json!({"key": "plain", "context": {"unknownAttributes": ["a", "b", "c", "d"]}}),
        ),
        ("a long key", json!({"key": long})),
        (
            "a long unit id",
            json!({"key": "plain", "context": {"targetingKey": long}}),
        ),
    ] {
        let reply = grpc(&plane, "Decide", &decide(request));
        assert_eq!(
            (reply.code(), reply.reason().as_str()),
            (3, "LIMIT_EXCEEDED"),
            "{what}"
        );
    }
    let batch = message::<pb::BatchDecideRequest>(json!({"keys": ["a", "b", "c"]}));
    let reply = grpc(&plane, "BatchDecide", &batch);
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (3, "LIMIT_EXCEEDED")
    );
    let fine = attribute(list(json!([list(json!([{"string": "0123456789"}]))])));
    assert_eq!(
        grpc(&plane, "Decide", &decide(fine)).code(),
        0,
        "what is within the limits is answered"
    );
}

#[test]
fn a_batch_refuses_contradictions_and_empty_keys_as_a_whole() {
    let plane = serving(settings());
    for request in [
        json!({"keys": ["plain"], "items": [{"key": "plain"}]}),
        json!({"context": {}, "items": [{"key": "plain"}]}),
        json!({"keys": ["plain", ""]}),
        json!({"items": [{"key": ""}]}),
    ] {
        let reply = grpc(
            &plane,
            "BatchDecide",
            &message::<pb::BatchDecideRequest>(request),
        );
        assert_eq!(reply.code(), 3);
    }
}

#[test]
fn an_instant_out_of_range_is_refused() {
    let plane = serving(settings());
    for now in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let reply = grpc(
            &plane,
            "Decide",
            &decide(json!({"key": "plain", "now": now})),
        );
        assert_eq!(
            (reply.code(), reply.reason().as_str()),
            (3, "BAD_VALUE"),
            "{now}"
        );
    }
}

#[test]
fn min_revision_waits_for_the_revision() {
    let plane = serving(settings());
    let request = decide(json!({"key": "plain", "minRevision": "8"}));
    let started = Instant::now();
    let reply = grpc(&plane, "Decide", &request);
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (9, "REVISION_NOT_REACHED")
    );
    assert!(
        started.elapsed() >= Duration::from_millis(990),
        "a second without a deadline"
    );

    let started = Instant::now();
    let reply = grpc_with(
        &plane,
        "Decide",
        &[("grpc-timeout", "200m")],
        &framed(&request),
    );
    assert_eq!(reply.code(), 9, "the refusal comes before the deadline");
    assert!(started.elapsed() < Duration::from_millis(250));

    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            plane.load(&sealed(8), None).unwrap();
        });
        let reply = grpc(&plane, "Decide", &request);
        assert_eq!(reply.code(), 0);
        assert_eq!(
            reply
                .message::<pb::DecideResponse>()
                .snapshot
                .as_option()
                .unwrap()
                .revision,
            8
        );
    });
}

#[test]
fn a_deadline_ends_a_batch_and_a_body_that_does_not_come() {
    let plane = serving(settings());
    let batch = message::<pb::BatchDecideRequest>(json!({"keys": vec!["checkout"; 1000]}));
    let reply = grpc_with(
        &plane,
        "BatchDecide",
        &[("grpc-timeout", "1n")],
        &framed(&batch),
    );
    assert_eq!(
        (reply.code(), reply.reason().as_str()),
        (4, "DEADLINE_EXCEEDED")
    );

    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(harness::port(&plane)).unwrap();
    stream
        .write_all(b"POST /turnout.v1.DecisionService/Decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/proto\r\ncontent-length: 50\r\nconnect-timeout-ms: 100\r\n\r\nshort")
        .unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 504");
}

#[test]
fn a_snapshot_that_is_refused_changes_nothing() {
    let plane = serving(settings());
    let mut broken = sealed(8);
    broken[60] ^= 1;
    assert!(plane.load(&broken, None).is_err());
    let stats = plane.stats();
    assert_eq!(
        (stats.revision, stats.loads, stats.load_failures),
        (7, 1, 1)
    );
    assert_eq!(
        grpc(&plane, "Decide", &decide(json!({"key": "plain"}))).code(),
        0
    );
}

#[test]
fn age_starts_again_when_the_source_confirms_and_stale_is_said() {
    let plane = serving(Settings {
        stale_after: Duration::from_millis(50),
        ..settings()
    });
    let stale = || {
        let reply: pb::DecideResponse =
            grpc(&plane, "Decide", &decide(json!({"key": "plain"}))).message();
        reply.snapshot.as_option().unwrap().stale
    };
    assert!(!stale());
    std::thread::sleep(Duration::from_millis(60));
    assert!(stale());
    plane.confirm();
    assert!(!stale());
}

#[test]
fn broken_protobuf_and_utf8_are_invalid_argument() {
    let plane = serving(settings());
    let good =
        decide(json!({"key": "plain", "context": {"attributes": {"plan": {"string": "pro"}}}}));
    let mut bad_text = good.clone();
    *bad_text.last_mut().unwrap() = 0xff;
    let mut bad_key = good.clone();
    bad_key[2] = 0xc0;
    for (what, body) in [
        ("text", bad_text),
        ("key", bad_key),
        ("cut", good[..good.len() - 1].to_vec()),
        ("tag", vec![0x00]),
        ("group", vec![0x0b; 30]),
        (
            "varint",
            vec![
                0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ],
        ),
    ] {
        for method in [
            "Decide",
            "CheckSegment",
            "BatchDecide",
            "DecideAll",
            "ListMatchingSegments",
        ] {
            let reply = grpc(&plane, method, &body);
            assert!(
                (0..17).contains(&reply.code()) && ![2, 13].contains(&reply.code()),
                "{method} {what}"
            );
            if method == "Decide" {
                assert_eq!(
                    (reply.code(), reply.reason().as_str()),
                    (3, "MALFORMED_MESSAGE"),
                    "{what}"
                );
            }
        }
    }
    assert_eq!(grpc(&plane, "Decide", &good).code(), 0);
}

#[test]
fn a_message_cut_or_changed_anywhere_never_breaks_the_server() {
    let plane = serving(settings());
    let good = decide(
        json!({"key": "by-list", "minRevision": "1", "context": {"targetingKey": "u", "units": {"user": "u"},
        "attributes": {"plan": {"double": 2.5}, "interests": {"list": {"values": [{"string": "chess"}]}}}}}),
    );
    for at in 0..good.len() {
        assert_ne!(
            grpc(&plane, "Decide", &good[..at]).code(),
            13,
            "cut at {at}"
        );
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = good.clone();
            changed[at] ^= flip;
            let reply = grpc_with(
                &plane,
                "Decide",
                &[("grpc-timeout", "20m")],
                &framed(&changed),
            );
            assert!(![2, 13].contains(&reply.code()), "flip {flip:x} at {at}");
        }
    }
}

//! The hand-framed path and the router give the same replies, whatever arrives.
mod harness;

use buffa::Message;
use harness::{
    Reply, connect, framed, grpc_with, http1, message, port, serving, settings, without_instants,
};
use serde_json::json;
use std::net::TcpStream;
use turnout_dataplane::{DataPlane, Limits, Settings};
use turnout_protos::turnout::v1 as pb;

const LIMIT: usize = 2_000;

/// A server with the hot path, and one where everything goes through the router.
fn both() -> [DataPlane; 2] {
    [true, false].map(|hand_framed| {
        let limits = Limits {
            request_bytes: LIMIT,
            ..Limits::default()
        };
        serving(Settings {
            hand_framed,
            limits,
            ..settings()
        })
    })
}

/// A reply without what is never the same twice or only informs: the age, and the encodings on offer.
fn comparable(mut reply: Reply, method: &str) -> Reply {
    for name in [
        "grpc-accept-encoding",
        "accept-encoding",
        "grpc-encoding",
        "connection",
    ] {
        reply.headers.remove(name);
    }
    let content_type = reply
        .headers
        .get("content-type")
        .map(|value| value.as_bytes().to_vec());
    let content_type = content_type.unwrap_or_default();
    if content_type == b"application/proto" {
        reply.body = without_times(method, &reply.body);
        reply.headers.remove("content-length");
    } else if content_type.starts_with(b"application/grpc")
        && reply.body.len() >= 5
        && reply.body[0] == 0
    {
        let end = 5 + u32::from_be_bytes(reply.body[1..5].try_into().unwrap()) as usize;
        reply.body = [
            without_times(method, &reply.body[5..end]),
            reply.body[end..].to_vec(),
        ]
        .concat();
    }
    reply
}

fn without_times(method: &str, body: &[u8]) -> Vec<u8> {
    fn cleared<M: Message + std::fmt::Debug>(body: &[u8], clear: impl FnOnce(&mut M)) -> Vec<u8> {
        let mut message = M::decode_from_slice(body).unwrap();
        assert_eq!(
            message.encode_to_vec(),
            body,
            "the reply is written as protobuf would write it"
        );
        clear(&mut message);
        format!("{message:?}").into_bytes()
    }
    let clear = |snapshot: &mut pb::SnapshotReference| snapshot.age = Default::default();
    match method {
        "Decide" => cleared(body, |m: &mut pb::DecideResponse| {
            m.snapshot.modify(clear);
            m.decision.modify(without_instants);
        }),
        "CheckSegment" => cleared(body, |m: &mut pb::CheckSegmentResponse| {
            m.snapshot.modify(clear)
        }),
        "Explain" => cleared(body, |m: &mut pb::ExplainResponse| {
            m.snapshot.modify(clear);
        }),
        "GetSnapshotStatus" => cleared(body, |m: &mut pb::GetSnapshotStatusResponse| {
            m.snapshot.modify(clear)
        }),
        _ => body.to_vec(),
    }
}

fn request(key: &str) -> Vec<u8> {
    message::<pb::DecideRequest>(json!({"key": key, "context": {"targetingKey": "u-1",
        "units": {"user": "u-1"}, "attributes": {"plan": {"string": "pro"}, "other": {"integer": "3"}}}}))
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let context = |context: serde_json::Value| {
        message::<pb::DecideRequest>(json!({"key": "checkout", "context": context}))
    };
    let mut invalid_utf8 = request("checkout");
    invalid_utf8[2] = 0xff;
    vec![
        ("a split", request("checkout")),
        ("a disabled flag", request("off")),
        ("a quarantined flag", request("broken")),
        ("an experiment", request("button")),
        ("an unknown key", request("none")),
        ("an empty key", request("")),
        ("no field at all", Vec::new()),
        ("invalid UTF-8", invalid_utf8),
        ("no protobuf", vec![0xff; 40]),
        ("a cut message", request("checkout")[..20].to_vec()),
        (
            "a message over the limit",
            context(json!({"targetingKey": "x".repeat(LIMIT)})),
        ),
        (
            "another type",
            message::<pb::DecideRequest>(
                json!({"key": "plain", "expectedType": "VALUE_TYPE_STRING"}),
            ),
        ),
        (
            "an exposure",
            message::<pb::DecideRequest>(
                json!({"key": "plain", "exposureMode": "EXPOSURE_MODE_RECORD"}),
            ),
        ),
        (
            "a revision to come",
            message::<pb::DecideRequest>(json!({"key": "plain", "minRevision": "8"})),
        ),
        (
            "two ids",
            context(json!({"targetingKey": "a", "units": {"user": "b"}})),
        ),
        (
            "a value without a kind",
            context(json!({"attributes": {"plan": {}}})),
        ),
        (
            "an assignment",
            context(json!({"stickyAssignments": [{"experiment": "button"}]})),
        ),
    ]
}

const GRPC_TYPE: &[(&str, &str)] = &[("content-type", "application/grpc+proto")];
const TIMEOUT: &[(&str, &str)] = &[("grpc-timeout", "50m")];
const NO_TIME: &[(&str, &str)] = &[("grpc-timeout", "0n")];
const NO_SENSE: &[(&str, &str)] = &[("grpc-timeout", "soon")];

#[test]
fn unary_grpc_calls() {
    let [by_hand, routed] = both();
    for method in [
        "Decide",
        "CheckSegment",
        "GetSnapshotStatus",
        "Explain",
        "Nothing",
    ] {
        for headers in [TIMEOUT, GRPC_TYPE, NO_TIME, NO_SENSE] {
            for (what, body) in bodies() {
                // A second of patience for each would only take time.
                if what == "a revision to come" && headers != TIMEOUT {
                    continue;
                }
                let [ours, theirs] = [&by_hand, &routed].map(|plane| {
                    comparable(grpc_with(plane, method, headers, &framed(&body)), method)
                });
                assert_eq!(ours, theirs, "{method} {headers:?} {what}");
                assert!(
                    ours.code() >= 0 && ours.code() != 2,
                    "{what}: never UNKNOWN"
                );
            }
        }
    }
}

#[test]
fn unary_connect_calls_over_http1() {
    let [by_hand, routed] = both();
    for method in [
        "Decide",
        "CheckSegment",
        "GetSnapshotStatus",
        "Explain",
        "Nothing",
    ] {
        for (what, body) in bodies() {
            if what == "a revision to come" {
                continue;
            }
            let [ours, theirs] = [&by_hand, &routed].map(|plane| {
                comparable(connect(plane, method, "application/proto", &body), method)
            });
            assert_eq!(ours, theirs, "{method} {what}");
        }
    }
}

#[test]
fn broken_frames() {
    let [by_hand, routed] = both();
    let whole = framed(&request("checkout"));
    let twice = [whole.clone(), whole.clone()].concat();
    let mut compressed = whole.clone();
    compressed[0] = 1;
    let cases: [(&str, Vec<u8>, i32); 7] = [
        ("nothing", Vec::new(), 12),
        ("a cut header", whole[..3].to_vec(), 13),
        ("a cut message", whole[..whole.len() - 1].to_vec(), 13),
        (
            "a length over the limit",
            vec![0, 0xff, 0xff, 0xff, 0xff],
            8,
        ),
        ("two messages", twice, 12),
        ("a compressed flag without an encoding", compressed, 13),
        ("too much", vec![0; LIMIT * 3], 8),
    ];
    for (what, body, code) in cases {
        let [ours, theirs] = [&by_hand, &routed]
            .map(|plane| comparable(grpc_with(plane, "Decide", &[], &body), "Decide"));
        assert_eq!(ours, theirs, "{what}");
        assert_eq!(ours.code(), code, "{what}");
        let next = grpc_with(&by_hand, "Decide", &[], &whole);
        assert_eq!(next.code(), 0, "after {what} the next request is answered");
    }
}

#[test]
fn content_types_and_verbs() {
    let [by_hand, routed] = both();
    let body = framed(&request("checkout"));
    let web = &[("content-type", "application/grpc-web+proto")][..];
    for headers in [
        &[("content-type", "text/plain")][..],
        &[("content-type", "application/x-protobuf")],
        &[("content-type", "application/grpc+thrift")],
        &[
            ("content-type", "application/grpc"),
            ("grpc-encoding", "br"),
        ],
        &[
            ("content-type", "application/grpc"),
            ("grpc-encoding", "gzip"),
        ],
        &[("content-type", "application/grpc-web-text")],
        &[
            ("content-type", "application/proto"),
            ("connect-protocol-version", "2"),
        ],
        web,
    ] {
        let [ours, theirs] = [&by_hand, &routed]
            .map(|plane| comparable(grpc_with(plane, "Decide", headers, &body), "Decide"));
        assert_eq!(ours, theirs, "{headers:?}");
    }
    for wrong in [
        "text/plain",
        "application/grpcs",
        "application/grpc+thrift",
        "application/grpc-web-text",
        "application/protobuf",
        "application/connect+proto",
    ] {
        let reply = grpc_with(&by_hand, "Decide", &[("content-type", wrong)], &body);
        assert_eq!(reply.status, 415, "{wrong}");
        let accepted = reply.headers["accept-post"].to_str().unwrap();
        assert!(accepted.contains("application/proto"), "{accepted}");
        let reply = connect(&by_hand, "Decide", wrong, b"no frame at all");
        assert_eq!(reply.status, 415, "{wrong} over HTTP/1.1");
    }
    for (verb, method) in [
        ("GET", "Decide"),
        ("PUT", "Decide"),
        ("OPTIONS", "Decide"),
        ("GET", "Watch"),
    ] {
        let stream = TcpStream::connect(port(&by_hand)).unwrap();
        let path = format!("/turnout.v1.DecisionService/{method}");
        let reply = http1(stream, verb, &path, &[], b"");
        assert_eq!((reply.status, reply.body.len()), (405, 0), "{verb}");
        assert_eq!(reply.headers["allow"], "POST", "{verb}");
    }
}

#[test]
fn a_content_type_with_parameters_is_the_same() {
    let [by_hand, _] = both();
    let content_type = "application/json; charset=utf-8";
    let reply = connect(&by_hand, "Decide", content_type, br#"{"key":"checkout"}"#);
    assert_eq!(reply.status, 200);
}

#[test]
fn the_message_that_opens_a_stream_is_held_to_the_same_rules() {
    let [by_hand, routed] = both();
    let whole = framed(b"\xa2\x06\x01x");
    let cases: [(&str, Vec<u8>, i32); 5] = [
        ("nothing", Vec::new(), 12),
        ("a cut message", whole[..whole.len() - 1].to_vec(), 13),
        ("two messages", [whole.clone(), whole.clone()].concat(), 12),
        ("too much", vec![0; LIMIT * 3], 8),
        ("broken protobuf", framed(b"\xff"), 3),
    ];
    for (what, body, code) in cases {
        for plane in [&by_hand, &routed] {
            let reply = grpc_with(plane, "Watch", &[], &body);
            assert_eq!(reply.code(), code, "{what}");
            assert!(!reply.reason().is_empty(), "{what} has a reason");
        }
    }
}

#[test]
fn a_connect_reply_over_http1_has_a_length_and_no_chunks() {
    let [by_hand, routed] = both();
    for plane in [&by_hand, &routed] {
        for key in ["checkout", "none"] {
            let reply = connect(plane, "Decide", "application/proto", &request(key));
            let length: usize = reply.headers["content-length"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
            assert_eq!(length, reply.body.len());
            assert!(!reply.headers.contains_key("transfer-encoding"));
        }
    }
}

#[test]
fn a_grpc_web_call_is_answered_in_its_frames() {
    let [by_hand, _] = both();
    let stream = TcpStream::connect(port(&by_hand)).unwrap();
    let headers = [("content-type", "application/grpc-web+proto")];
    let reply = http1(
        stream,
        "POST",
        "/turnout.v1.DecisionService/Decide",
        &headers,
        &framed(&request("checkout")),
    );
    assert_eq!(reply.status, 200);
    assert!(String::from_utf8_lossy(&reply.body).contains("grpc-status: 0"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn compressed(message: &[u8]) -> Vec<u8> {
    let mut frame = framed(message);
    frame[0] = 1;
    frame
}

#[test]
fn a_compressed_request_is_read() {
    let [by_hand, routed] = both();
    let body = gzip(&request("checkout"));
    for plane in [&by_hand, &routed] {
        let grpc = [("grpc-encoding", "gzip")];
        let reply = grpc_with(plane, "Decide", &grpc, &compressed(&body));
        assert_eq!(reply.code(), 0);
        let decision = reply.message::<pb::DecideResponse>().decision;
        assert_eq!(decision.as_option().unwrap().key, "checkout");
        for (content_type, body) in [
            ("application/proto", &body),
            ("application/json", &gzip(br#"{"key":"checkout"}"#)),
        ] {
            let headers = [("content-type", content_type), ("content-encoding", "gzip")];
            let stream = TcpStream::connect(port(plane)).unwrap();
            let path = "/turnout.v1.DecisionService/Decide";
            assert_eq!(http1(stream, "POST", path, &headers, body).status, 200);
        }
    }
}

#[test]
fn what_is_wrong_with_a_compressed_request_has_a_reason() {
    let [by_hand, routed] = both();
    let bomb = compressed(&gzip(&vec![0; 1 << 16]));
    assert!(bomb.len() < LIMIT);
    let broken = compressed(b"no gzip at all");
    for plane in [&by_hand, &routed] {
        for (encoding, body, code, reason) in [
            ("gzip", &bomb, 8, "MESSAGE_TOO_LARGE"),
            ("gzip", &broken, 3, "MALFORMED_MESSAGE"),
            ("br", &broken, 12, "UNKNOWN_ENCODING"),
            ("identity", &broken, 13, "NO_ENCODING"),
        ] {
            let reply = grpc_with(plane, "Decide", &[("grpc-encoding", encoding)], body);
            assert_eq!((reply.code(), reply.reason().as_str()), (code, reason));
        }
    }
}

#[test]
fn a_body_that_comes_in_pieces_is_put_together() {
    let [by_hand, _] = both();
    let body = request("checkout");
    let reply = harness::block_on(async {
        let stream = tokio::net::TcpStream::connect(port(&by_hand))
            .await
            .unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        let request = http::Request::post("http://localhost/turnout.v1.DecisionService/Decide")
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let (response, mut sending) = client.send_request(request, false).unwrap();
        for piece in framed(&body).chunks(7) {
            sending
                .send_data(bytes::Bytes::copy_from_slice(piece), false)
                .unwrap();
            tokio::task::yield_now().await;
        }
        sending.send_data(bytes::Bytes::new(), true).unwrap();
        let mut incoming = response.await.unwrap().into_body();
        let mut reply = Reply {
            status: 200,
            ..Reply::default()
        };
        while let Some(data) = incoming.data().await {
            reply.body.extend_from_slice(&data.unwrap());
        }
        reply.trailers = incoming.trailers().await.unwrap().unwrap();
        reply
    });
    assert_eq!(reply.code(), 0);
    assert_eq!(
        reply
            .message::<pb::DecideResponse>()
            .decision
            .as_option()
            .unwrap()
            .key,
        "checkout"
    );
}

#[test]
fn a_request_of_the_usual_form_and_one_that_is_read_by_its_view_get_the_same_reply() {
    let [plane, _] = both();
    let contexts = [
        json!({"targetingKey": "u-1", "attributes": {"plan": {"string": "PRO"}}}),
        json!({"units": {"user": "u-1"}, "attributes": {"plan": {"string": "free"}}}),
        json!({"units": {"user": "u-2", "device": "d-1"}, "targetingKey": "u-2"}),
        json!({"units": {"user": "u-2"}, "targetingKey": "u-1"}),
        json!({"partial": true}),
        json!({"unknownAttributes": ["plan", "user"], "attributes": {"interests": {"null": 0}}}),
        json!({"attributes": {"plan": {"integer": "-3"}, "interests": {"boolean": true}}}),
        json!({"attributes": {"plan": {"double": 1.5}}}),
        json!({"attributes": {"plan": {"timestamp": "2026-01-01T00:00:00Z"}}}),
        json!({"attributes": {"interests": {"list": {"values": [{"string": "Chess"}, {"integer": "2"}]}}}}),
        json!({"attributes": {"interests": {"list": {"values": [{}]}}}}),
        json!({"attributes": {"plan": {"object": {"fields": [{"name": "a", "value": {"string": "b"}}]}}}}),
        json!({"attributes": {"plan": {}}}),
    ];
    // A field that nobody knows: 15, a varint.
    let unknown_field = [0x78, 1];
    for (context, key) in contexts
        .iter()
        .flat_map(|context| ["checkout", "by-list", "beta"].map(|key| (context, key)))
    {
        let body = message::<pb::DecideRequest>(json!({"key": key, "context": context}));
        let inner = message::<pb::Context>(context.clone());
        let mut odd_context = [&[0x0a, key.len() as u8], key.as_bytes()].concat();
        odd_context.extend([&[0x12, inner.len() as u8 + 2][..], &inner, &unknown_field].concat());
        let odd_request = [&body[..], &unknown_field].concat();
        for method in ["Decide", "CheckSegment"] {
            let [usual, by_view, by_context] = [&body, &odd_request, &odd_context]
                .map(|body| comparable(grpc_with(&plane, method, &[], &framed(body)), method));
            assert_eq!(usual, by_view, "{method} {key} {context}");
            assert_eq!(usual, by_context, "{method} {key} {context}");
        }
    }
}

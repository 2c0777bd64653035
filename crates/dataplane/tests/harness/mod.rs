//! A real server on a free port, the small catalogue it serves, and clients that speak raw HTTP.
#![allow(dead_code, missing_docs)]
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;

use buffa::Message;
use bytes::Bytes;
use http::{HeaderMap, Request};
use serde::de::DeserializeOwned;
use turnout_dataplane::{DataPlane, Settings};
use turnout_snapshot::turnout::snapshot::v1::{Content, Header};

pub const SERVICE: &str = "/turnout.v1.DecisionService/";

/// A catalogue with one item of each shape that the data plane treats otherwise.
pub fn content() -> serde_json::Value {
    let flag = |key: &str, status: &str, rules: serde_json::Value| {
        serde_json::json!({
            "key": key, "tags": ["checkout"], "status": status, "type": "FLAG_TYPE_BOOLEAN", "unit": 0,
            "variants": [
                {"name": "on", "value": {"boolean": true}},
                {"name": "off", "value": {"boolean": false}},
            ],
            "defaultVariant": 1, "rules": rules,
        })
    };
    let plan = |operand: &str| {
        serde_json::json!({"condition": {
            "attribute": 1, "operator": "OPERATOR_IS", "type": "ATTRIBUTE_TYPE_STRING", "operands": [{"text": operand}],
        }})
    };
    let split = serde_json::json!({"name": "half", "when": plan("pro"), "onUnknown": "ON_UNKNOWN_NO_MATCH",
    "split": {"salt": "checkout.split", "ranges": [
        {"start": 0, "end": 500_000, "variant": 0}, {"start": 500_000, "end": 1_000_000, "variant": 1},
    ]}});
    let by_segment = serde_json::json!({"name": "rules[0]", "when": {"segment": 0}, "onUnknown": "ON_UNKNOWN_NO_MATCH",
        "serve": 0});
    let to_experiment = serde_json::json!({"name": "the test", "onUnknown": "ON_UNKNOWN_NO_MATCH", "experiment": 0});
    let by_list = serde_json::json!({"name": "rules[0]", "onUnknown": "ON_UNKNOWN_NO_MATCH", "serve": 0, "when":
        {"condition": {"attribute": 0, "operator": "OPERATOR_CONTAINS", "type": "ATTRIBUTE_TYPE_LIST",
            "operands": [{"text": "chess"}]}}});
    serde_json::json!({
        "semanticsVersion": 1, "compilerVersion": "test", "workspace": {"key": "default", "timezone": "UTC"},
        "attributes": ["interests", "plan"], "unitKinds": ["user"],
        "segments": [
            {"key": "beta", "tags": ["people"], "status": "SEGMENT_STATUS_ACTIVE", "unit": 0,
                "members": {"unitIds": ["u-1", "u-2"]}},
            {"key": "everybody", "status": "SEGMENT_STATUS_ACTIVE", "unit": 0, "everyone": {}},
            {"key": "pros", "tags": ["people"], "status": "SEGMENT_STATUS_ACTIVE", "unit": 0, "rule": plan("pro")},
        ],
        "flags": [
            flag("broken", "FLAG_STATUS_ENABLED", serde_json::json!([])).as_object().map(|_| serde_json::json!(
                {"key": "broken", "quarantined": true})),
            flag("by-list", "FLAG_STATUS_ENABLED", serde_json::json!([by_list])),
            flag("by-segment", "FLAG_STATUS_ENABLED", serde_json::json!([by_segment])),
            flag("checkout", "FLAG_STATUS_ENABLED", serde_json::json!([split])),
            flag("off", "FLAG_STATUS_DISABLED", serde_json::json!([])),
            flag("plain", "FLAG_STATUS_ENABLED", serde_json::json!([])),
            flag("tested", "FLAG_STATUS_ENABLED", serde_json::json!([to_experiment])),
        ],
        "experiments": [{
            "key": "button", "status": "EXPERIMENT_STATUS_RUNNING", "unit": 0, "type": "FLAG_TYPE_BOOLEAN",
            "trafficSalt": "button.traffic", "traffic": 1_000_000, "variantSalt": "button.variant.1",
            "variants": [{"name": "control", "value": {"boolean": false}}, {"name": "green", "value": {"boolean": true}}],
            "control": 0,
            "ranges": [{"start": 0, "end": 500_000, "variant": 0}, {"start": 500_000, "end": 1_000_000, "variant": 1}],
        }],
    })
}

/// The catalogue, sealed.
pub fn sealed(revision: u64) -> Vec<u8> {
    seal(content(), revision)
}

/// Any catalogue, sealed.
pub fn seal(content: serde_json::Value, revision: u64) -> Vec<u8> {
    let content: Content = serde_json::from_value(content).expect("the test's content");
    let header = Header {
        revision,
        published_by: "test".to_owned(),
        ..Header::default()
    };
    turnout_engine::seal(header, &content)
}

/// Settings for a free port.
pub fn settings() -> Settings {
    Settings {
        grpc_address: Some(([127, 0, 0, 1], 0).into()),
        ..Settings::default()
    }
}

/// A server that serves the catalogue at revision 7.
pub fn serving(settings: Settings) -> DataPlane {
    let plane = DataPlane::start(settings).expect("a free port");
    plane.load(&sealed(7), None).expect("the test's snapshot");
    plane
}

pub fn port(plane: &DataPlane) -> SocketAddr {
    plane.addresses().grpc.expect("a TCP listener")
}

/// A message from its JSON form.
pub fn message<M: Message + DeserializeOwned>(json: serde_json::Value) -> Vec<u8> {
    serde_json::from_value::<M>(json)
        .expect("the test's message")
        .encode_to_vec()
}

/// A message in its gRPC frame.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend_from_slice(&(message.len() as u32).to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
}

impl Reply {
    /// The gRPC code, from the trailers.
    pub fn code(&self) -> i32 {
        let status = self
            .trailers
            .get("grpc-status")
            .or_else(|| self.headers.get("grpc-status"));
        status
            .and_then(|status| status.to_str().ok())
            .and_then(|status| status.parse().ok())
            .unwrap_or(-1)
    }

    /// The `reason` and the metadata of the `ErrorInfo` of a gRPC error, and the type names of all details.
    pub fn details(&self) -> Vec<(String, Vec<u8>)> {
        use base64::Engine as _;
        let Some(status) = self.trailers.get("grpc-status-details-bin") else {
            return Vec::new();
        };
        let status = base64::engine::general_purpose::STANDARD_NO_PAD
            .decode(status)
            .expect("base64");
        fields(&status)
            .into_iter()
            .filter(|(field, _)| *field == 3)
            .map(|(_, any)| {
                let any = fields(&any);
                let text = String::from_utf8(any[0].1.clone()).expect("a type");
                (
                    text,
                    any.get(1).map_or_else(Vec::new, |(_, value)| value.clone()),
                )
            })
            .collect()
    }

    /// The reason of the `ErrorInfo` of a gRPC error.
    pub fn reason(&self) -> String {
        let details = self.details();
        let info = details
            .iter()
            .find(|(name, _)| name.ends_with("google.rpc.ErrorInfo"))
            .expect("an ErrorInfo");
        String::from_utf8(fields(&info.1)[0].1.clone()).expect("a reason")
    }

    /// The message of a framed reply.
    pub fn message<M: Message>(&self) -> M {
        let length = u32::from_be_bytes(self.body[1..5].try_into().expect("a frame")) as usize;
        assert_eq!(self.body.len(), length + 5, "one whole frame");
        M::decode_from_slice(&self.body[5..]).expect("a message")
    }

    /// The message that is the body.
    pub fn whole<M: Message>(&self) -> M {
        M::decode_from_slice(&self.body).expect("a message")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("JSON: {:?}", String::from_utf8_lossy(&self.body)))
    }
}

/// The length-delimited fields of a message.
pub fn fields(mut bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let value = varint(&mut bytes) as usize;
        if tag & 7 == 2 {
            found.push(((tag >> 3) as u32, bytes[..value].to_vec()));
            bytes = &bytes[value..];
        }
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

/// Forgets when a unit was assigned: each call has a clock of its own.
pub fn without_instants(decision: &mut turnout_protos::turnout::v1::Decision) {
    for assignment in &mut decision.assignments_to_persist {
        assignment.assigned_at = Default::default();
    }
}

pub fn block_on<R>(future: impl Future<Output = R>) -> R {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// A POST over HTTP/2 with prior knowledge.
pub async fn http2(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("a connection");
    let (mut client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    let driver = tokio::spawn(async move { drop(connection.await) });
    let mut request = Request::post(format!("http://localhost{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("a request");
    let (response, mut sending) = client.send_request(request, false).expect("a stream");
    sending
        .send_data(Bytes::copy_from_slice(body), true)
        .expect("the body is sent");
    let response = response.await.expect("a response");
    let (parts, mut incoming) = response.into_parts();
    let mut reply = Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        ..Reply::default()
    };
    while let Some(data) = incoming.data().await {
        let data = data.expect("data");
        let _ = incoming.flow_control().release_capacity(data.len());
        reply.body.extend_from_slice(&data);
    }
    reply.trailers = incoming
        .trailers()
        .await
        .expect("trailers")
        .unwrap_or_default();
    driver.abort();
    reply
}

/// A unary gRPC call.
pub fn grpc(plane: &DataPlane, method: &str, message: &[u8]) -> Reply {
    grpc_with(plane, method, &[], &framed(message))
}

/// A unary gRPC call with headers of its own and a body as it is.
pub fn grpc_with(plane: &DataPlane, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut all = vec![("te", "trailers")];
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        all.push(("content-type", "application/grpc"));
    }
    all.extend_from_slice(headers);
    block_on(http2(port(plane), &path(method), &all, body))
}

fn path(method: &str) -> String {
    if method.starts_with('/') {
        method.to_owned()
    } else {
        format!("{SERVICE}{method}")
    }
}

/// A unary Connect call over HTTP/1.1.
pub fn connect(plane: &DataPlane, method: &str, content_type: &str, body: &[u8]) -> Reply {
    let stream = TcpStream::connect(port(plane)).expect("a connection");
    http1(
        stream,
        "POST",
        &path(method),
        &[("content-type", content_type)],
        body,
    )
}

/// One request over HTTP/1.1 on a fresh connection.
pub fn http1(
    mut stream: impl Read + Write,
    verb: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut head = format!(
        "{verb} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("the head is sent");
    // A server may refuse a body before it has read all of it.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    parse(&bytes)
}

pub fn unix(path: &Path) -> UnixStream {
    UnixStream::connect(path).expect("a connection")
}

fn parse(bytes: &[u8]) -> Reply {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head");
    let head = std::str::from_utf8(&bytes[..end]).expect("text");
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok());
    let mut reply = Reply {
        status: status.expect("a status"),
        ..Reply::default()
    };
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        reply.headers.append(name, value.parse().expect("a value"));
    }
    reply.body = bytes[end + 4..].to_vec();
    reply
}

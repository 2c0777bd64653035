//! Watch, health, reflection and the admin listener.
mod harness;

use std::net::TcpStream;
use std::time::Duration;

use buffa::Message;
use harness::{
    block_on, content, framed, grpc, http1, message, port, seal, sealed, serving, settings,
};
use serde_json::json;
use turnout_dataplane::{DataPlane, Settings};
use turnout_protos::turnout::v1 as pb;

/// An open server stream, read message by message.
struct Stream {
    body: h2::RecvStream,
    rest: Vec<u8>,
    _driver: tokio::task::JoinHandle<()>,
}

impl Stream {
    async fn open(plane: &DataPlane, path: &str, message: &[u8]) -> Stream {
        let stream = tokio::net::TcpStream::connect(port(plane)).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        let driver = tokio::spawn(async move { drop(connection.await) });
        let request = http::Request::post(format!("http://localhost{path}"))
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let (response, mut sending) = client.send_request(request, false).unwrap();
        sending.send_data(framed(message).into(), true).unwrap();
        Stream {
            body: response.await.unwrap().into_body(),
            rest: Vec::new(),
            _driver: driver,
        }
    }

    /// The next message, or `None` at the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if self.rest.len() >= 5 {
                let length = 5 + u32::from_be_bytes(self.rest[1..5].try_into().unwrap()) as usize;
                if self.rest.len() >= length {
                    let rest = self.rest.split_off(length);
                    return Some(std::mem::replace(&mut self.rest, rest).split_off(5));
                }
            }
            let data = tokio::time::timeout(Duration::from_secs(5), self.body.data())
                .await
                .expect("in time")?;
            self.rest.extend_from_slice(&data.unwrap());
        }
    }

    async fn code(&mut self) -> i32 {
        let trailers = self.body.trailers().await.unwrap().unwrap();
        trailers["grpc-status"].to_str().unwrap().parse().unwrap()
    }
}

const WATCH: &str = "/turnout.v1.DecisionService/Watch";

#[test]
fn watch_sends_the_current_snapshot_then_each_change_with_its_keys_and_ends_unavailable() {
    let plane = serving(settings());
    block_on(async {
        let mut stream = Stream::open(&plane, WATCH, &[]).await;
        let first = pb::WatchResponse::decode_from_slice(&stream.next().await.unwrap()).unwrap();
        assert_eq!(first.snapshot.as_option().unwrap().revision, 7);
        assert!(first.changed_keys.is_empty());
        assert_eq!(plane.stats().watchers, 1);

        // A new attribute moves every index; only what is defined otherwise has changed.
        let mut next = content();
        next["attributes"] = json!(["age", "interests", "plan"]);
        let text = next["flags"]
            .to_string()
            .replace("\"attribute\":1", "\"attribute\":2")
            .replace("\"attribute\":0", "\"attribute\":1");
        next["flags"] = serde_json::from_str(&text).unwrap();
        next["segments"][2]["rule"]["condition"]["attribute"] = json!(2);
        next["segments"][0]["members"]["unitIds"] = json!(["u-1", "u-2", "u-3"]);
        next["flags"][5]["key"] = json!("plainer");
        plane.load(&seal(next, 8), None).unwrap();
        let second = pb::WatchResponse::decode_from_slice(&stream.next().await.unwrap()).unwrap();
        assert_eq!(second.snapshot.as_option().unwrap().revision, 8);
        assert_eq!(second.changed_keys, ["beta", "plain", "plainer"]);

        plane.begin_drain();
        assert_eq!(stream.next().await, None);
        assert_eq!(stream.code().await, 14);
    });
    assert!(plane.drain(Duration::from_secs(2)));
}

#[test]
fn watch_speaks_connect_json() {
    let plane = serving(settings());
    let address = port(&plane);
    let reading = std::thread::spawn(move || {
        let stream = TcpStream::connect(address).unwrap();
        http1(
            stream,
            "POST",
            WATCH,
            &[("content-type", "application/connect+json")],
            &framed(b"{}"),
        )
    });
    std::thread::sleep(Duration::from_millis(200));
    plane.drain(Duration::from_secs(2));
    let reply = reading.join().unwrap();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    assert!(
        text.contains("\"revision\":\"7\"") && text.contains("\"unavailable\""),
        "{text}"
    );
}

const CHECK: &str = "/grpc.health.v1.Health/Check";
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";
const SERVING: &[u8] = &[8, 1];
const NOT_SERVING: &[u8] = &[8, 2];

fn named(service: &str) -> Vec<u8> {
    if service.is_empty() {
        Vec::new()
    } else {
        [&[10, service.len() as u8], service.as_bytes()].concat()
    }
}

#[test]
fn health_is_not_serving_before_the_first_snapshot_and_when_draining() {
    let plane = DataPlane::start(settings()).unwrap();
    for service in ["", "turnout.v1.DecisionService"] {
        assert_eq!(&grpc(&plane, CHECK, &named(service)).body[5..], NOT_SERVING);
    }
    block_on(async {
        let mut stream =
            Stream::open(&plane, HEALTH_WATCH, &named("turnout.v1.DecisionService")).await;
        assert_eq!(stream.next().await.unwrap(), NOT_SERVING);
        plane.load(&sealed(7), None).unwrap();
        assert_eq!(stream.next().await.unwrap(), SERVING);
        assert_eq!(
            &harness::http2(
                port(&plane),
                CHECK,
                &[("content-type", "application/grpc")],
                &framed(b"")
            )
            .await
            .body[5..],
            SERVING
        );
        plane.begin_drain();
        assert_eq!(stream.next().await.unwrap(), NOT_SERVING);
        assert_eq!(stream.next().await, None);
    });
    assert!(
        plane.drain(Duration::from_secs(2)),
        "watchers of health do not hold up the drain"
    );
}

#[test]
fn health_of_an_unknown_service_is_not_found() {
    assert_eq!(
        grpc(&serving(settings()), CHECK, &named("other.Service")).code(),
        5
    );
}

#[test]
fn reflection_lists_and_describes_the_service_in_both_versions() {
    let plane = serving(settings());
    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        // list_services = 7
        let reply = grpc(&plane, &path, &[0x3a, 1, b'*']);
        assert!(
            String::from_utf8_lossy(&reply.body).contains("turnout.v1.DecisionService"),
            "{version}"
        );
        // file_containing_symbol = 4
        let symbol = b"turnout.v1.DecisionService";
        let request = [&[0x22, symbol.len() as u8][..], symbol].concat();
        let reply = grpc(&plane, &path, &request);
        assert_eq!(reply.code(), 0);
        assert!(
            String::from_utf8_lossy(&reply.body).contains("BatchDecideRequest"),
            "{version}"
        );
    }
}

fn page(plane: &DataPlane, path: &str) -> (u16, String) {
    let stream = TcpStream::connect(plane.addresses().admin.unwrap()).unwrap();
    let reply = http1(stream, "GET", path, &[], b"");
    (reply.status, String::from_utf8(reply.body).unwrap())
}

fn with_admin(settings: Settings) -> Settings {
    Settings {
        admin_address: Some(([127, 0, 0, 1], 0).into()),
        ..settings
    }
}

#[test]
fn the_admin_pages_tell_start_readiness_and_life_apart() {
    let limit = Duration::from_millis(200);
    let plane = DataPlane::start(with_admin(Settings {
        ready_max_age: limit,
        ..settings()
    }))
    .unwrap();
    assert_eq!(page(&plane, "/healthz").0, 200);
    for path in ["/startupz", "/readyz"] {
        let (status, why) = page(&plane, path);
        assert_eq!(status, 503);
        assert!(why.contains("no snapshot"), "{why}");
    }
    plane.load(&sealed(7), None).unwrap();
    assert_eq!(
        (page(&plane, "/startupz").0, page(&plane, "/readyz").0),
        (200, 200)
    );
    std::thread::sleep(limit + Duration::from_millis(20));
    let (status, why) = page(&plane, "/readyz");
    assert_eq!(status, 503);
    assert!(why.contains("over the limit"), "{why}");
    assert_eq!(page(&plane, "/startupz").0, 200);
    plane.confirm();
    assert_eq!(page(&plane, "/readyz").0, 200);
    plane.begin_drain();
    let (status, why) = page(&plane, "/readyz");
    assert_eq!((status, why.contains("draining")), (503, true));
    assert_eq!(page(&plane, "/nothing").0, 404);
}

#[test]
fn metrics_count_decisions_calls_and_the_snapshot() {
    let plane = serving(with_admin(settings()));
    let decide = |key: &str| {
        message::<pb::DecideRequest>(
            json!({"key": key, "context": {"targetingKey": "u-1", "attributes": {"plan": {"string": "pro"}}}}),
        )
    };
    grpc(&plane, "Decide", &decide("checkout"));
    grpc(&plane, "Decide", &decide("checkout"));
    grpc(&plane, "Decide", &decide("none"));
    grpc(
        &plane,
        "CheckSegment",
        &message::<pb::CheckSegmentRequest>(json!({"key": "everybody"})),
    );
    assert!(plane.load(b"nothing", None).is_err());
    let (status, text) = page(&plane, "/metrics");
    assert_eq!(status, 200);
    for line in [
        "turnout_decisions_total{reason=\"SPLIT\"} 2",
        "turnout_segment_checks_total{state=\"TRUE\"} 1",
        "turnout_calls_total{method=\"Decide\",code=\"0\"} 2",
        "turnout_calls_total{method=\"Decide\",code=\"5\"} 1",
        "turnout_call_duration_seconds_count{method=\"Decide\"} 3",
        "turnout_snapshot_revision 7",
        "turnout_snapshot_problems 0",
        "turnout_snapshot_loads_total 1",
        "turnout_snapshot_load_failures_total 1",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(text.contains("turnout_snapshot_age_seconds") && text.contains("turnout_connections"));
}

//! Listening, two servers on one address, draining.
mod harness;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use harness::{
    Reply, block_on, framed, grpc, grpc_with, http1, message, port, serving, settings, unix,
};
use serde_json::json;
use turnout_dataplane::{DataPlane, Settings};
use turnout_protos::turnout::v1 as pb;

/// A path for a socket that no other test uses.
fn socket(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("turnout-{}-{name}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn on_socket(path: &std::path::Path) -> Settings {
    Settings {
        unix_socket: Some(path.to_owned()),
        ..Settings::default()
    }
}

fn decide() -> Vec<u8> {
    message::<pb::DecideRequest>(json!({"key": "checkout", "context": {"targetingKey": "u-1"}}))
}

const DECIDE: &str = "/turnout.v1.DecisionService/Decide";
const PROTO: (&str, &str) = ("content-type", "application/proto");

#[test]
fn a_unix_socket_has_mode_0660_answers_and_is_removed() {
    let path = socket("answers");
    let plane = serving(on_socket(&path));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o660
    );
    let reply = http1(unix(&path), "POST", DECIDE, &[PROTO], &decide());
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply
            .whole::<pb::DecideResponse>()
            .decision
            .as_option()
            .unwrap()
            .key,
        "checkout"
    );
    assert!(plane.drain(Duration::from_secs(1)));
    assert!(!path.exists());
}

#[test]
fn a_keep_alive_connection_answers_call_after_call() {
    let path = socket("keep-alive");
    let _plane = serving(on_socket(&path));
    let mut stream = unix(&path);
    let body = decide();
    for _ in 0..50 {
        let head = format!(
            "POST {DECIDE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/proto\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), &body].concat())
            .unwrap();
        let mut answer = [0; 4096];
        let read = stream.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    }
}

/// The type of the frame that answers stream 1 of a gRPC call with this `:authority`, sent byte by byte.
fn answered_with(path: &std::path::Path, authority: &str) -> u8 {
    let literal =
        |name: &[u8], value: &str| [name, &[value.len() as u8], value.as_bytes()].concat();
    // POST, http, then `:path`, `:authority` and `content-type` as literals without indexing.
    let block = [
        vec![0x83, 0x86],
        literal(&[0x04], DECIDE),
        literal(&[0x01], authority),
        literal(&[0x0f, 0x10], "application/grpc"),
    ]
    .concat();
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        [
            &(payload.len() as u32).to_be_bytes()[1..],
            &[kind, flags, 0, 0, 0, stream],
            payload,
        ]
        .concat()
    };
    let mut stream = unix(path);
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let call = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        frame(4, 0, 0, &[]),
        frame(1, 4, 1, &block),
        frame(0, 1, 1, &framed(&decide())),
    ];
    stream.write_all(&call.concat()).unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).unwrap();
        if head[8] == 1 || head[3] == 7 {
            return head[3];
        }
    }
}

#[test]
fn a_python_client_on_a_unix_socket_needs_a_default_authority() {
    // grpcio sends the percent-encoded path as `:authority`, which h2 refuses before any of our code
    // runs; with the channel option `grpc.default_authority=localhost` the same call is answered.
    let path = socket("authority");
    let _plane = serving(on_socket(&path));
    let (headers, reset) = (1, 3);
    assert_eq!(answered_with(&path, "localhost"), headers);
    assert_eq!(answered_with(&path, "%2Ftmp%2Fturnout.sock"), reset);
}

#[test]
fn a_stale_socket_file_is_replaced_a_live_one_and_any_other_file_are_not() {
    let path = socket("stale");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "a dead server leaves its file");
    let plane = DataPlane::start(on_socket(&path)).unwrap();

    let error = DataPlane::start(on_socket(&path))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains(&format!("`{}`", path.display())) && error.contains("another server"),
        "{error}"
    );
    assert!(path.exists(), "the live server keeps its socket");
    plane.drain(Duration::ZERO);

    std::fs::write(&path, "notes").unwrap();
    let error = DataPlane::start(on_socket(&path))
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("not a socket"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "notes");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_port_that_another_server_holds_is_named_also_when_it_is_shared_among_threads() {
    for threads in [1, 3] {
        let plane = serving(Settings {
            threads,
            ..settings()
        });
        let taken = port(&plane);
        for threads in [1, 2] {
            let again = Settings {
                grpc_address: Some(taken),
                threads,
                ..Settings::default()
            };
            let error = DataPlane::start(again).err().unwrap();
            assert_eq!(error.address(), Some(taken.to_string()));
            assert!(
                error.to_string().contains("another server holds it"),
                "{error}"
            );
        }
        drop(plane);
        let again = Settings {
            grpc_address: Some(taken),
            threads: 2,
            ..Settings::default()
        };
        assert!(DataPlane::start(again).is_ok(), "the port is free at once");
    }
}

#[test]
fn every_thread_answers() {
    let plane = serving(Settings {
        threads: 3,
        ..settings()
    });
    for _ in 0..30 {
        assert_eq!(grpc(&plane, "Decide", &decide()).code(), 0);
    }
    let stats = plane.stats();
    assert_eq!(
        (stats.calls, stats.decisions, stats.calls_failed),
        (30, 30, 0)
    );
}

#[test]
fn settings_that_listen_on_nothing_are_refused() {
    assert!(
        DataPlane::start(Settings::default())
            .err()
            .unwrap()
            .to_string()
            .contains("nothing to listen on")
    );
    assert!(
        DataPlane::start(Settings {
            threads: 0,
            ..settings()
        })
        .is_err()
    );
}

#[test]
fn a_drain_finishes_what_is_in_flight_says_goaway_and_accepts_nothing_new() {
    let plane = serving(settings());
    let address = port(&plane);
    let reply = block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        let driver = tokio::spawn(connection);
        let request = http::Request::post(format!("http://localhost{DECIDE}"))
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let (response, mut sending) = client.send_request(request, false).unwrap();
        let body = framed(&decide());
        sending
            .send_data(body[..10].to_vec().into(), false)
            .unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;

        plane.begin_drain();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(
            TcpStream::connect(address).is_err(),
            "the listener is closed first"
        );
        assert!(!plane.drained(Duration::ZERO), "a call is in flight");

        sending.send_data(body[10..].to_vec().into(), true).unwrap();
        let response = response.await.unwrap();
        let mut incoming = response.into_body();
        let mut reply = Reply {
            status: 200,
            ..Reply::default()
        };
        while let Some(data) = incoming.data().await {
            reply.body.extend_from_slice(&data.unwrap());
        }
        reply.trailers = incoming.trailers().await.unwrap().unwrap();
        driver
            .await
            .unwrap()
            .expect("the connection ends in order, after GOAWAY");
        reply
    });
    assert_eq!(reply.code(), 0);
    assert!(plane.drained(Duration::from_secs(1)));
    assert!(plane.close(), "nothing was cut");
}

#[test]
fn a_call_that_waits_for_a_revision_does_not_hold_up_a_drain() {
    let plane = serving(settings());
    let request = json!({"key": "plain", "minRevision": "99"});
    let started = Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let body = framed(&message::<pb::DecideRequest>(request));
            grpc_with(&plane, "Decide", &[("grpc-timeout", "30S")], &body)
        });
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(plane.stats().connections, 1);
        assert!(plane.drain(Duration::from_secs(20)), "nothing was cut");
        let reply = waiting.join().unwrap();
        assert_eq!((reply.code(), reply.reason().as_str()), (14, "DRAINING"));
    });
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(plane.stats().connections, 0);
}

#[test]
fn a_drain_cuts_what_does_not_end_within_the_grace() {
    let plane = serving(settings());
    let mut stuck = TcpStream::connect(port(&plane)).unwrap();
    stuck.write_all(b"POST /turnout.v1.DecisionService/Decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/proto\r\ncontent-length: 50\r\n\r\nshort").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let started = Instant::now();
    assert!(!plane.drain(Duration::from_millis(200)));
    assert!(started.elapsed() < Duration::from_secs(2));
    let mut rest = Vec::new();
    let _ = stuck.read_to_end(&mut rest);
    assert!(rest.is_empty(), "the call was cut");
}

#[test]
fn an_idle_connection_does_not_hold_up_a_drain() {
    let plane = serving(settings());
    let mut idle = TcpStream::connect(port(&plane)).unwrap();
    let silent = TcpStream::connect(port(&plane)).unwrap();
    let body = decide();
    let head = format!(
        "POST {DECIDE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/proto\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    idle.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    let mut answer = [0; 4096];
    assert!(idle.read(&mut answer).unwrap() > 0);
    let started = Instant::now();
    assert!(plane.drain(Duration::from_secs(5)));
    assert!(started.elapsed() < Duration::from_secs(1));
    drop(silent);
}

#[test]
fn swapping_while_calls_run_never_fails_a_call() {
    let plane = serving(Settings {
        threads: 2,
        ..settings()
    });
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let reply = grpc(&plane, "Decide", &decide());
                    assert_eq!(reply.code(), 0);
                    let revision = reply
                        .message::<pb::DecideResponse>()
                        .snapshot
                        .as_option()
                        .unwrap()
                        .revision;
                    assert!(revision >= last, "revisions only go up");
                    last = revision;
                }
            });
        }
        for revision in 8..60 {
            plane.load(&harness::sealed(revision), None).unwrap();
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(plane.stats().revision, 59);
}

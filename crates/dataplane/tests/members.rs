//! Member sets beside the snapshot: mapped from a folder, shared, missing, replaced.
mod harness;

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use harness::{framed, grpc, grpc_with, http1, message, seal, settings};
use serde_json::{Value, json};
use turnout_dataplane::{DataPlane, Settings, hex};
use turnout_members::{Builder, Key};
use turnout_protos::turnout::v1 as pb;

/// What a snapshot says of a set.
#[derive(Clone)]
struct Set {
    sha256: [u8; 32],
    size: u64,
    count: u64,
}

impl Set {
    /// A set of ids, as a file of the folder.
    fn of<'i>(ids: impl IntoIterator<Item = &'i str>, folder: &Path) -> Set {
        let mut builder = Builder::new(Key([7; 16]));
        for id in ids {
            builder.add(id);
        }
        let beside = folder.join("new");
        let built = turnout_member_files::build(builder, &beside).unwrap();
        let set = Set {
            sha256: built.digest,
            size: built.written.bytes,
            count: built.written.count,
        };
        fs::rename(beside, folder.join(set.file())).unwrap();
        set
    }

    fn file(&self) -> String {
        format!("{}.set", hex(&self.sha256))
    }

    fn named(&self) -> Value {
        let sha256 = base64::engine::general_purpose::STANDARD.encode(self.sha256);
        json!({"sha256": sha256, "size": self.size.to_string(), "count": self.count.to_string()})
    }

    /// The definition of a segment whose query was begun at noon.
    fn evaluated(&self) -> Value {
        let mut named = self.named();
        named["evaluatedAt"] = json!("2016-06-23T12:00:00Z");
        json!({"set": named})
    }
}

/// A snapshot of segments with these members, sorted by key.
fn sealed(segments: &[(String, Value)], revision: u64) -> Vec<u8> {
    let segments: Vec<Value> = segments
        .iter()
        .map(|(key, members)| {
            json!({"key": key, "status": "SEGMENT_STATUS_ACTIVE", "members": members})
        })
        .collect();
    let content = json!({"semanticsVersion": 1, "unitKinds": ["user"], "segments": segments});
    seal(content, revision)
}

fn one(members: Value, revision: u64) -> Vec<u8> {
    sealed(&[("s".to_owned(), members)], revision)
}

/// A minute past noon.
const NOW: &str = "2016-06-23T12:01:00Z";

fn check(plane: &DataPlane, unit: &str) -> pb::SegmentCheck {
    let request = json!({"key": "s", "context": {"targetingKey": unit}, "now": NOW});
    let reply = grpc(
        plane,
        "CheckSegment",
        &message::<pb::CheckSegmentRequest>(request),
    );
    let reply: pb::CheckSegmentResponse = reply.message();
    reply.check.into_option().expect("a check")
}

fn reason(plane: &DataPlane, unit: &str) -> String {
    check(plane, unit).reason
}

fn started() -> DataPlane {
    DataPlane::start(settings()).expect("a free port")
}

#[test]
fn every_reply_tells_membership_and_how_old_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1", "u-2"], folder.path());
    let plane = started();
    plane
        .load(&one(set.evaluated(), 1), Some(folder.path()))
        .unwrap();
    let inside = check(&plane, "u-1");
    assert_eq!((inside.state.to_i32(), &*inside.reason), (1, "MEMBER"));
    assert_eq!(inside.member_age.as_option().unwrap().seconds, 60);
    assert_eq!(reason(&plane, "u-3"), "NOT_MEMBER");

    let context = json!({"targetingKey": "u-2"});
    let request = json!({"keys": ["s", "none"], "context": context, "now": NOW});
    let batch = message::<pb::BatchCheckSegmentsRequest>(request);
    let batch: pb::BatchCheckSegmentsResponse =
        grpc(&plane, "BatchCheckSegments", &batch).message();
    let text = serde_json::to_value(&batch.results).unwrap();
    assert_eq!(text[0]["check"]["memberAge"], "60s", "{text}");

    let request = json!({"segment": "s", "context": context, "now": NOW});
    let explained = message::<pb::ExplainRequest>(request);
    let explained: pb::ExplainResponse = grpc(&plane, "Explain", &explained).message();
    let text = serde_json::to_value(&explained).unwrap();
    assert_eq!(text["check"]["memberAge"], "60s", "{text}");
    assert_eq!(text["steps"][0]["memberAge"], "60s", "{text}");
    assert_eq!(text["steps"][0]["memberCount"], "2", "{text}");
}

#[test]
fn a_list_that_is_kept_by_hand_has_no_age() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1"], folder.path());
    let plane = started();
    let by_hand = one(json!({"set": set.named()}), 1);
    plane.load(&by_hand, Some(folder.path())).unwrap();
    let check = check(&plane, "u-1");
    assert_eq!(check.reason, "MEMBER");
    assert!(!check.member_age.is_set());
}

#[test]
fn a_set_that_is_not_there_is_unknown_and_looked_for_at_the_next_load() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1"], folder.path());
    let (place, away) = (folder.path().join(set.file()), folder.path().join("away"));
    fs::rename(&place, &away).unwrap();
    let plane = started();
    for folder in [None, Some(folder.path())] {
        plane.load(&one(set.evaluated(), 1), folder).unwrap();
        let missing = check(&plane, "u-1");
        let parts = (missing.state.to_i32(), &*missing.reason);
        assert_eq!(parts, (3, "MEMBERS_MISSING"));
        assert_eq!(missing.unknown_attributes, ["s"]);
        assert_eq!(missing.member_age.as_option().unwrap().seconds, 60);
    }
    let stats = plane.stats();
    assert_eq!((stats.member_sets, stats.member_sets_missing), (0, 1));
    fs::rename(&away, &place).unwrap();
    plane
        .load(&one(set.evaluated(), 2), Some(folder.path()))
        .unwrap();
    assert_eq!(reason(&plane, "u-1"), "MEMBER");
    let stats = plane.stats();
    assert_eq!((stats.member_sets, stats.member_sets_missing), (1, 0));
}

#[test]
fn what_is_damaged_or_not_what_the_snapshot_says_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1", "u-2"], folder.path());
    let plane = started();
    let wrong = [
        Set {
            count: 3,
            ..set.clone()
        },
        Set {
            size: set.size + 1,
            ..set.clone()
        },
    ];
    for said in wrong {
        plane
            .load(&one(said.evaluated(), 1), Some(folder.path()))
            .unwrap();
        assert_eq!(reason(&plane, "u-1"), "MEMBERS_MISSING");
    }
    let place = folder.path().join(set.file());
    let mut bytes = fs::read(&place).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&place).unwrap();
    fs::write(&place, bytes).unwrap();
    plane
        .load(&one(set.evaluated(), 1), Some(folder.path()))
        .unwrap();
    assert_eq!(reason(&plane, "u-1"), "MEMBERS_MISSING");
}

#[test]
fn a_set_is_mapped_once_and_stays_while_a_program_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Set::of(["u-1"], folder.path());
    let swapped = Set::of(["u-2"], folder.path());
    let next = Set::of(["u-2", "u-3"], folder.path());
    let plane = started();
    let snapshot = |other: &Set, revision| {
        let segments = [("o", other), ("s", &kept), ("t", &kept)];
        let segments = segments.map(|(key, set)| (key.to_owned(), set.evaluated()));
        sealed(&segments, revision)
    };
    plane
        .load(&snapshot(&swapped, 1), Some(folder.path()))
        .unwrap();
    let mapped = || {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        // With its folder: another test may have mapped the same members.
        let of = |set: &Set| {
            let path = folder.path().join(set.file());
            let path = path.to_str().unwrap();
            maps.lines().filter(|line| line.contains(path)).count()
        };
        (of(&kept), of(&swapped), of(&next))
    };
    assert_eq!(mapped(), (1, 1, 0));
    // The file of a set that is mapped already is not needed again.
    fs::remove_file(folder.path().join(kept.file())).unwrap();
    plane
        .load(&snapshot(&next, 2), Some(folder.path()))
        .unwrap();
    assert_eq!(mapped(), (1, 0, 1), "what nobody needs is let go");
    assert_eq!(reason(&plane, "u-1"), "MEMBER");
    let stats = plane.stats();
    assert_eq!((stats.member_sets, stats.members), (2, 3));
    assert_eq!(stats.member_bytes, kept.size + next.size);
}

#[test]
fn a_snapshot_that_is_refused_changes_no_members() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1"], folder.path());
    let plane = started();
    plane
        .load(&one(set.evaluated(), 1), Some(folder.path()))
        .unwrap();
    let mut both = set.evaluated();
    both["unitIds"] = json!(["u-2"]);
    let refused = plane.load(&one(both, 2), Some(folder.path()));
    assert!(refused.unwrap_err().to_string().contains("segment `s`"));
    assert_eq!(reason(&plane, "u-1"), "MEMBER");
}

#[test]
fn three_hundred_sets_are_listed_and_the_deadline_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..1_000).map(|n| format!("u-{n}")).collect();
    // The unit `u-300` is in those of even numbers alone.
    let sets: Vec<(String, Value)> = (0..300)
        .map(|at| {
            let own = format!("only-{at}");
            let listed = ids.iter().filter(|id| at % 2 == 0 || *id != "u-300");
            let set = Set::of(listed.map(String::as_str).chain([&*own]), folder.path());
            (format!("s{at:03}"), set.evaluated())
        })
        .collect();
    let plane = started();
    plane.load(&sealed(&sets, 1), Some(folder.path())).unwrap();
    let request = json!({"context": {"targetingKey": "u-300"}});
    let request = message::<pb::ListMatchingSegmentsRequest>(request);
    let begun = Instant::now();
    let reply = grpc(&plane, "ListMatchingSegments", &request);
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    let reply: pb::ListMatchingSegmentsResponse = reply.message();
    let expected: Vec<String> = (0..300).step_by(2).map(|at| format!("s{at:03}")).collect();
    assert_eq!((reply.keys, reply.unknown_keys.len()), (expected, 0));

    let no_time = [("grpc-timeout", "1n")];
    let late = grpc_with(&plane, "ListMatchingSegments", &no_time, &framed(&request));
    assert_eq!(late.code(), 4, "DEADLINE_EXCEEDED");
}

#[test]
fn metrics_tell_what_is_held_and_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let set = Set::of(["u-1", "u-2"], folder.path());
    let away = Set {
        sha256: [1; 32],
        ..set.clone()
    };
    let admin_address = Some(([127, 0, 0, 1], 0).into());
    let plane = DataPlane::start(Settings {
        admin_address,
        ..settings()
    })
    .unwrap();
    let segments = [("away", &away), ("s", &set), ("t", &set)];
    let segments = segments.map(|(key, set)| (key.to_owned(), set.evaluated()));
    for revision in [1, 2] {
        let sealed = sealed(&segments, revision);
        plane.load(&sealed, Some(folder.path())).unwrap();
    }
    let admin = plane.addresses().admin.unwrap();
    let reply = http1(
        TcpStream::connect(admin).unwrap(),
        "GET",
        "/metrics",
        &[],
        b"",
    );
    let text = String::from_utf8(reply.body).unwrap();
    for line in [
        "turnout_member_sets 1",
        "turnout_members 2",
        &format!("turnout_member_set_bytes {}", set.size),
        "turnout_member_sets_missing 1",
        "turnout_member_set_failures_total 2",
    ] {
        let told = text.lines().any(|told| told.trim_end_matches(".0") == line);
        assert!(told, "{line} in\n{text}");
    }
}

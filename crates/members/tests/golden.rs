//! Runs `conformance/members.json`: the bytes of small sets and deltas, so that the format cannot
//! change unnoticed. `TURNOUT_REGENERATE=1 cargo test -p turnout-members` writes them again.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs
)]

use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use turnout_members::{Builder, Delta, Digest, Key, MemberSet, write_delta};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../conformance/members.json")
}

/// The file, with what is derived written again if that is asked for.
fn golden() -> Value {
    let mut golden: Value = serde_json::from_slice(&std::fs::read(path()).unwrap()).unwrap();
    if std::env::var_os("TURNOUT_REGENERATE").is_some() {
        regenerate(&mut golden);
        let text = serde_json::to_string_pretty(&golden).unwrap() + "\n";
        std::fs::write(path(), text).unwrap();
    }
    golden
}

fn regenerate(golden: &mut Value) {
    for set in golden["sets"].as_array_mut().unwrap() {
        let built = built(set);
        set["kind"] = json!(built.kind().name());
        set["count"] = json!(built.len());
        set["sha256"] = json!(hex(&digest(&built)));
        set["artifact"] = json!(hex(built.bytes()));
    }
    let sets = golden.clone();
    for change in golden["deltas"].as_array_mut().unwrap() {
        change["delta"] = json!(hex(&delta(&sets, change)));
    }
}

fn texts(value: &Value) -> Vec<&str> {
    let texts = value.as_array().unwrap().iter();
    texts.map(|text| text.as_str().unwrap()).collect()
}

fn built(set: &Value) -> MemberSet<Vec<u8>> {
    let key = unhex(set["key"].as_str().unwrap());
    let mut builder = Builder::new(Key(key.try_into().unwrap()));
    if set["exact"].as_bool().unwrap_or_default() {
        builder = builder.exact();
    }
    texts(&set["ids"])
        .into_iter()
        .for_each(|id| builder.add(id));
    let mut bytes = Vec::new();
    builder.finish(&mut bytes).unwrap();
    MemberSet::open(bytes).unwrap()
}

fn named(golden: &Value, name: &Value) -> MemberSet<Vec<u8>> {
    let sets = golden["sets"].as_array().unwrap();
    built(sets.iter().find(|set| set["name"] == *name).unwrap())
}

fn delta(golden: &Value, change: &Value) -> Vec<u8> {
    let (base, target) = (named(golden, &change["from"]), named(golden, &change["to"]));
    let digests = (digest(&base), digest(&target));
    let mut bytes = Vec::new();
    write_delta((&base, &digests.0), (&target, &digests.1), &mut bytes)
        .unwrap()
        .unwrap();
    bytes
}

fn digest(set: &MemberSet<Vec<u8>>) -> Digest {
    Sha256::digest(set.bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_bytes_of_sets_and_deltas_stay_as_they_are() {
    let golden = golden();
    for set in golden["sets"].as_array().unwrap() {
        let name = &set["name"];
        let built = built(set);
        assert_eq!(hex(built.bytes()), set["artifact"], "{name}");
        assert_eq!(hex(&digest(&built)), set["sha256"], "{name}");
        assert_eq!(built.kind().name(), set["kind"], "{name}");
        assert_eq!(json!(built.len()), set["count"], "{name}");
        for id in texts(&set["ids"]) {
            assert!(built.contains(id), "{name}: `{id}`");
        }
        for id in texts(&set["others"]) {
            assert!(!built.contains(id), "{name}: `{id}`");
        }
    }
    for change in golden["deltas"].as_array().unwrap() {
        let name = &change["name"];
        let (base, target) = (
            named(&golden, &change["from"]),
            named(&golden, &change["to"]),
        );
        assert_eq!(hex(&delta(&golden, change)), change["delta"], "{name}");
        let delta = Delta::open(unhex(change["delta"].as_str().unwrap())).unwrap();
        let mut applied = Vec::new();
        delta.apply(&base, &digest(&base), &mut applied).unwrap();
        assert_eq!(applied, target.bytes(), "{name}");
    }
}

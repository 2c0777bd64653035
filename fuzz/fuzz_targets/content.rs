//! The content of a snapshot, changed and sealed again: what gets past the checksum.
//!
//! The corpus may hold sealed snapshots too: their content is what is changed.
#![no_main]

use buffa::Message;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use turnout_engine::{Header, Program, seal_bytes};
use turnout_fuzz::{evaluate, wire};
use turnout_snapshot::turnout::snapshot::v1::Snapshot;

/// Magic and checksum.
const BEFORE_THE_MESSAGE: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    let sealed = seal_bytes(Header::default(), content(bytes));
    if let Ok(program) = Program::link(&sealed) {
        evaluate::everything(&program);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let before = content(&data[..size]);
    match wire::mutate(&before, max_size, seed) {
        Some(changed) if !seed.is_multiple_of(8) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

fn content(bytes: &[u8]) -> Vec<u8> {
    bytes
        .get(BEFORE_THE_MESSAGE..)
        .filter(|_| bytes.starts_with(b"TURNOUT\x01"))
        .and_then(|message| Snapshot::decode_from_slice(message).ok())
        .map_or_else(|| bytes.to_vec(), |snapshot| snapshot.content)
}

//! Any bytes as a request: the first says which call and which snapshot, the rest is its message.
#![no_main]

use std::cell::LazyCell;
use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use turnout_dataplane::fuzzing::Door;
use turnout_fuzz::wire;

thread_local! {
    static DOORS: LazyCell<Vec<Door>> = const { LazyCell::new(doors) };
}

/// One for each golden snapshot.
fn doors() -> Vec<Door> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/snapshots");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the golden snapshots are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| Door::open(&std::fs::read(file).expect("a file can be read")))
        .collect()
}

fuzz_target!(|bytes: &[u8]| {
    let [call, snapshot, request @ ..] = bytes else {
        return;
    };
    DOORS.with(|doors| {
        let door = &doors[usize::from(*snapshot) % doors.len()];
        door.check(usize::from(*call), request);
    });
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = match size {
        3.. if !seed.is_multiple_of(8) => wire::mutate(&data[2..size], max_size - 2, seed),
        _ => None,
    };
    match changed {
        Some(changed) => {
            data[2..2 + changed.len()].copy_from_slice(&changed);
            2 + changed.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

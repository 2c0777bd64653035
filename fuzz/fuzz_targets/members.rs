//! Any bytes as a member set, and as a delta with a set that it is applied to.
//!
//! Two bytes say how long the set is; what follows it is a delta without its checksum.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnout_members::{Delta, MemberSet, difference};
use xxhash_rust::xxh3::xxh3_64;

const ASKED: [&str; 6] = ["", "0", "7", "u-1", "18446744073709551615", "007"];
/// A set may say in few bytes that it has all integers.
const LISTED: usize = 10_000;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return;
    };
    let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
    let (set, delta) = rest.split_at(length);
    let Ok(set) = MemberSet::open(set) else {
        return;
    };
    look(&set);
    let mut delta = delta.to_vec();
    delta.extend(xxh3_64(&delta).to_le_bytes());
    let Ok(delta) = Delta::open(delta) else {
        return;
    };
    // Counted first: a set of all integers is nothing to wait for.
    if set.ids().is_some_and(|ids| ids.take(LISTED).count() == LISTED) || delta.added() > 1 << 16 {
        return;
    }
    let mut applied = Vec::new();
    if delta.apply(&set, delta.base(), &mut applied).is_ok() {
        let applied = MemberSet::open(applied).expect("what was written can be opened");
        applied.verify().expect("what was written is whole");
        look(&applied);
        let _ = difference(&set, &applied);
    }
});

fn look<B: AsRef<[u8]>>(set: &MemberSet<B>) {
    for id in ASKED {
        set.contains(id);
    }
    let _ = (set.verify(), set.bound());
    for id in set.ids().into_iter().flatten().take(LISTED) {
        set.contains(&id.to_string());
    }
}

//! What a read of the embedded store costs: `read_cost FOLDER [RECORDS]` fills the folder when it is empty.
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use turnout_engine::{Instant as Moment, Kept, Record};
use turnout_sticky::{Embedded, Key, Store, StoreSettings, Write, Written};

const READS: u64 = 200_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let records = arguments
        .next()
        .map_or(1_000_000, |count| count.parse().expect("a count"));
    let settings = Embedded::at(folder.join("assignments.redb"));
    let store =
        Store::open(StoreSettings::Embedded(settings)).unwrap_or_else(|error| panic!("{error}"));
    let store = Arc::new(store);
    fill(&store, records);
    let access = store.access();
    let mut at = 1_u64;
    for _ in 0..5 {
        let started = Instant::now();
        for _ in 0..READS {
            at = at
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let found = access.find_now("checkout-button", "user", &unit((at >> 33) % records));
            assert!(matches!(black_box(found), Some(Kept::Records(found)) if found.len() == 1));
        }
        println!(
            "{:.2} µs a read",
            started.elapsed().as_secs_f64() * 1e6 / READS as f64
        );
    }
}

fn unit(number: u64) -> String {
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn fill(store: &Arc<Store>, records: u64) {
    let access = store.access();
    for number in store.length().unwrap_or(0)..records {
        let write = Write {
            key: Key::new("checkout-button", "user", &unit(number)),
            record: Record {
                epoch: 0,
                variant: "control".into(),
                assigned_at: Moment(1_700_000_000_000_000_000),
                snapshot: "0f".repeat(32).into(),
            },
            replaces: None,
        };
        while access.write_now(&write) != Some(Written::Kept) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    assert!(
        store.flush(Duration::from_secs(120)),
        "the disk is too slow"
    );
}

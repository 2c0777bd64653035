//! What a read of the embedded store of assignments costs.

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use turnout_engine::{Instant, Kept, Record};
use turnout_sticky::{Embedded, Key, Store, StoreSettings, Write, Written};

use crate::nanoseconds;

const EXPERIMENT: &str = "checkout-button";
const KIND: &str = "user";

/// Fills a store in the folder with so many records, and prints the nanoseconds of a read of any
/// of them as a JSON list of rounds.
pub fn time(rounds: usize, folder: &str, records: u64) -> Result<(), Box<dyn Error>> {
    let settings = Embedded::at(PathBuf::from(folder).join("assignments.redb"));
    let store = Arc::new(Store::open(StoreSettings::Embedded(settings))?);
    fill(&store, records)?;
    let access = store.access();
    let (mut taken, mut at) = (Vec::new(), 1_u64);
    for round in 0..=rounds {
        let read = nanoseconds(|count| {
            for _ in 0..count {
                at = at
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let found = access.find_now(EXPERIMENT, KIND, &unit((at >> 33) % records));
                if !matches!(black_box(found), Some(Kept::Records(found)) if found.len() == 1) {
                    return Err("a record is not there".into());
                }
            }
            Ok(())
        })?;
        // The first round warms up.
        if round > 0 {
            taken.push(read);
        }
    }
    println!("{taken:?}");
    Ok(())
}

fn unit(number: u64) -> String {
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn fill(store: &Arc<Store>, records: u64) -> Result<(), Box<dyn Error>> {
    let access = store.access();
    for number in 0..records {
        let write = Write {
            key: Key::new(EXPERIMENT, KIND, &unit(number)),
            record: Record {
                epoch: 0,
                variant: "control".into(),
                assigned_at: Instant(1_700_000_000_000_000_000),
                snapshot: "0f".repeat(32).into(),
            },
            replaces: None,
        };
        // A full overlay empties itself onto the disk.
        while access.write_now(&write) != Some(Written::Kept) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    if store.flush(Duration::from_secs(120)) {
        return Ok(());
    }
    Err("the disk is too slow".into())
}

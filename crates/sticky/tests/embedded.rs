//! The file: what it keeps, what it lets go, and what becomes of a damaged one.
mod harness;

use std::time::Duration;

use harness::{block_on, embedded, key, open, read_one, record, write, write_one};
use turnout_engine::Kept;
use turnout_sticky::{Embedded, Store, StoreSettings, Written};

const SOON: Duration = Duration::from_secs(10);

#[test]
fn what_was_written_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let store = open(embedded(folder.path()));
        let access = store.access();
        let units: Vec<String> = (0..round * 100).map(|at| format!("u-{at}")).collect();
        for unit in &units {
            let kept = block_on(read_one(&access, unit));
            assert_eq!(kept, Kept::Records(vec![record(0, unit)]));
        }
        for at in round * 100..(round + 1) * 100 {
            let unit = format!("u-{at}");
            assert_eq!(
                access.write_now(&write(&unit, record(0, &unit))),
                Some(Written::Kept)
            );
        }
    }
}

#[test]
fn what_is_not_on_the_disk_yet_is_seen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Embedded {
        gather: Duration::from_secs(60),
        ..embedded(folder.path())
    });
    let access = store.access();
    block_on(write_one(&access, write("u", record(0, "a"))));
    assert_eq!(store.length(), Some(0));
    assert_eq!(
        block_on(read_one(&access, "u")),
        Kept::Records(vec![record(0, "a")])
    );
    assert!(store.flush(SOON), "a flush does not wait for others");
    assert_eq!(store.length(), Some(1));
    assert_eq!(
        block_on(read_one(&access, "u")),
        Kept::Records(vec![record(0, "a")])
    );
}

#[test]
fn past_the_bound_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Embedded {
        most: 10,
        ..embedded(folder.path())
    });
    let access = store.access();
    for at in 0..30 {
        block_on(write_one(
            &access,
            write(&format!("u-{at:02}"), record(0, "a")),
        ));
        assert!(store.flush(SOON));
    }
    assert_eq!(store.length(), Some(10));
    assert_eq!(store.counts().evictions, 20);
    let kept = |at: usize| block_on(read_one(&access, &format!("u-{at:02}")));
    for at in 0..20 {
        assert_eq!(kept(at), Kept::Records(Vec::new()), "{at}");
    }
    for at in 20..30 {
        assert_eq!(kept(at), Kept::Records(vec![record(0, "a")]), "{at}");
    }
}

#[test]
fn what_is_written_again_is_young_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Embedded {
        most: 2,
        ..embedded(folder.path())
    });
    let access = store.access();
    for (unit, epoch) in [("a", 0), ("b", 0), ("a", 1), ("c", 0)] {
        block_on(write_one(&access, write(unit, record(epoch, "x"))));
        assert!(store.flush(SOON));
    }
    let there = |unit: &str| block_on(read_one(&access, unit)) != Kept::Records(Vec::new());
    assert_eq!((there("a"), there("b"), there("c")), (true, false, true));
}

#[test]
fn what_is_too_old_goes_with_the_next_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Embedded {
        keep: Duration::from_millis(300),
        ..embedded(folder.path())
    });
    let access = store.access();
    block_on(write_one(&access, write("old", record(0, "a"))));
    assert!(store.flush(SOON));
    std::thread::sleep(Duration::from_millis(400));
    block_on(write_one(&access, write("new", record(0, "a"))));
    assert!(store.flush(SOON));
    assert_eq!(store.length(), Some(1));
    assert_eq!(
        block_on(read_one(&access, "old")),
        Kept::Records(Vec::new())
    );
}

#[test]
fn threads_see_one_winner() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Embedded {
        gather: Duration::from_millis(1),
        ..embedded(folder.path())
    });
    for round in 0..30 {
        let unit = format!("u-{round}");
        let wins: usize = std::thread::scope(|scope| {
            let racing = ["a", "b", "c", "d"].map(|variant| {
                let (store, unit) = (&store, &unit);
                scope.spawn(move || store.access().write_now(&write(unit, record(0, variant))))
            });
            let won = racing.map(|thread| thread.join().unwrap() == Some(Written::Kept));
            won.into_iter().filter(|won| *won).count()
        });
        assert_eq!(wins, 1);
    }
}

#[test]
fn one_process_has_the_file_and_a_damaged_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = embedded(folder.path());
    let held = open(settings.clone());
    let error = Store::open(StoreSettings::Embedded(settings.clone()))
        .err()
        .unwrap();
    assert!(error.in_use(), "{error}");
    assert!(error.to_string().contains("another process"), "{error}");
    drop(held);
    std::fs::write(&settings.path, b"garbage that is no database at all").unwrap();
    let error = Store::open(StoreSettings::Embedded(settings))
        .err()
        .unwrap();
    assert!(error.to_string().contains("move it away"), "{error}");
}

#[test]
fn a_unit_id_of_any_length_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(embedded(folder.path()));
    let access = store.access();
    let long = "x".repeat(64 * 1024);
    assert_eq!(
        block_on(write_one(&access, write(&long, record(0, "a")))),
        Written::Kept
    );
    assert!(store.flush(SOON));
    assert_eq!(
        block_on(access.read(&[key(&long)], None)),
        [Kept::Records(vec![record(0, "a")])]
    );
}

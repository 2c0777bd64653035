//! What every store promises.
mod harness;

use std::sync::Arc;

use harness::{
    Cluster, Server, block_on, embedded, has_redis, key, open, read_one, record, write, write_one,
};
use turnout_engine::{Kept, Record};
use turnout_sticky::{Access, Key, Store, Write, Written};

fn records(records: &[Record]) -> Kept {
    Kept::Records(records.to_vec())
}

async fn promises(store: Arc<Store>) {
    let access = store.access();
    the_first_record_of_an_epoch_wins(&access).await;
    a_record_is_replaced_by_compare_and_set(&access).await;
    units_and_experiments_are_apart(&access).await;
    many_travel_together(&access).await;
    let counts = store.counts();
    assert!(counts.reads > 0 && counts.writes > 0, "{counts:?}");
    assert_eq!(
        (
            counts.read_failures,
            counts.write_failures,
            counts.dropped_writes
        ),
        (0, 0, 0)
    );
}

async fn the_first_record_of_an_epoch_wins(access: &Access) {
    assert_eq!(read_one(access, "first").await, records(&[]));
    assert_eq!(
        write_one(access, write("first", record(0, "a"))).await,
        Written::Kept
    );
    assert_eq!(read_one(access, "first").await, records(&[record(0, "a")]));
    let second = write_one(access, write("first", record(0, "b"))).await;
    assert_eq!(second, Written::Taken(record(0, "a")));
    assert_eq!(
        write_one(access, write("first", record(0, "a"))).await,
        Written::Kept
    );
    assert_eq!(
        write_one(access, write("first", record(1, "b"))).await,
        Written::Kept
    );
    let Kept::Records(mut all) = read_one(access, "first").await else {
        panic!("records");
    };
    all.sort_by_key(|record| record.epoch);
    assert_eq!(all, [record(0, "a"), record(1, "b")]);
}

async fn a_record_is_replaced_by_compare_and_set(access: &Access) {
    let replacing = |seen: Record, by: Record| Write {
        replaces: Some(seen),
        ..write("replaced", by)
    };
    let write = |one| write_one(access, one);
    assert_eq!(
        write(harness::write("replaced", record(0, "gone"))).await,
        Written::Kept
    );
    assert_eq!(
        write(replacing(record(0, "other"), record(0, "b"))).await,
        Written::Taken(record(0, "gone"))
    );
    assert_eq!(
        write(replacing(record(0, "gone"), record(0, "b"))).await,
        Written::Kept
    );
    assert_eq!(
        write(replacing(record(0, "gone"), record(0, "c"))).await,
        Written::Taken(record(0, "b"))
    );
    assert_eq!(
        read_one(access, "replaced").await,
        records(&[record(0, "b")])
    );
}

async fn units_and_experiments_are_apart(access: &Access) {
    let odd = ["user", "user ", "a}b{c", "ünï-日本", "x\0y", "*"];
    for id in odd {
        assert_eq!(
            write_one(access, write(id, record(0, id))).await,
            Written::Kept
        );
    }
    for id in odd {
        assert_eq!(
            read_one(access, id).await,
            records(&[record(0, id)]),
            "{id:?}"
        );
    }
    let elsewhere = [
        Key::new("other", "user", "user"),
        Key::new("button", "device", "user"),
    ];
    for kept in access.read(&elsewhere, None).await {
        assert_eq!(kept, records(&[]));
    }
}

async fn many_travel_together(access: &Access) {
    let units: Vec<String> = (0..300).map(|number| format!("many-{number}")).collect();
    let writes: Vec<Write> = units
        .iter()
        .map(|unit| write(unit, record(0, unit)))
        .collect();
    let written = access.write(&writes, None).await;
    assert!(written.iter().all(|one| *one == Written::Kept));
    let keys: Vec<Key> = units.iter().map(|unit| key(unit)).collect();
    for (unit, kept) in units.iter().zip(access.read(&keys, None).await) {
        assert_eq!(kept, records(&[record(0, unit)]));
    }
}

/// Several servers at once: one of them is first, and all of them know it.
async fn a_race_has_one_winner(stores: [Arc<Store>; 3]) {
    let accesses = stores.map(|store| store.access());
    for round in 0..50 {
        let unit = format!("race-{round}");
        let racing = accesses
            .iter()
            .zip(["a", "b", "c"])
            .map(|(access, variant)| write_one(access, write(&unit, record(0, variant))));
        let written = futures::future::join_all(racing).await;
        let Kept::Records(kept) = read_one(&accesses[0], &unit).await else {
            panic!("records");
        };
        assert_eq!(kept.len(), 1);
        let won = written.iter().filter(|one| **one == Written::Kept).count();
        let told = written
            .iter()
            .filter(|one| **one == Written::Taken(kept[0].clone()))
            .count();
        assert_eq!((won, told), (1, 2), "{written:?}");
    }
}

#[test]
fn a_file_keeps_its_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(embedded(folder.path()));
    block_on(promises(Arc::clone(&store)));
    block_on(a_race_has_one_winner([
        Arc::clone(&store),
        Arc::clone(&store),
        store,
    ]));
}

#[test]
fn redis_keeps_its_promises() {
    if has_redis() {
        let server = Server::start(&[]);
        block_on(promises(server.store()));
        block_on(a_race_has_one_winner([
            server.store(),
            server.store(),
            server.store(),
        ]));
    }
}

#[test]
fn a_cluster_keeps_its_promises() {
    if has_redis() {
        let cluster = Cluster::start();
        block_on(promises(cluster.store()));
        block_on(a_race_has_one_winner([
            cluster.store(),
            cluster.store(),
            cluster.store(),
        ]));
        let held = cluster
            .0
            .iter()
            .map(|server| server.ask::<u64>(&["DBSIZE"]));
        assert!(
            held.into_iter().all(|count| count > 50),
            "every node holds its part"
        );
    }
}

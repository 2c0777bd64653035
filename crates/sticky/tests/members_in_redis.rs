//! Members in Redis: looked up within the budget, in one Redis and in a cluster, and never guessed.
mod harness;

use std::time::{Duration, Instant};

use harness::{BUDGET, Cluster, Server, block_on, eventually, has_redis};
use turnout_engine::{Assignments, Lookup, RemoteSet};
use turnout_sticky::{Access, Address, Ledger, MemberWriter, MembersInRedis, Redis, WriteError};

const SET: RemoteSet = RemoteSet {
    name: [0xab; 32],
    shards: 16,
};
const HOUR: Duration = Duration::from_secs(3600);

fn writer(url: &str) -> MemberWriter {
    MemberWriter::open(&Address::parse(url).expect("an address")).expect("redis")
}

fn written(url: &str, ids: &[&str]) -> MemberWriter {
    let writer = writer(url);
    writer.begin(&SET, HOUR).expect("begun");
    let count = writer.add(&SET, ids.iter().copied()).expect("added");
    writer.keep(&SET, count).expect("kept");
    writer
}

fn access(url: &str, budget: Duration) -> Access {
    let mut redis = Redis::at(Address::parse(url).expect("an address"));
    redis.budget = budget;
    Access::to(None, Some(&MembersInRedis::new(redis))).expect("a way")
}

/// What one call learns of ids, in one set.
async fn look_up(access: &Access, ids: &[&str]) -> Vec<Lookup> {
    let mut ledger = Ledger::new(Some(access));
    for id in ids {
        (&ledger).member(&SET, id);
    }
    if ledger.unsettled() {
        assert!(ledger.settle(None).await, "it is evaluated again");
        ledger.begin_again();
    }
    assert!(!ledger.unsettled());
    ids.iter().map(|id| (&ledger).member(&SET, id)).collect()
}

async fn one(access: &Access, id: &str) -> Lookup {
    look_up(access, &[id]).await.remove(0)
}

#[test]
fn members_are_told_from_others_byte_for_byte() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    written(&server.url(), &["u-1", "ü", "a b", "\n"]);
    let access = access(&server.url(), BUDGET);
    block_on(async {
        let asked = ["u-1", "ü", "a b", "\n", "U-1", "u-1 ", "u", ""];
        let found = look_up(&access, &asked).await;
        let expected = [true, true, true, true, false, false, false, false];
        assert_eq!(found, expected.map(Lookup::Found));
    });
}

#[test]
fn a_cluster_answers_alike() {
    if !has_redis() {
        return;
    }
    let cluster = Cluster::start();
    let url = format!("redis-cluster://127.0.0.1:{}", cluster.0[0].port);
    let ids: Vec<String> = (0..1_000).map(|at| format!("u-{at}")).collect();
    let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
    let writer = written(&url, &texts);
    let access = access(&url, Duration::from_secs(2));
    block_on(async {
        let found = look_up(&access, &texts[..60]).await;
        assert!(found.iter().all(|one| *one == Lookup::Found(true)));
        assert_eq!(one(&access, "u-1000").await, Lookup::Found(false));
        let held: Vec<i64> = cluster.0.iter().map(|node| node.ask(&["DBSIZE"])).collect();
        assert!(held.iter().all(|keys| *keys > 0), "spread: {held:?}");
    });
    writer.remove(&SET).expect("removed");
    let held = cluster.0.iter().map(|node| node.ask::<i64>(&["DBSIZE"]));
    assert_eq!(held.sum::<i64>(), 0);
}

#[test]
fn a_set_that_is_gone_says_nothing_of_anybody() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let writer = written(&server.url(), &["u-1"]);
    let access = access(&server.url(), BUDGET);
    block_on(async {
        assert_eq!(one(&access, "u-1").await, Lookup::Found(true));
        writer_removes(writer).await;
        for id in ["u-1", "u-2"] {
            assert_eq!(one(&access, id).await, Lookup::Unreachable);
        }
    });
}

/// A writer waits by itself, and so on a thread of its own.
async fn writer_removes(writer: MemberWriter) {
    std::thread::spawn(move || writer.remove(&SET).expect("removed"))
        .join()
        .expect("a thread");
}

#[test]
fn past_sixty_four_nobody_can_say() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    written(&server.url(), &["u-1"]);
    let access = access(&server.url(), BUDGET);
    let ids: Vec<String> = (0..70).map(|at| format!("u-{at}")).collect();
    let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
    block_on(async {
        let found = look_up(&access, &texts).await;
        assert_eq!(found[1], Lookup::Found(true));
        assert_eq!(found[63], Lookup::Found(false));
        assert!(found[64..].iter().all(|one| *one == Lookup::Unreachable));
    });
}

#[test]
fn a_redis_that_is_gone_costs_its_budget_at_most_and_is_found_again() {
    if !has_redis() {
        return;
    }
    let mut server = Server::start(&[]);
    written(&server.url(), &["u-1"]);
    let access = access(&server.url(), BUDGET);
    block_on(async {
        assert_eq!(one(&access, "u-1").await, Lookup::Found(true));
        server.signal("STOP");
        let started = Instant::now();
        assert_eq!(one(&access, "u-1").await, Lookup::Unreachable);
        assert!(started.elapsed() < BUDGET * 4, "{:?}", started.elapsed());
        server.signal("CONT");
        eventually("it answers again", async || {
            one(&access, "u-1").await == Lookup::Found(true)
        })
        .await;
        server.kill();
        eventually("nobody waits for it", async || {
            let started = Instant::now();
            one(&access, "u-1").await == Lookup::Unreachable && started.elapsed() < BUDGET / 4
        })
        .await;
        server.run();
        std::thread::scope(|scope| {
            scope.spawn(|| written(&server.url(), &["u-1"]));
        });
        eventually("it is found again", async || {
            one(&access, "u-1").await == Lookup::Found(true)
        })
        .await;
    });
}

#[test]
fn what_is_being_written_goes_by_itself_and_what_is_kept_stays() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let writer = writer(&server.url());
    writer.begin(&SET, HOUR).expect("begun");
    assert_eq!(writer.add(&SET, ["a", "b", "a"]).expect("added"), 2);
    assert_eq!(writer.add(&SET, ["b", "c"]).expect("added"), 1);
    let lives = || -> Vec<i64> {
        let keys: Vec<String> = server.ask(&["KEYS", "turnout:members:*"]);
        assert_eq!(keys.len(), 16);
        keys.iter().map(|key| server.ask(&["TTL", key])).collect()
    };
    assert!(lives().iter().all(|left| (1..=3600).contains(left)));
    writer.keep(&SET, 3).expect("kept");
    assert!(lives().iter().all(|left| *left == -1));
    assert!(matches!(writer.keep(&SET, 4), Err(WriteError::Lost)));
    writer.expire(&SET, HOUR).expect("let go");
    assert!(lives().iter().all(|left| (1..=3600).contains(left)));
}

#[test]
fn who_cannot_write_says_why_without_the_password() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&["--requirepass", "secret"]);
    let wrong = format!("redis://:verysecret@127.0.0.1:{}", server.port);
    let address = Address::parse(&wrong).expect("an address");
    let error = MemberWriter::open(&address).err().expect("refused");
    assert!(!error.to_string().contains("verysecret"), "{error}");
}

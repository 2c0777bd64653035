//! Redis, when it is not well: an answer within the budget, nothing wrong written, and back by itself.
mod harness;

use std::time::{Duration, Instant};

use harness::{
    BUDGET, Cluster, Server, block_on, eventually, has_redis, read_one, record, redis_store, write,
    write_one,
};
use turnout_engine::Kept;
use turnout_sticky::{Address, Redis, Written};

/// The budget, and what a busy machine takes on top.
const IN_TIME: Duration = BUDGET.saturating_mul(4);

fn nothing() -> Kept {
    Kept::Records(Vec::new())
}

fn one(variant: &str) -> Kept {
    Kept::Records(vec![record(0, variant)])
}

#[test]
fn a_redis_that_is_killed_is_missed_within_the_budget_and_found_again() {
    if !has_redis() {
        return;
    }
    let mut server = Server::start(&[]);
    let store = server.store();
    let access = store.access();
    block_on(async {
        assert_eq!(
            write_one(&access, write("u", record(0, "a"))).await,
            Written::Kept
        );
        server.kill();
        eventually("the loss is noticed", async || {
            read_one(&access, "u").await == Kept::Failed
        })
        .await;
        let started = Instant::now();
        assert_eq!(
            write_one(&access, write("v", record(0, "a"))).await,
            Written::Failed
        );
        assert!(started.elapsed() < IN_TIME);
        eventually("nobody waits for it", async || {
            let started = Instant::now();
            read_one(&access, "u").await == Kept::Failed && started.elapsed() < BUDGET / 4
        })
        .await;
        server.run();
        // It came back empty: what is not there is not known to have been there.
        eventually("it is found again", async || {
            read_one(&access, "u").await == nothing()
        })
        .await;
        assert_eq!(
            write_one(&access, write("u", record(0, "b"))).await,
            Written::Kept
        );
    });
    let counts = store.counts();
    assert!(
        counts.read_failures > 0 && counts.dropped_writes > 0,
        "{counts:?}"
    );
}

#[test]
fn a_redis_that_is_stopped_costs_its_budget_and_soon_nothing() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let access = server.store().access();
    block_on(async {
        assert_eq!(
            write_one(&access, write("u", record(0, "a"))).await,
            Written::Kept
        );
        server.signal("STOP");
        let started = Instant::now();
        assert_eq!(read_one(&access, "u").await, Kept::Failed);
        assert!(
            (BUDGET..IN_TIME).contains(&started.elapsed()),
            "{:?}",
            started.elapsed()
        );
        eventually("nobody waits for it", async || {
            let started = Instant::now();
            read_one(&access, "u").await == Kept::Failed && started.elapsed() < BUDGET / 4
        })
        .await;
        server.signal("CONT");
        eventually("it answers again", async || {
            read_one(&access, "u").await == one("a")
        })
        .await;
    });
}

#[test]
fn a_deadline_that_comes_first_ends_the_wait() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let access = server.store().access();
    block_on(async {
        assert_eq!(read_one(&access, "u").await, nothing());
        server.signal("STOP");
        let started = Instant::now();
        let deadline = Some(started + Duration::from_millis(20));
        assert_eq!(
            access.read(&[harness::key("u")], deadline).await,
            [Kept::Failed]
        );
        assert!(started.elapsed() < BUDGET, "{:?}", started.elapsed());
        server.signal("CONT");
    });
}

#[test]
fn a_full_redis_is_read_and_not_written() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&["--maxmemory-policy", "noeviction"]);
    let store = server.store();
    let access = store.access();
    block_on(async {
        assert_eq!(
            write_one(&access, write("u", record(0, "a"))).await,
            Written::Kept
        );
        server.ask::<()>(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(
            write_one(&access, write("v", record(0, "a"))).await,
            Written::Failed
        );
        assert_eq!(read_one(&access, "v").await, nothing());
        assert_eq!(read_one(&access, "u").await, one("a"));
        server.ask::<()>(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(
            write_one(&access, write("v", record(0, "a"))).await,
            Written::Kept
        );
    });
    assert_eq!(store.counts().write_failures, 1);
}

#[test]
fn a_flushed_redis_begins_again() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let access = server.store().access();
    block_on(async {
        assert_eq!(
            write_one(&access, write("u", record(0, "a"))).await,
            Written::Kept
        );
        server.ask::<()>(&["FLUSHALL"]);
        assert_eq!(read_one(&access, "u").await, nothing());
        assert_eq!(
            write_one(&access, write("u", record(0, "b"))).await,
            Written::Kept
        );
    });
}

#[test]
fn garbage_is_a_failure_and_stays_as_it_is() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let store = server.store();
    let access = store.access();
    let key = "turnout:sticky:{user:u}:button";
    for garbage in [
        &["HSET", key, "0", "garbage"][..],
        &["HSET", key, "epoch", "{\"variant\":\"a\"}"],
        &["SET", key, "text"],
        &["RPUSH", key, "a", "b"],
    ] {
        server.ask::<()>(&["DEL", key]);
        server.ask::<redis::Value>(garbage);
        let before: Vec<u8> = server.ask(&["DUMP", key]);
        block_on(async {
            let access = store.access();
            assert_eq!(read_one(&access, "u").await, Kept::Failed, "{garbage:?}");
        });
        let after: Vec<u8> = server.ask(&["DUMP", key]);
        assert_eq!(before, after, "{garbage:?}");
    }
    server.ask::<()>(&["DEL", key]);
    server.ask::<redis::Value>(&["HSET", key, "0", "garbage"]);
    let written = block_on(write_one(&access, write("u", record(0, "a"))));
    assert_eq!(written, Written::Failed);
    assert_eq!(server.ask::<String>(&["HGET", key, "0"]), "garbage");
    assert!(store.counts().garbage >= 5, "{:?}", store.counts());
}

#[test]
fn records_are_kept_as_long_as_was_said() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let key = |unit: &str| format!("turnout:sticky:{{user:{unit}}}:button");
    let ttl = |unit: &str| server.ask::<i64>(&["PTTL", &key(unit)]);
    let for_ever = server.store().access();
    let mut settings = server.settings();
    settings.keep = Duration::from_secs(60);
    let a_minute = redis_store(settings).access();
    block_on(write_one(&for_ever, write("ever", record(0, "a"))));
    assert_eq!(ttl("ever"), -1);
    block_on(write_one(&a_minute, write("minute", record(0, "a"))));
    assert!((50_000..=60_000).contains(&ttl("minute")));
}

#[test]
fn a_wrong_password_is_a_failure_and_no_hang() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&["--requirepass", "right"]);
    let with = |password: &str| {
        let url = format!("redis://:{password}@127.0.0.1:{}", server.port);
        let mut settings = Redis::at(Address::parse(&url).unwrap());
        settings.budget = BUDGET;
        redis_store(settings).access()
    };
    let started = Instant::now();
    assert_eq!(block_on(read_one(&with("wrong"), "u")), Kept::Failed);
    assert!(started.elapsed() < IN_TIME);
    assert_eq!(block_on(read_one(&with("right"), "u")), nothing());
}

#[test]
fn a_cluster_that_loses_a_node_answers_for_the_others() {
    if !has_redis() {
        return;
    }
    let mut cluster = Cluster::start();
    // Slots of a lost node would otherwise take the whole cluster down.
    for server in &cluster.0 {
        server.ask::<()>(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    }
    let access = cluster.store().access();
    let units: Vec<String> = (0..60).map(|at| format!("u-{at}")).collect();
    block_on(async {
        for unit in &units {
            assert_eq!(
                write_one(&access, write(unit, record(0, "a"))).await,
                Written::Kept
            );
        }
        cluster.0[2].kill();
        let mut found = 0;
        for unit in &units {
            let started = Instant::now();
            let kept = read_one(&access, unit).await;
            assert!(started.elapsed() < Duration::from_secs(6));
            assert!(kept == one("a") || kept == Kept::Failed, "{kept:?}");
            found += usize::from(kept == one("a"));
            if kept == Kept::Failed && found >= 10 {
                break;
            }
        }
        assert!(found >= 10, "{found}");
        cluster.0[2].run();
    });
}

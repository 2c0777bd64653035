//! What one call knows, and how often it has to be evaluated.
mod harness;

use harness::{Server, block_on, embedded, has_redis, key, open, record, write};
use turnout_engine::{Assignments, Kept};
use turnout_sticky::Ledger;

fn find(ledger: &Ledger<'_>, unit: &str) -> Kept {
    let mut ledger = ledger;
    ledger.find("button", "user", unit)
}

fn one(variant: &str) -> Kept {
    Kept::Records(vec![record(0, variant)])
}

fn nothing() -> Kept {
    Kept::Records(Vec::new())
}

#[test]
fn without_a_store_what_is_carried_is_all_there_is() {
    let ledger = Ledger::new(None);
    assert!(ledger.is_empty());
    ledger.carry(key("u"), record(0, "a"));
    ledger.carry(key("u"), record(0, "b"));
    assert!(!ledger.is_empty() && !ledger.keeps());
    assert_eq!(find(&ledger, "u"), one("b"), "the later one counts");
    assert_eq!(find(&ledger, "v"), nothing());
    assert!(ledger.keep(write("v", record(0, "a"))));
    assert!(!ledger.unsettled(), "there is nobody to write to");
    ledger.begin_context();
    assert_eq!(find(&ledger, "u"), nothing());
}

#[test]
fn a_file_answers_at_once_and_is_written_when_the_call_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let access = open(embedded(folder.path())).access();
    let mut ledger = Ledger::new(Some(&access));
    assert_eq!(find(&ledger, "u"), nothing());
    for _ in 0..2 {
        assert!(ledger.keep(write("u", record(0, "a"))));
    }
    assert!(ledger.unsettled());
    assert_eq!(access.find_now("button", "user", "u"), Some(nothing()));
    assert!(!block_on(ledger.settle(None)), "the answer holds");
    assert!(!ledger.unsettled());
    assert_eq!(access.find_now("button", "user", "u"), Some(one("a")));
}

#[test]
fn who_comes_second_is_told_and_decides_again() {
    let folder = tempfile::tempdir().unwrap();
    let access = open(embedded(folder.path())).access();
    let (mut first, mut second) = (Ledger::new(Some(&access)), Ledger::new(Some(&access)));
    for (ledger, variant) in [(&first, "a"), (&second, "b")] {
        assert_eq!(find(ledger, "u"), nothing());
        ledger.keep(write("u", record(0, variant)));
    }
    assert!(!block_on(first.settle(None)));
    assert!(block_on(second.settle(None)), "its answer does not hold");
    second.begin_again();
    assert_eq!(find(&second, "u"), one("a"));
    assert!(!second.unsettled());
}

#[test]
fn the_store_is_the_truth_and_what_is_carried_is_kept_where_it_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let access = open(embedded(folder.path())).access();
    let _ = access.write_now(&write("known", record(0, "a")));
    let mut ledger = Ledger::new(Some(&access));
    for unit in ["known", "new"] {
        ledger.carry(key(unit), record(0, "b"));
    }
    assert_eq!(find(&ledger, "known"), one("a"));
    assert_eq!(find(&ledger, "new"), one("b"));
    assert!(!block_on(ledger.settle(None)));
    assert_eq!(access.find_now("button", "user", "known"), Some(one("a")));
    assert_eq!(access.find_now("button", "user", "new"), Some(one("b")));
}

#[test]
fn who_only_looks_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let access = open(embedded(folder.path())).access();
    let ledger = Ledger::new(Some(&access));
    ledger.look_only();
    ledger.carry(key("u"), record(0, "a"));
    assert_eq!(find(&ledger, "u"), one("a"));
    assert!(ledger.keep(write("v", record(0, "a"))));
    assert!(!ledger.unsettled());
}

#[test]
fn redis_is_asked_once_for_all_and_not_again() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let store = server.store();
    let access = store.access();
    block_on(async {
        let mut ledger = Ledger::new(Some(&access));
        for _ in 0..2 {
            assert_eq!(find(&ledger, "u"), Kept::Pending);
            assert_eq!(find(&ledger, "v"), Kept::Pending);
        }
        assert!(ledger.settle(None).await, "evaluate again");
        ledger.begin_again();
        assert_eq!(
            (find(&ledger, "u"), find(&ledger, "v")),
            (nothing(), nothing())
        );
        assert!(!ledger.unsettled());
        ledger.keep(write("u", record(0, "a")));
        assert!(!ledger.settle(None).await, "the answer holds");
    });
    assert_eq!((store.counts().reads, store.counts().writes), (2, 1));
}

#[test]
fn a_write_that_fails_is_told_once_and_not_tried_again() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&["--maxmemory", "1", "--maxmemory-policy", "noeviction"]);
    let store = server.store();
    let access = store.access();
    block_on(async {
        let mut ledger = Ledger::new(Some(&access));
        assert!(ledger.keep(write("u", record(0, "a"))), "hoped for");
        assert!(ledger.settle(None).await, "evaluate again");
        ledger.begin_again();
        assert!(!ledger.keep(write("u", record(0, "a"))), "degraded");
        assert!(!ledger.unsettled());
    });
    assert_eq!(store.counts().write_failures, 1);
}

#[test]
fn a_closed_ledger_asks_and_writes_nothing() {
    if !has_redis() {
        return;
    }
    let server = Server::start(&[]);
    let access = server.store().access();
    let mut ledger = Ledger::new(Some(&access));
    assert_eq!(find(&ledger, "u"), Kept::Pending);
    ledger.close();
    ledger.begin_again();
    assert_eq!(find(&ledger, "u"), Kept::Failed);
    assert_eq!(find(&ledger, "v"), Kept::Failed);
    assert!(ledger.keep(write("v", record(0, "a"))));
    assert!(!ledger.unsettled());
}

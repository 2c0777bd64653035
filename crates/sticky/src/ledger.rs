//! What one call knows of the assignments that it looks at, and what it wants kept.
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures::future::join;
use turnout_engine::{Lookup, RemoteSet};

use crate::{Access, Assignments, Kept, Key, Record, Write, Written};

/// The assignments of one call: those that its caller carries, and those of the store.
///
/// With a store, that is the truth: what a caller carries counts only where the store has nothing,
/// and is then kept. A call is evaluated again when [`Ledger::unsettled`] says so.
///
/// An evaluation borrows it (`&mut &ledger`) while what comes out of it is kept.
#[derive(Default)]
pub struct Ledger<'a> {
    access: Option<&'a Access>,
    /// Nearly every call has none.
    entries: RefCell<Option<Box<Entries>>>,
}

#[derive(Default)]
struct Entries {
    /// Of the context in hand.
    carried: HashMap<Key, Vec<Record>>,
    /// What the store has told; pending is what is among `wanted`.
    known: HashMap<Key, Kept>,
    /// What the store has not been asked yet.
    wanted: Vec<Key>,
    /// What is to be kept when the call is answered; for one key in this order.
    writes: HashMap<Key, Vec<Write>>,
    /// Keys whose write has failed: it is not tried again.
    unwritten: HashSet<Key>,
    /// Somebody else was first, or the store has failed: what was decided does not hold.
    overtaken: bool,
    /// No more is asked: what is not known has failed.
    closed: bool,
    /// Nothing is written.
    looks_only: bool,
    /// Ids that were looked up in sets that are not in memory, or are to be.
    looked_up: Vec<LookedUp>,
    /// Until when members are waited for, since they were first.
    members_until: Option<Instant>,
}

/// An id in a set that is not in memory.
struct LookedUp {
    set: RemoteSet,
    id: Box<str>,
    found: Lookup,
}

/// Members that one call looks up; further ones are unreachable.
const MOST_LOOKUPS: usize = 64;

impl<'a> Ledger<'a> {
    /// The ledger of a call, with a store or without.
    #[must_use]
    pub fn new(access: Option<&'a Access>) -> Self {
        Ledger {
            access,
            ..Ledger::default()
        }
    }

    /// Whether nothing could be known: an evaluation then needs no ledger.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.access.is_none() && self.entries.borrow().is_none()
    }

    /// Whether a store keeps what is assigned; else the caller is told of it.
    #[must_use]
    #[inline]
    pub fn keeps(&self) -> bool {
        self.access.is_some_and(Access::keeps)
    }

    /// Whether a call may be evaluated more than once.
    #[must_use]
    #[inline]
    pub fn may_ask(&self) -> bool {
        self.access.is_some()
    }

    /// Begins with another context: what the caller carried for the one before does not count.
    #[inline]
    pub fn begin_context(&self) {
        if let Some(entries) = &mut *self.entries.borrow_mut() {
            entries.carried.clear();
        }
    }

    /// Takes a record that the caller carries; of two of the same epoch the later one counts.
    pub fn carry(&self, key: Key, record: Record) {
        let mut entries = self.entries.borrow_mut();
        let carried = &mut entries.get_or_insert_default().carried;
        let records = carried.entry(key).or_default();
        records.retain(|before| before.epoch != record.epoch);
        records.push(record);
    }

    /// Keeps nothing: the call only looks.
    pub fn look_only(&self) {
        if self.access.is_some() {
            let mut entries = self.entries.borrow_mut();
            entries.get_or_insert_default().looks_only = true;
        }
    }

    /// Wants a record kept when the call is answered; `false` when that has failed: the decision is
    /// degraded.
    pub fn keep(&self, write: Write) -> bool {
        if !self.keeps() {
            return true;
        }
        let mut entries = self.entries.borrow_mut();
        let entries = entries.get_or_insert_default();
        if entries.unwritten.contains(&write.key) {
            return false;
        }
        if !entries.closed && !entries.looks_only {
            let writes = entries.writes.entry(write.key.clone()).or_default();
            // Several decisions of one call may rest on one assignment.
            if !writes.contains(&write) {
                writes.push(write);
            }
        }
        true
    }

    /// Whether the call is not answered by its last evaluation yet.
    #[must_use]
    #[inline]
    pub fn unsettled(&self) -> bool {
        let unsettled = |entries: &Entries| entries.waits() || !entries.writes.is_empty();
        self.entries.borrow().as_deref().is_some_and(unsettled)
    }

    /// Asks the store for what was wanted, or else writes; `true` when the call is to be evaluated
    /// again.
    pub async fn settle(&mut self, deadline: Option<Instant>) -> bool {
        let (Some(access), Some(entries)) = (self.access, self.entries.get_mut()) else {
            return false;
        };
        if entries.waits() {
            let wanted = std::mem::take(&mut entries.wanted);
            let asked = entries.asked();
            let until = entries.members_until(access.member_budget(), deadline);
            let (kept, found) = join(
                access.read(&wanted, deadline),
                access.look_up(&asked, until),
            )
            .await;
            entries.known.extend(wanted.into_iter().zip(kept));
            entries.told(found);
            return true;
        }
        let writes = std::mem::take(&mut entries.writes);
        let writes: Vec<Write> = writes.into_values().flatten().collect();
        let written = access.write(&writes, deadline).await;
        for (write, written) in writes.into_iter().zip(written) {
            entries.became(write, written);
        }
        entries.overtaken
    }

    /// Begins another evaluation of the call.
    pub fn begin_again(&mut self) {
        if let Some(entries) = self.entries.get_mut() {
            entries.carried.clear();
            entries.wanted.clear();
            entries.writes.clear();
            entries.overtaken = false;
        }
    }

    /// Asks the store nothing more, and writes nothing more: what is not known has failed.
    pub fn close(&mut self) {
        self.entries.get_mut().get_or_insert_default().closed = true;
    }
}

impl Entries {
    /// Whether something is to be asked before it can be decided.
    fn waits(&self) -> bool {
        !self.wanted.is_empty() || self.pending().next().is_some()
    }

    fn pending(&self) -> impl Iterator<Item = &LookedUp> {
        let pending = |one: &&LookedUp| one.found == Lookup::Pending;
        self.looked_up.iter().filter(pending)
    }

    /// What is to be looked up.
    fn asked(&self) -> Vec<(RemoteSet, Box<str>)> {
        let asked = self.pending().map(|one| (one.set, one.id.clone()));
        asked.collect()
    }

    /// Takes what was found, in the order in which it was asked.
    fn told(&mut self, found: Vec<Option<bool>>) {
        let pending = self.looked_up.iter_mut();
        let pending = pending.filter(|one| one.found == Lookup::Pending);
        for (one, found) in pending.zip(found) {
            one.found = found.map_or(Lookup::Unreachable, Lookup::Found);
        }
    }

    /// All look-ups of a call have one budget.
    fn members_until(&mut self, budget: Duration, deadline: Option<Instant>) -> Option<Instant> {
        let until = *self
            .members_until
            .get_or_insert_with(|| Instant::now() + budget);
        Some(deadline.map_or(until, |deadline| deadline.min(until)))
    }

    /// What is known of a member.
    fn member(&mut self, set: &RemoteSet, id: &str) -> Lookup {
        let is_it = |one: &&LookedUp| one.set == *set && *one.id == *id;
        match self.looked_up.iter().find(is_it) {
            Some(one) if one.found != Lookup::Pending || !self.closed => return one.found,
            None if !self.closed && self.looked_up.len() < MOST_LOOKUPS => {}
            _ => return Lookup::Unreachable,
        }
        self.looked_up.push(LookedUp {
            set: *set,
            id: id.into(),
            found: Lookup::Pending,
        });
        Lookup::Pending
    }

    /// Notes what became of a write: what was decided holds only when it is kept.
    fn became(&mut self, write: Write, written: Written) {
        match written {
            Written::Kept => return,
            Written::Failed => {
                self.unwritten.insert(write.key);
            }
            Written::Taken(there) => {
                let known = self.known.entry(write.key);
                match known.or_insert_with(|| Kept::Records(Vec::new())) {
                    Kept::Records(records) => {
                        records.retain(|record| record.epoch != there.epoch);
                        records.push(there);
                    }
                    known => *known = Kept::Records(vec![there]),
                }
            }
        }
        self.overtaken = true;
    }

    fn of_store(&mut self, access: &Access, (experiment, kind, id): (&str, &str, &str)) -> Kept {
        if self.known.is_empty()
            && let Some(kept) = access.find_now(experiment, kind, id)
        {
            return kept;
        }
        let key = Key::new(experiment, kind, id);
        match self.known.get(&key) {
            Some(Kept::Pending) if self.closed => return Kept::Failed,
            Some(kept) => return kept.clone(),
            None => {}
        }
        if let Some(kept) = access.find_now(experiment, kind, id) {
            return kept;
        }
        if self.closed {
            return Kept::Failed;
        }
        self.known.insert(key.clone(), Kept::Pending);
        self.wanted.push(key);
        Kept::Pending
    }

    fn of_caller(&self, (experiment, kind, id): (&str, &str, &str)) -> Vec<Record> {
        if self.carried.is_empty() {
            return Vec::new();
        }
        let carried = self.carried.get(&Key::new(experiment, kind, id));
        carried.cloned().unwrap_or_default()
    }
}

impl Assignments for &Ledger<'_> {
    fn find(&mut self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept {
        let key = (experiment, unit_kind, unit_id);
        let mut borrowed = self.entries.borrow_mut();
        let entries = borrowed.get_or_insert_default();
        let Some(access) = self.access.filter(|access| access.keeps()) else {
            return Kept::Records(entries.of_caller(key));
        };
        let kept = entries.of_store(access, key);
        let none = matches!(&kept, Kept::Records(records) if records.is_empty());
        if entries.carried.is_empty() || !none {
            return kept;
        }
        let carried = entries.of_caller(key);
        drop(borrowed);
        for record in &carried {
            self.keep(Write {
                key: Key::new(experiment, unit_kind, unit_id),
                record: record.clone(),
                replaces: None,
            });
        }
        Kept::Records(carried)
    }

    fn member(&mut self, set: &RemoteSet, id: &str) -> Lookup {
        // No segment has the empty id, and every set its mark.
        if id.is_empty() {
            return Lookup::Found(false);
        }
        if !self.access.is_some_and(Access::looks_up) {
            return Lookup::Unreachable;
        }
        let mut entries = self.entries.borrow_mut();
        entries.get_or_insert_default().member(set, id)
    }
}

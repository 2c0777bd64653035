//! A store of assignments that is a map, and a unit that asks again and again.
#![allow(dead_code)] // Each test file uses its own part.

use std::collections::BTreeMap;

use turnout_engine::{
    Assignment, Assignments, Context, Decision, Evaluation, Instant, Kept, Program, Reason, Record,
    ValueRef,
};

use crate::catalogue::variant;

/// Experiment, unit kind, unit id, epoch.
type Key = (String, String, String, u32);

#[derive(Debug, Default)]
pub struct Memory {
    pub records: BTreeMap<Key, Record>,
    /// Unit kinds that cannot be asked.
    pub failing: Vec<&'static str>,
    pub pending: bool,
    pub asked: usize,
}

impl Assignments for Memory {
    fn find(&mut self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept {
        self.asked += 1;
        if self.pending {
            return Kept::Pending;
        }
        if self.failing.contains(&unit_kind) {
            return Kept::Failed;
        }
        let found = self.records.iter().filter(|((of, kind, id, _), _)| {
            (&**of, &**kind, &**id) == (experiment, unit_kind, unit_id)
        });
        Kept::Records(found.map(|(_, record)| record.clone()).collect())
    }
}

impl Memory {
    /// First write wins, but for a compare-and-set.
    pub fn write(&mut self, program: &Program, assignment: &Assignment) {
        let key = (
            program.items()[assignment.experiment.at()].key.to_string(),
            program.unit_kinds()[assignment.unit.at()].to_string(),
            assignment.unit_id.to_string(),
            assignment.epoch,
        );
        let variant = program.variant(assignment.variant).expect("the variant");
        let snapshot = assignment.snapshot.as_deref();
        let record = Record {
            epoch: assignment.epoch,
            variant: variant.name.clone(),
            assigned_at: assignment.assigned_at,
            snapshot: snapshot.unwrap_or(program.id()).into(),
        };
        if self.records.get(&key) == assignment.replaces.as_ref() {
            self.records.insert(key, record);
        }
    }

    pub fn keep(&mut self, experiment: &str, kind: &str, id: &str, record: Record) {
        let key = (
            experiment.to_owned(),
            kind.to_owned(),
            id.to_owned(),
            record.epoch,
        );
        self.records.insert(key, record);
    }
}

pub fn record(epoch: u32, variant: &str, assigned_at: i64) -> Record {
    Record {
        epoch,
        variant: variant.into(),
        assigned_at: Instant(assigned_at),
        snapshot: "before".into(),
    }
}

/// Who asks, and what they know of themselves.
#[derive(Clone, Debug)]
pub struct Asking {
    pub units: Vec<(&'static str, String)>,
    pub plan: Option<&'static str>,
    pub beta: Option<bool>,
    pub unknown: Vec<&'static str>,
    pub now: Instant,
}

impl Asking {
    pub fn user(id: &str) -> Self {
        Self {
            units: vec![("user", id.to_owned())],
            plan: Some("gold"),
            beta: None,
            unknown: vec![],
            now: Instant(0),
        }
    }

    pub fn fill<'a>(&'a self, program: &Program, context: &mut Context<'a>) {
        for (kind, id) in &self.units {
            context.unit(program, kind, id);
        }
        if let Some(plan) = self.plan {
            context.set(program, "plan", ValueRef::String(plan));
        }
        if let Some(beta) = self.beta {
            context.set(program, "beta", ValueRef::Boolean(beta));
        }
        for name in &self.unknown {
            context.unknown(program, name);
        }
    }

    /// Decides and keeps what is to be kept.
    pub fn decide(&self, program: &Program, key: &str, memory: &mut Memory) -> Decision {
        let mut context = Context::new(program);
        self.fill(program, &mut context);
        let item = program.item(key).expect("the item");
        let mut evaluation =
            Evaluation::new(program, &mut context, self.now).with_assignments(memory);
        let decision = evaluation.decide(item);
        let pending = evaluation.is_pending();
        assert_eq!(pending, memory.pending && memory.asked > 0);
        for assignment in decision.assignments.iter().filter(|_| !pending) {
            memory.write(program, assignment);
        }
        decision
    }

    pub fn answer(&self, program: &Program, key: &str, memory: &mut Memory) -> (String, Reason) {
        let decision = self.decide(program, key, memory);
        (variant(program, &decision).to_owned(), decision.reason)
    }
}

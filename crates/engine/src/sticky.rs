//! What is stored outside: assignments of units, and members that are not in memory.
use std::fmt;

use crate::evaluation::{Evaluation, Instant};
use crate::index::{ItemIndex, UnitKindIndex, VariantIndex};
use crate::members::{Lookup, RemoteSet};

/// Where assignments are kept: a parameter of an evaluation, for the engine does no I/O.
pub trait Assignments {
    /// What is kept of a unit for an experiment, by the names in the snapshot.
    fn find(&mut self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept;

    /// Whether an id is in a set that is not in memory; who has no way to such sets cannot say.
    fn member(&mut self, _: &RemoteSet, _: &str) -> Lookup {
        Lookup::Unreachable
    }
}

/// What a store knows of a unit for an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The records of every epoch; perhaps none.
    Records(Vec<Record>),
    /// Not read yet: evaluate again once it was.
    Pending,
    /// The store could not be asked in time: the hash decides, degraded, and nothing is written.
    Failed,
}

/// A stored assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The experiment's epoch when it was assigned.
    pub epoch: u32,
    /// The name of the variant; perhaps one that is gone.
    pub variant: Box<str>,
    /// When it was assigned; a ttl counts from here.
    pub assigned_at: Instant,
    /// The id of the snapshot that assigned it.
    pub snapshot: Box<str>,
}

/// What is to be kept after a decision: first write wins, except where it replaces a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The experiment that enrolled the unit.
    pub experiment: ItemIndex,
    /// The experiment's epoch.
    pub epoch: u32,
    /// The kind of the unit.
    pub unit: UnitKindIndex,
    /// The unit's id.
    pub unit_id: Box<str>,
    /// The variant that the unit keeps.
    pub variant: VariantIndex,
    /// When it was assigned: now, unless the record of a fallback unit is copied.
    pub assigned_at: Instant,
    /// The snapshot that assigned it; `None`: the one that decided.
    pub snapshot: Option<Box<str>>,
    /// The record that gives way, by compare-and-set; `None`: the first write wins.
    pub replaces: Option<Record>,
}

/// The store of an evaluation, if it has one, and how asking it went.
#[derive(Default)]
pub(crate) struct Store<'c> {
    assignments: Option<&'c mut (dyn Assignments + 'c)>,
    pending: bool,
}

impl fmt::Debug for Store<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Store")
            .field("given", &self.assignments.is_some())
            .field("pending", &self.pending)
            .finish()
    }
}

impl Store<'_> {
    pub(crate) fn is_given(&self) -> bool {
        self.assignments.is_some()
    }

    /// What is kept of a unit; without a store nothing is.
    pub(crate) fn find(&mut self, experiment: &str, unit_kind: &str, unit_id: &str) -> Kept {
        let Some(assignments) = &mut self.assignments else {
            return Kept::Records(Vec::new());
        };
        let kept = assignments.find(experiment, unit_kind, unit_id);
        self.pending |= kept == Kept::Pending;
        kept
    }

    /// Whether an id is in a set that is not in memory.
    pub(crate) fn member(&mut self, set: &RemoteSet, id: &str) -> Lookup {
        let Some(assignments) = &mut self.assignments else {
            return Lookup::Unreachable;
        };
        let found = assignments.member(set, id);
        self.pending |= found == Lookup::Pending;
        found
    }
}

impl<'c> Evaluation<'_, 'c, '_> {
    /// Looks into a store for what was assigned before. Without one nothing was, and what is to
    /// be kept is told all the same: the caller may carry it.
    #[must_use]
    pub fn with_assignments(mut self, assignments: &'c mut (dyn Assignments + 'c)) -> Self {
        self.store = Store {
            assignments: Some(assignments),
            pending: false,
        };
        self
    }

    /// Whether the store has to be read first: what was decided so far is to be thrown away, and
    /// decided by a new evaluation once everything that was looked for is there.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.store.pending
    }
}

//! Whose record, and what is to be written about it.
use turnout_engine::{Assignment, Program};

use crate::Record;

/// A unit in an experiment; its records are told apart by their epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The experiment's key.
    pub experiment: Box<str>,
    /// The kind of the unit, for example `user`.
    pub unit_kind: Box<str>,
    /// The unit's id, byte-exact.
    pub unit_id: Box<str>,
}

impl Key {
    /// A key of its own memory.
    #[must_use]
    pub fn new(experiment: &str, unit_kind: &str, unit_id: &str) -> Self {
        Self {
            experiment: experiment.into(),
            unit_kind: unit_kind.into(),
            unit_id: unit_id.into(),
        }
    }
}

/// A record to keep: the first one of an epoch wins, unless it is the one that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Whose.
    pub key: Key,
    /// What.
    pub record: Record,
    /// The record that may stand there and is overwritten; any other stays.
    pub replaces: Option<Record>,
}

impl Write {
    /// What an assignment of this program asks to keep; `None` for an assignment of another.
    #[must_use]
    pub fn of(program: &Program, assignment: Assignment) -> Option<Self> {
        let experiment = program.items().get(assignment.experiment.at())?;
        let unit_kind = program.unit_kinds().get(assignment.unit.at())?;
        Some(Self {
            key: Key {
                experiment: experiment.key.clone(),
                unit_kind: unit_kind.clone(),
                unit_id: assignment.unit_id,
            },
            record: Record {
                epoch: assignment.epoch,
                variant: program.variant(assignment.variant)?.name.clone(),
                assigned_at: assignment.assigned_at,
                snapshot: assignment.snapshot.unwrap_or_else(|| program.id().into()),
            },
            replaces: assignment.replaces,
        })
    }
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is kept, or the very same record was there.
    Kept,
    /// Another record of the epoch was there first.
    Taken(Record),
    /// The store could not be asked in time, or has no room.
    Failed,
}

/// Puts a write into the records of its key; gives the record that was there first.
pub(crate) fn apply(records: &mut Vec<Record>, write: &Write) -> Result<(), Record> {
    let epoch = write.record.epoch;
    let Some(there) = records.iter_mut().find(|record| record.epoch == epoch) else {
        records.push(write.record.clone());
        return Ok(());
    };
    if write.replaces.as_ref() == Some(there) {
        *there = write.record.clone();
        return Ok(());
    }
    if *there == write.record {
        return Ok(());
    }
    Err(there.clone())
}

#[cfg(test)]
pub(crate) mod tests {
    use turnout_engine::Instant;

    use super::*;

    pub(crate) fn record(epoch: u32, variant: &str) -> Record {
        Record {
            epoch,
            variant: variant.into(),
            assigned_at: Instant(1_700_000_000_000_000_000),
            snapshot: "ab".repeat(32).into(),
        }
    }

    pub(crate) fn write(unit: &str, record: Record) -> Write {
        Write {
            key: Key::new("button", "user", unit),
            record,
            replaces: None,
        }
    }

    #[test]
    fn the_first_record_of_an_epoch_wins_and_other_epochs_stay() {
        let mut records = vec![record(0, "a")];
        assert_eq!(
            apply(&mut records, &write("u", record(0, "b"))),
            Err(record(0, "a"))
        );
        assert_eq!(apply(&mut records, &write("u", record(0, "a"))), Ok(()));
        assert_eq!(apply(&mut records, &write("u", record(1, "b"))), Ok(()));
        assert_eq!(records, [record(0, "a"), record(1, "b")]);
    }

    #[test]
    fn a_record_is_replaced_only_by_who_has_seen_it() {
        let replacing = |seen: &str, variant: &str| Write {
            replaces: Some(record(0, seen)),
            ..write("u", record(0, variant))
        };
        let mut records = vec![record(0, "gone")];
        assert_eq!(
            apply(&mut records, &replacing("other", "b")),
            Err(record(0, "gone"))
        );
        assert_eq!(apply(&mut records, &replacing("gone", "b")), Ok(()));
        assert_eq!(
            apply(&mut records, &replacing("gone", "c")),
            Err(record(0, "b"))
        );
        assert_eq!(records, [record(0, "b")]);
    }
}

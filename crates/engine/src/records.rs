//! What the records of a unit come to: one that counts, one that gives way, or a block.
use crate::context::NamedUnit;
use crate::decision::Unknown;
use crate::evaluation::{Evaluation, Instant};
use crate::experiment::Experiment;
use crate::index::{ItemIndex, VariantIndex};
use crate::program::Program;
use crate::sticky::{Kept, Record};
use crate::truth::Truth;
use crate::visitor::{Step, Visitor};

/// Who an experiment looks at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Units<'a> {
    /// Of the experiment's unit kind, or else of its fallback's: slots, layers and overrides use
    /// this one, and records are written for it.
    pub(crate) unit: Option<NamedUnit<'a>>,
    /// Of the fallback's kind, beside one of the experiment's: its record may count.
    pub(crate) fallback: Option<NamedUnit<'a>>,
}

/// What the records of both units come to.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Either was enrolled before the oldest epoch that still counts.
    pub(crate) blocked: bool,
    /// The record that counts, but for the layer's slot.
    pub(crate) valid: Option<Valid>,
    /// The unit's own record of this epoch, when it does not count.
    pub(crate) replaces: Option<Record>,
    /// Its variant is gone.
    pub(crate) removed: bool,
    /// The store could not say, so that nothing is written.
    pub(crate) unread: bool,
}

/// A record that counts.
#[derive(Debug)]
pub(crate) struct Valid {
    pub(crate) variant: VariantIndex,
    pub(crate) record: Record,
    /// It is the fallback unit's, and is copied.
    pub(crate) of_fallback: bool,
}

/// What is kept of one unit.
#[derive(Default)]
struct Read {
    failed: bool,
    blocked: bool,
    current: Option<(Record, Validity)>,
}

enum Validity {
    Valid(VariantIndex),
    Expired,
    VariantGone,
}

impl Evaluation<'_, '_, '_> {
    pub(crate) fn standing<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &Experiment,
        units: Units<'_>,
        visitor: &mut V,
    ) -> Standing {
        if !self.store.is_given() {
            return Standing::default();
        }
        let mut read = |unit: Option<NamedUnit<'_>>| match unit {
            Some(unit) => self.read(index, experiment, unit, visitor),
            None => Read::default(),
        };
        let (own, fallback) = (read(units.unit), read(units.fallback));
        let blocked = own.blocked || fallback.blocked;
        let mut standing = own.standing();
        if standing.valid.is_none() && !standing.unread {
            let fallback = fallback.standing();
            standing.unread = fallback.unread;
            standing.valid = fallback.valid.map(|valid| Valid {
                of_fallback: true,
                ..valid
            });
        }
        Standing {
            blocked,
            ..standing
        }
    }

    fn read<V: Visitor>(
        &mut self,
        index: ItemIndex,
        experiment: &Experiment,
        unit: NamedUnit<'_>,
        visitor: &mut V,
    ) -> Read {
        let program = self.program;
        let key = program.items().get(index.at()).map_or("", |item| &item.key);
        let kind = program.unit_kinds().get(unit.kind.at());
        let kept = self.store.find(key, kind.map_or("", |kind| kind), unit.id);
        visitor.enter(Step::Records(index));
        let any = match &kept {
            Kept::Records(records) => Truth::from(!records.is_empty()),
            Kept::Pending | Kept::Failed => Truth::Unknown,
        };
        visitor.leave(Step::Records(index), any);
        let records = match kept {
            Kept::Records(records) => records,
            Kept::Pending | Kept::Failed => {
                self.context.scratch.trail.push(Unknown::Records(index));
                return Read {
                    failed: true,
                    ..Read::default()
                };
            }
        };
        let older = |record: &Record| record.epoch < experiment.min_epoch;
        let blocked = records.iter().any(older);
        let mut records = records.into_iter();
        let current = records.find(|record| record.epoch == experiment.epoch);
        Read {
            failed: false,
            blocked,
            current: current.map(|record| {
                let validity = validity(&record, program, experiment, self.now());
                (record, validity)
            }),
        }
    }
}

impl Read {
    /// As if there was no other unit.
    fn standing(self) -> Standing {
        let mut standing = Standing {
            unread: self.failed,
            ..Standing::default()
        };
        match self.current {
            None => {}
            Some((record, Validity::Valid(variant))) => {
                standing.valid = Some(Valid {
                    variant,
                    record,
                    of_fallback: false,
                });
            }
            Some((record, invalid)) => {
                standing.removed = matches!(invalid, Validity::VariantGone);
                standing.replaces = Some(record);
            }
        }
        standing
    }
}

fn validity(record: &Record, program: &Program, experiment: &Experiment, now: Instant) -> Validity {
    let Some(variant) = experiment.variant_named(program, &record.variant) else {
        return Validity::VariantGone;
    };
    let over = |ttl: i64| now.0 >= record.assigned_at.0.saturating_add(ttl);
    if experiment.ttl.is_some_and(over) {
        return Validity::Expired;
    }
    Validity::Valid(variant)
}

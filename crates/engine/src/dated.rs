//! Conditions on dates, which look at now and at a zone.
use jiff::civil::DateTime;
use turnout_snapshot::turnout::snapshot::v1::EpochUnit;

use crate::context::{Context, State};
use crate::evaluation::{Evaluation, Instant};
use crate::expression::Concluded;
use crate::index::{AttributeIndex, OperandIndex};
use crate::number::Number;
use crate::operators::{Dated, Row};
use crate::time::{Point, Written, Zone};
use crate::truth::Truth;
use crate::value::ValueRef;
use crate::visitor::{AttributeState, Visitor};

/// A linked comparison of an attribute as an instant.
#[derive(Debug)]
pub(crate) struct DatedCondition {
    pub(crate) attribute: AttributeIndex,
    pub(crate) operand: OperandIndex,
    /// The truth for UNSET: the operator's law, or what the condition says.
    pub(crate) unset: Truth,
    pub(crate) row: &'static Row,
    pub(crate) comparison: Dated,
    pub(crate) zone: ZoneChoice,
    pub(crate) epoch: EpochUnit,
}

/// Whose days and hours a condition means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ZoneChoice {
    Known(Zone),
    /// The unit's own.
    Unit(UnitZone),
}

impl ZoneChoice {
    pub(crate) fn known(self) -> Option<Zone> {
        match self {
            Self::Known(zone) => Some(zone),
            Self::Unit(_) => None,
        }
    }
}

/// Where a unit's own zone is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitZone {
    pub(crate) name: AttributeIndex,
    pub(crate) offset: AttributeIndex,
    /// The workspace's.
    pub(crate) fallback: Zone,
}

/// What is known of a unit's zone.
enum Told {
    Zone(Zone),
    /// Nothing is told: it has none.
    Nothing,
    /// It could not be known, for want of this attribute.
    Unknown(AttributeIndex),
}

impl UnitZone {
    /// A usable name, else a usable offset; a name that is not known leaves the offset to say it.
    fn of(self, context: &Context<'_>) -> Told {
        let name = read(context, self.name, |value| match value {
            ValueRef::String(name) => Zone::named(name),
            _ => None,
        });
        if let Told::Zone(_) = name {
            return name;
        }
        let offset = read(context, self.offset, |value| {
            Zone::fixed(Number::read(value)?.integer()?)
        });
        match (name, offset) {
            (_, offset @ Told::Zone(_)) => offset,
            (unknown @ Told::Unknown(_), _) => unknown,
            (_, offset) => offset,
        }
    }
}

fn read(
    context: &Context<'_>,
    attribute: AttributeIndex,
    zone: impl Fn(ValueRef<'_>) -> Option<Zone>,
) -> Told {
    match context.attribute(attribute) {
        State::Set(entry) => zone(entry.value).map_or(Told::Nothing, Told::Zone),
        State::Unset => Told::Nothing,
        State::Unknown => Told::Unknown(attribute),
    }
}

/// An attribute's value as a point in time.
enum Reading {
    Point(Point),
    /// In the condition's zone.
    Naive(DateTime),
}

impl Reading {
    /// `None` when the value is unusable as a point in time.
    #[inline]
    fn of(value: ValueRef<'_>, epoch: EpochUnit) -> Option<Self> {
        let point = match value {
            ValueRef::String(text) => match Written::parse(text)? {
                Written {
                    civil,
                    offset: None,
                } => return Some(Self::Naive(civil)),
                Written {
                    civil,
                    offset: Some(offset),
                } => Point::at_offset(civil, offset),
            },
            ValueRef::Timestamp { seconds, nanos } => Point::new(seconds, nanos.into()),
            ValueRef::Integer(value) => Point::from_epoch(value, epoch)?,
            ValueRef::Double(value) => Point::from_epoch_double(value, epoch)?,
            _ => return None,
        };
        Some(Self::Point(point))
    }
}

/// What a condition on a date comes out as.
pub(crate) struct Outcome {
    state: AttributeState,
    truth: Truth,
    /// What could not be known when the truth is UNKNOWN.
    blamed: AttributeIndex,
    /// The workspace's zone stood in for the unit's.
    fell_back: bool,
}

impl DatedCondition {
    pub(crate) fn outcome(
        &self,
        context: &Context<'_>,
        state: &State<'_, '_>,
        now: Instant,
    ) -> Outcome {
        let outcome = |truth| Outcome {
            state: state.kind(),
            truth,
            blamed: self.attribute,
            fell_back: false,
        };
        let entry = match state {
            State::Set(entry) => entry,
            State::Unset => return outcome(self.unset),
            State::Unknown => return outcome(self.row.unknown),
        };
        let Some(reading) = Reading::of(entry.value, self.epoch) else {
            return outcome(Truth::Unknown);
        };
        match self.zone_for(context, &reading) {
            Ok((zone, fell_back)) => Outcome {
                fell_back,
                ..outcome(self.compare(&reading, now, zone))
            },
            Err(blamed) => Outcome {
                blamed,
                ..outcome(Truth::Unknown)
            },
        }
    }

    fn compare(&self, reading: &Reading, now: Instant, zone: Zone) -> Truth {
        let point = match *reading {
            Reading::Point(point) => point,
            Reading::Naive(civil) => zone.point(civil),
        };
        Truth::from(self.comparison.holds(point, now.into(), zone) != self.row.inverted)
    }

    /// The zone, and whether it stands in for the unit's; or the attribute for want of which it
    /// could not be known.
    #[inline]
    fn zone_for(
        &self,
        context: &Context<'_>,
        reading: &Reading,
    ) -> Result<(Zone, bool), AttributeIndex> {
        match self.zone {
            ZoneChoice::Known(zone) => Ok((zone, false)),
            ZoneChoice::Unit(unit) => {
                let needed = matches!(reading, Reading::Naive(_)) || self.comparison.needs_zone();
                match needed.then(|| unit.of(context)) {
                    None => Ok((unit.fallback, false)),
                    Some(Told::Zone(zone)) => Ok((zone, false)),
                    Some(Told::Nothing) => Ok((unit.fallback, true)),
                    Some(Told::Unknown(attribute)) => Err(attribute),
                }
            }
        }
    }
}

impl Evaluation<'_, '_, '_> {
    pub(crate) fn dated_condition<V: Visitor>(
        &mut self,
        condition: &DatedCondition,
        visitor: &mut V,
    ) -> Truth {
        let state = self.context.attribute(condition.attribute);
        let outcome = condition.outcome(self.context, &state, self.now());
        self.conclude_dated(condition, &outcome, visitor)
    }

    pub(crate) fn conclude_dated<V: Visitor>(
        &mut self,
        condition: &DatedCondition,
        outcome: &Outcome,
        visitor: &mut V,
    ) -> Truth {
        self.context.scratch.fell_back |= outcome.fell_back;
        self.conclude(
            Concluded {
                attribute: condition.attribute,
                operand: condition.operand,
                state: outcome.state,
                row: condition.row,
                truth: outcome.truth,
                blamed: outcome.blamed,
            },
            visitor,
        )
    }
}

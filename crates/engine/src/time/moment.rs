//! A point in time as a condition names it.
use buffa_types::google::protobuf::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};
use turnout_snapshot::turnout::snapshot::v1 as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::moment::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::MomentView;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::moment::Kind as KindView;

use super::{Point, Zone};

/// How far a moment may be from now: 5000 years, so that the calendar reaches it from any now.
pub(super) const MAX_DAYS: i32 = 1_826_250;
pub(super) const MAX_MONTHS: i32 = 60_000;
pub(super) const DAY: i64 = 86_400;

/// A point in time as a condition names it; see the message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    Instant(Point),
    Civil(DateTime),
    DayOfYear { month: i8, day: i8, time: Time },
    Day { days: i32, time: Time },
    Months(i32),
    Seconds(i64),
}

impl Moment {
    /// The instant that it names at `now`.
    pub(crate) fn resolve(self, now: Point, zone: Zone) -> Point {
        let time = match self {
            Self::Instant(point) => return point,
            Self::Seconds(seconds) => return now.plus_seconds(seconds),
            Self::Civil(civil) => return zone.point(civil),
            Self::DayOfYear { time, .. } | Self::Day { time, .. } => time,
            Self::Months(_) => Time::midnight(),
        };
        zone.point(self.date(now, zone).to_datetime(time))
    }

    /// The date that it names at `now`, also one that the zone skipped.
    pub(crate) fn date(self, now: Point, zone: Zone) -> Date {
        let today = || zone.civil(now).date();
        match self {
            Self::Civil(civil) => civil.date(),
            Self::DayOfYear { month, day, .. } => day_of_year(today().year(), month, day),
            Self::Day { days, .. } => {
                let days = SignedDuration::from_secs(i64::from(days).saturating_mul(DAY));
                today().saturating_add(days)
            }
            Self::Months(months) => {
                let months = Span::new().try_months(months).unwrap_or_default();
                today().saturating_add(months)
            }
            Self::Instant(_) | Self::Seconds(_) => zone.civil(self.resolve(now, zone)).date(),
        }
    }

    /// An instant, if that is all it depends on in a known zone.
    pub(crate) fn known_in(self, zone: Option<Zone>) -> Self {
        match (self, zone) {
            (Self::Civil(civil), Some(zone)) => Self::Instant(zone.point(civil)),
            (moment, _) => moment,
        }
    }

    /// The date, if it does not depend on now.
    pub(crate) fn known_date(self, zone: Zone) -> Option<Date> {
        match self {
            Self::Instant(point) => Some(zone.civil(point).date()),
            Self::Civil(civil) => Some(civil.date()),
            _ => None,
        }
    }

    pub(crate) fn needs_zone(&self) -> bool {
        !matches!(self, Self::Instant(_) | Self::Seconds(_))
    }

    /// Reads a message; `None` when it names no moment.
    pub(crate) fn link(moment: &MomentView<'_>) -> Option<Self> {
        let linked = match moment.kind.as_ref()? {
            KindView::Instant(instant) => {
                let nanos = (0..1_000_000_000).contains(&instant.nanos);
                nanos.then(|| Point::new(instant.seconds, instant.nanos.into()))
            }
            .map(Self::Instant)?,
            KindView::Civil(civil) => {
                let date = date(civil.year, civil.month, civil.day)?;
                Self::Civil(date.to_datetime(time(civil.time)?))
            }
            KindView::DayOfYear(of_year) => {
                let date = date(2000, of_year.month, of_year.day)?;
                Self::DayOfYear {
                    month: date.month(),
                    day: date.day(),
                    time: time(of_year.time)?,
                }
            }
            KindView::Day(offset) => Self::Day {
                days: offset.days,
                time: time(offset.time)?,
            },
            KindView::Months(months) => Self::Months(*months),
            KindView::Seconds(seconds) => Self::Seconds(*seconds),
        };
        linked.is_in_reach().then_some(linked)
    }

    /// Whether the calendar reaches it from any now.
    pub(super) fn is_in_reach(self) -> bool {
        match self {
            Self::Day { days, .. } => (-MAX_DAYS..=MAX_DAYS).contains(&days),
            Self::Months(months) => (-MAX_MONTHS..=MAX_MONTHS).contains(&months),
            Self::Seconds(seconds) => {
                let days = i32::try_from(seconds.div_euclid(DAY));
                days.is_ok_and(|days| (-MAX_DAYS..=MAX_DAYS).contains(&days))
            }
            Self::Instant(_) | Self::Civil(_) | Self::DayOfYear { .. } => true,
        }
    }

    pub(crate) fn message(self) -> message::Moment {
        let kind = match self {
            Self::Instant(point) => {
                let (seconds, nanos) = point.parts();
                Kind::from(Timestamp {
                    seconds,
                    nanos,
                    ..Default::default()
                })
            }
            Self::Civil(civil) => Kind::from(message::CivilTime {
                year: civil.year().into(),
                month: unsigned(civil.month()),
                day: unsigned(civil.day()),
                time: nanos(civil.time()),
                ..Default::default()
            }),
            Self::DayOfYear { month, day, time } => Kind::from(message::DayOfYear {
                month: unsigned(month),
                day: unsigned(day),
                time: nanos(time),
                ..Default::default()
            }),
            Self::Day { days, time } => Kind::from(message::DayOffset {
                days,
                time: nanos(time),
                ..Default::default()
            }),
            Self::Months(months) => Kind::Months(months),
            Self::Seconds(seconds) => Kind::Seconds(seconds),
        };
        message::Moment {
            kind: Some(kind),
            ..Default::default()
        }
    }
}

/// 29 February is the 28th in a year that has none, as months are clamped.
fn day_of_year(year: i16, month: i8, day: i8) -> Date {
    let clamped = || Date::new(year, month, 28).unwrap_or(Date::ZERO);
    Date::new(year, month, day).unwrap_or_else(|_| clamped())
}

fn date(year: i32, month: u32, day: u32) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

/// A time of day from nanoseconds since 00:00.
fn time(nanos: u64) -> Option<Time> {
    let nanos = i64::try_from(nanos).ok()?;
    Time::midnight()
        .checked_add(SignedDuration::from_nanos(nanos))
        .ok()
}

fn nanos(time: Time) -> u64 {
    let since = time.duration_since(Time::midnight()).as_nanos();
    u64::try_from(since).unwrap_or_default()
}

fn unsigned(number: i8) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

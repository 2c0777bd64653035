//! Exact instants.
use jiff::Timestamp;
use jiff::civil::DateTime;
use turnout_snapshot::turnout::snapshot::v1::EpochUnit;

use crate::evaluation::Instant;
use crate::number::Number;

const SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970-01-01T00:00:00Z, whatever the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point(i128);

impl Point {
    pub(crate) fn new(seconds: i64, nanos: i64) -> Self {
        let whole = i128::from(seconds).saturating_mul(SECOND);
        Self(whole.saturating_add(nanos.into()))
    }

    /// Seconds or milliseconds since 1970; `None` when it is too large to tell which.
    pub(crate) fn from_epoch(value: i64, unit: EpochUnit) -> Option<Self> {
        let unit = match unit {
            EpochUnit::Unspecified => unit_by_size(value.unsigned_abs())?,
            unit => unit,
        };
        Some(Self(i128::from(value).saturating_mul(nanos_of(unit))))
    }

    /// As [`Point::from_epoch`]; digits below a nanosecond are cut.
    pub(crate) fn from_epoch_double(value: f64, unit: EpochUnit) -> Option<Self> {
        let unit = match unit {
            EpochUnit::Unspecified => double_unit_by_size(value.abs())?,
            unit => unit,
        };
        let whole = i64::try_from(integer(value.floor())?).ok()?;
        // A double has no bits beyond this many in its fraction that make a nanosecond.
        let fraction = integer(((value - value.floor()) * FRACTION).floor())?;
        let nanos = nanos_of(unit);
        let below = fraction.saturating_mul(nanos).checked_shr(FRACTION_BITS)?;
        let above = i128::from(whole).saturating_mul(nanos);
        Some(Self(above.saturating_add(below)))
    }

    /// A date and a time of day that many seconds ahead of UTC.
    pub(crate) fn at_offset(civil: DateTime, seconds_ahead: i32) -> Self {
        let since = civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        Self(since.as_nanos()).plus_seconds(i64::from(seconds_ahead).saturating_neg())
    }

    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(i128::from(seconds).saturating_mul(SECOND)),
        )
    }

    /// Whole seconds, rounded down, and the nanoseconds after them.
    pub(crate) fn parts(self) -> (i64, i32) {
        let seconds = i64::try_from(self.0.div_euclid(SECOND));
        let nanos = i32::try_from(self.0.rem_euclid(SECOND));
        (seconds.unwrap_or_default(), nanos.unwrap_or_default())
    }

    /// `None` where the library's calendar does not reach.
    pub(super) fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_nanosecond(self.0).ok()
    }
}

/// 2^90.
const FRACTION_BITS: u32 = 90;
const FRACTION: f64 = 1_237_940_039_285_380_274_899_124_224.0;

fn integer(value: f64) -> Option<i128> {
    Number::from_double(value)?.integer()
}

fn nanos_of(unit: EpochUnit) -> i128 {
    match unit {
        EpochUnit::Milliseconds => 1_000_000,
        EpochUnit::Seconds | EpochUnit::Unspecified => SECOND,
    }
}

fn unit_by_size(magnitude: u64) -> Option<EpochUnit> {
    match magnitude {
        0..100_000_000_000 => Some(EpochUnit::Seconds),
        100_000_000_000..100_000_000_000_000 => Some(EpochUnit::Milliseconds),
        _ => None,
    }
}

fn double_unit_by_size(magnitude: f64) -> Option<EpochUnit> {
    if magnitude < 1e11 {
        Some(EpochUnit::Seconds)
    } else {
        (magnitude < 1e14).then_some(EpochUnit::Milliseconds)
    }
}

impl From<Instant> for Point {
    fn from(Instant(nanos): Instant) -> Self {
        Self(nanos.into())
    }
}

impl From<Timestamp> for Point {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_nanosecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(value: f64, unit: EpochUnit) -> Option<i128> {
        Point::from_epoch_double(value, unit).map(|point| point.0)
    }

    #[test]
    fn a_number_is_seconds_or_milliseconds_by_its_size() {
        let read = |value| Point::from_epoch(value, EpochUnit::Unspecified).map(|point| point.0);
        for sign in [1, -1] {
            let seconds = 99_999_999_999 * sign;
            assert_eq!(read(seconds), Some(i128::from(seconds) * SECOND));
            let first = 100_000_000_000 * sign;
            assert_eq!(read(first), Some(i128::from(first) * 1_000_000));
            let last = 99_999_999_999_999 * sign;
            assert_eq!(read(last), Some(i128::from(last) * 1_000_000));
            assert_eq!(read(100_000_000_000_000 * sign), None);
        }
        assert_eq!(read(i64::MIN), None);
        for value in [0, 1, 99_999_999_999, -100_000_000_000, 100_000_000_000_000] {
            assert_eq!(
                epoch(value as f64, EpochUnit::Unspecified),
                read(value),
                "{value}"
            );
        }
    }

    #[test]
    fn a_schema_that_says_the_unit_goes_before_the_size() {
        let seconds = |value| Point::from_epoch(value, EpochUnit::Seconds);
        let milliseconds = |value| Point::from_epoch(value, EpochUnit::Milliseconds);
        assert_eq!(milliseconds(1_000), seconds(1));
        assert_eq!(milliseconds(-1), Some(Point(-1_000_000)));
        assert!(seconds(i64::MAX) > seconds(0) && seconds(i64::MIN) < seconds(0));
        assert_eq!(
            epoch(1e15, EpochUnit::Seconds),
            Some(1_000_000_000_000_000 * SECOND)
        );
        assert_eq!(epoch(1e19, EpochUnit::Seconds), None);
    }

    #[test]
    fn fractions_are_kept_to_the_nanosecond() {
        for (value, nanos) in [
            (0.5, 500_000_000),
            (-0.5, -500_000_000),
            (1.25, 1_250_000_000),
            (1e-9, 1),
            (1_466_578_800.5, 1_466_578_800_500_000_000),
        ] {
            assert_eq!(epoch(value, EpochUnit::Unspecified), Some(nanos), "{value}");
        }
        assert_eq!(epoch(1_500.5, EpochUnit::Milliseconds), Some(1_500_500_000));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(epoch(value, EpochUnit::Unspecified), None);
            assert_eq!(epoch(value, EpochUnit::Seconds), None);
        }
    }

    #[test]
    fn instants_before_1970_have_parts_that_count_forward() {
        assert_eq!(Point(-1).parts(), (-1, 999_999_999));
        assert_eq!(Point::new(-1, 999_999_999), Point(-1));
    }
}

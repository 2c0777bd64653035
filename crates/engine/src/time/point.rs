//! Exact instants.
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::evaluation::Instant;

const SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970-01-01T00:00:00Z, whatever the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point(i128);

impl Point {
    pub(crate) fn new(seconds: i64, nanos: i64) -> Self {
        let whole = i128::from(seconds).saturating_mul(SECOND);
        Self(whole.saturating_add(nanos.into()))
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

    /// The nearest that the calendar reaches.
    pub(super) fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
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

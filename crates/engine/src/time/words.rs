//! The forms in which documents write dates.
use jiff::civil::{Date, DateTime, Time};

use super::moment::{DAY, MAX_DAYS, MAX_MONTHS};
use super::{Moment, Point, Written};
use crate::literal::LiteralError;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const FORMS: &str = "write `2016-06-23`, `06/23/2016 08:00 AM`, `March 5 at 08:00 AM`, \
    `yesterday at 08:00`, `3 days ago` or `2 hours from now`";

/// What a literal says, before it is known whether it rolls.
enum Read {
    /// Rolling changes nothing.
    Fixed(Moment),
    /// Whole days from today, or exact ones from now.
    Days(i32),
    /// A day by the calendar, which cannot roll.
    Calendar(Moment),
}

/// Why a text is no moment.
enum Fault {
    /// Not in any form.
    Form,
    /// In a form, but no calendar has this day or no clock this time.
    Impossible,
    /// Beyond what the calendar reaches.
    TooFar,
}

/// Reads a literal; a date without an offset has no zone yet.
pub(crate) fn parse(text: &str, rolling: bool) -> Result<Moment, LiteralError> {
    let lower = text.trim().to_ascii_lowercase();
    let refused = |fault| LiteralError::new(explain(text, &fault));
    match read(&lower).map_err(refused)? {
        Read::Calendar(_) if rolling => Err(LiteralError::new(format!(
            "`{text}` cannot roll: with `rolling: true` write minutes, hours, days or weeks"
        ))),
        Read::Days(days) if rolling => Ok(Moment::Seconds(i64::from(days).saturating_mul(DAY))),
        Read::Days(days) => Ok(Moment::Day {
            days,
            time: Time::midnight(),
        }),
        Read::Fixed(moment) | Read::Calendar(moment) => Ok(moment),
    }
}

fn explain(text: &str, fault: &Fault) -> String {
    match fault {
        Fault::Form => format!("`{text}` is no date: {FORMS}"),
        Fault::Impossible => format!("`{text}` is on no calendar or clock: check its numbers"),
        Fault::TooFar => format!("`{text}` is too far from now: write at most 5000 years"),
    }
}

fn read(lower: &str) -> Result<Read, Fault> {
    if lower.as_bytes().get(4) == Some(&b'-') {
        return iso(lower);
    }
    let words: Vec<&str> = lower.split_ascii_whitespace().collect();
    match words.as_slice() {
        [count, unit, "ago"] => distance(count, unit, -1),
        [count, unit, "from", "now"] => distance(count, unit, 1),
        [word] if word.contains('/') => slashed(word, &[]),
        [date, clock @ ..] if date.contains('/') => slashed(date, clock),
        [word] if day_word(word).is_some() => named_day(word, Time::midnight()),
        [word, "at", clock @ ..] if day_word(word).is_some() => named_day(word, time(clock)?),
        [month, day] if month_number(month).is_some() => of_year(month, day, Time::midnight()),
        [month, day, "at", clock @ ..] if month_number(month).is_some() => {
            of_year(month, day, time(clock)?)
        }
        clock => Ok(Read::Fixed(Moment::Day {
            days: 0,
            time: time(clock)?,
        })),
    }
}

fn iso(lower: &str) -> Result<Read, Fault> {
    let written = Written::parse(lower).ok_or(Fault::Form)?;
    let civil = in_years(written.civil)?;
    Ok(Read::Fixed(match written.offset {
        Some(seconds) => Moment::Instant(Point::at_offset(civil, seconds)),
        None => Moment::Civil(civil),
    }))
}

/// The year 0 is an artefact of calculating, not a date that anybody means.
fn in_years(civil: DateTime) -> Result<DateTime, Fault> {
    if civil.year() >= 1 {
        Ok(civil)
    } else {
        Err(Fault::Impossible)
    }
}

/// `MM/DD/YYYY` or `MM/DD/YY`.
fn slashed(date: &str, clock: &[&str]) -> Result<Read, Fault> {
    let parts: Vec<&str> = date.split('/').collect();
    let [month, day, year] = parts.as_slice() else {
        return Err(Fault::Form);
    };
    let (month, day) = (short(month)?, short(day)?);
    let year = match (year.len(), digits(year).ok_or(Fault::Form)?) {
        (4, year) => year,
        (2, year @ 0..=68) => year.saturating_add(2000),
        (2, year) => year.saturating_add(1900),
        _ => return Err(Fault::Form),
    };
    let year = i16::try_from(year).map_err(|_| Fault::Form)?;
    let date = Date::new(year, month, day).map_err(|_| Fault::Impossible)?;
    let time = match clock {
        [] => Time::midnight(),
        clock => time(clock)?,
    };
    in_years(date.to_datetime(time)).map(|civil| Read::Fixed(Moment::Civil(civil)))
}

fn day_word(word: &str) -> Option<i32> {
    match word {
        "yesterday" => Some(-1),
        "today" => Some(0),
        "tomorrow" => Some(1),
        _ => None,
    }
}

fn named_day(word: &str, time: Time) -> Result<Read, Fault> {
    let days = day_word(word).ok_or(Fault::Form)?;
    Ok(Read::Calendar(Moment::Day { days, time }))
}

fn month_number(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|month| *month == word)?;
    i8::try_from(at.saturating_add(1)).ok()
}

fn of_year(month: &str, day: &str, time: Time) -> Result<Read, Fault> {
    let (month, day) = (month_number(month).ok_or(Fault::Form)?, short(day)?);
    // 2000 has every day that any year has.
    Date::new(2000, month, day).map_err(|_| Fault::Impossible)?;
    Ok(Read::Fixed(Moment::DayOfYear { month, day, time }))
}

/// `N units`, before or after now.
fn distance(count: &str, unit: &str, sign: i64) -> Result<Read, Fault> {
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let scale = match unit {
        "day" | "month" => 1,
        "week" => 7,
        "year" => 12,
        "minute" => 60,
        "hour" => 3600,
        _ => return Err(Fault::Form),
    };
    let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    if !is_count {
        return Err(Fault::Form);
    }
    let far = count
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(scale))
        .and_then(|count| count.checked_mul(sign))
        .ok_or(Fault::TooFar)?;
    let within = |limit: i32| i32::try_from(far).ok().filter(|n| n.abs() <= limit);
    match unit {
        "day" | "week" => within(MAX_DAYS).map(Read::Days),
        "month" | "year" => within(MAX_MONTHS).map(|far| Read::Calendar(Moment::Months(far))),
        _ => Some(Read::Fixed(Moment::Seconds(far))).filter(|_| {
            far.checked_abs()
                .is_some_and(|far| far <= i64::from(MAX_DAYS).saturating_mul(DAY))
        }),
    }
    .ok_or(Fault::TooFar)
}

/// `HH:MM`, of 24 hours or of 12 with `am` or `pm`.
fn time(clock: &[&str]) -> Result<Time, Fault> {
    let (written, half) = match clock {
        [written] => (written, None),
        [written, half @ ("am" | "pm")] => (written, Some(*half)),
        _ => return Err(Fault::Form),
    };
    let (hour, minute) = written.split_once(':').ok_or(Fault::Form)?;
    if minute.len() != 2 {
        return Err(Fault::Form);
    }
    let (hour, minute) = (short(hour)?, short(minute)?);
    let hour = match (half, hour) {
        (None, hour) => hour,
        (Some("am"), 12) => 0,
        (Some("am"), hour @ 1..=11) => hour,
        (Some(_), 12) => 12,
        (Some(_), hour @ 1..=11) => hour.saturating_add(12),
        _ => return Err(Fault::Impossible),
    };
    Time::new(hour, minute, 0, 0).map_err(|_| Fault::Impossible)
}

/// One or two digits.
fn short(text: &str) -> Result<i8, Fault> {
    let number = digits(text).filter(|_| text.len() <= 2);
    number
        .and_then(|number| i8::try_from(number).ok())
        .ok_or(Fault::Form)
}

fn digits(text: &str) -> Option<i32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{datetime, time};

    use super::*;

    fn day(days: i32, hour: i8, minute: i8) -> Moment {
        let time = time(hour, minute, 0, 0);
        Moment::Day { days, time }
    }

    fn of_year(month: i8, day: i8, hour: i8) -> Moment {
        let time = time(hour, 0, 0, 0);
        Moment::DayOfYear { month, day, time }
    }

    fn civil(year: i16, month: i8, day: i8, hour: i8, minute: i8) -> Moment {
        Moment::Civil(datetime(year, month, day, hour, minute, 0, 0))
    }

    #[test]
    fn every_form_is_read_with_words_in_any_case() {
        for (text, moment) in [
            ("08/05/2015", civil(2015, 8, 5, 0, 0)),
            ("8/5/15", civil(2015, 8, 5, 0, 0)),
            ("12/31/68", civil(2068, 12, 31, 0, 0)),
            ("1/1/69", civil(1969, 1, 1, 0, 0)),
            ("02/29/2024", civil(2024, 2, 29, 0, 0)),
            ("5/13/16 23:59", civil(2016, 5, 13, 23, 59)),
            ("5/13/2016 8:05", civil(2016, 5, 13, 8, 5)),
            ("5/13/2016 12:00 AM", civil(2016, 5, 13, 0, 0)),
            ("5/13/2016 12:30 pm", civil(2016, 5, 13, 12, 30)),
            ("5/13/2016 11:59 Pm", civil(2016, 5, 13, 23, 59)),
            ("March 5 at 08:00 AM", of_year(3, 5, 8)),
            ("MARCH 05 AT 8:00", of_year(3, 5, 8)),
            ("february 29", of_year(2, 29, 0)),
            ("December 31 at 11:00 pm", of_year(12, 31, 23)),
            ("08:00 AM", day(0, 8, 0)),
            ("8:00", day(0, 8, 0)),
            ("23:59", day(0, 23, 59)),
            ("12:00 am", day(0, 0, 0)),
            ("yesterday", day(-1, 0, 0)),
            ("Today", day(0, 0, 0)),
            ("TOMORROW", day(1, 0, 0)),
            ("yesterday at 08:15", day(-1, 8, 15)),
            ("tomorrow at 1:00 PM", day(1, 13, 0)),
            ("  today   at  9:30  ", day(0, 9, 30)),
            ("0 days ago", day(0, 0, 0)),
            ("1 day ago", day(-1, 0, 0)),
            ("1 DAYS AGO", day(-1, 0, 0)),
            ("2 week ago", day(-14, 0, 0)),
            ("7 days from now", day(7, 0, 0)),
            ("1 month ago", Moment::Months(-1)),
            ("2 years from now", Moment::Months(24)),
            ("90 minutes ago", Moment::Seconds(-5400)),
            ("1 hour from now", Moment::Seconds(3600)),
            ("5000 years ago", Moment::Months(-60_000)),
            ("2016-06-23", civil(2016, 6, 23, 0, 0)),
            ("2016-06-23 08:00", civil(2016, 6, 23, 8, 0)),
            (
                "2016-06-23T08:00Z",
                Moment::Instant(Point::new(1_466_668_800, 0)),
            ),
        ] {
            assert_eq!(parse(text, false), Ok(moment), "{text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "now",
            "never",
            "8",
            "8 AM",
            "08:00AM",
            "08:00:00",
            "8:0",
            "008:00",
            "08/05",
            "08/05/015",
            "08/05/20015",
            "8/5/",
            "/5/15",
            "08-05-2015",
            "08/05/2015 at 08:00",
            "08/05/2015T08:00",
            "Mar 5",
            "5 March",
            "March 5, 2016",
            "March 5 08:00",
            "March",
            "yesterday 08:00",
            "yesterday at",
            "day ago",
            "-1 days ago",
            "+1 days ago",
            "1.5 days ago",
            "a day ago",
            "1 days",
            "1 days hence",
            "1 second ago",
            "1 dayss ago",
            "1 days from",
            "in 2 days",
            "20160623",
            "1466578800",
            "2016-W25-4",
            "٣ days ago",
        ] {
            let error = parse(text, false).expect_err(text).message;
            assert!(error.contains("is no date: write"), "{text}: {error}");
        }
    }

    #[test]
    fn dates_and_times_that_do_not_exist_are_refused() {
        for text in [
            "02/30/2016",
            "02/29/2015",
            "13/01/2016",
            "00/01/2016",
            "1/0/16",
            "February 30",
            "April 31 at 08:00",
            "24:00",
            "08:60",
            "00:30 AM",
            "13:00 PM",
            "01/01/0000",
            "0000-01-01",
        ] {
            let error = parse(text, false).expect_err(text).message;
            assert!(error.contains("on no calendar"), "{text}: {error}");
        }
        for text in [
            "5001 years ago",
            "99999999999999999999 days ago",
            "9223372036854775807 hours from now",
        ] {
            let error = parse(text, false).expect_err(text).message;
            assert!(error.contains("too far"), "{text}: {error}");
        }
    }

    #[test]
    fn days_and_weeks_roll_and_the_calendar_does_not() {
        assert_eq!(parse("1 day ago", true), Ok(Moment::Seconds(-86_400)));
        assert_eq!(
            parse("2 weeks from now", true),
            Ok(Moment::Seconds(1_209_600))
        );
        for text in [
            "3 hours ago",
            "90 minutes from now",
            "06/23/2016",
            "08:00",
            "March 5",
            "2016-06-23T08:00Z",
        ] {
            assert_eq!(parse(text, true), parse(text, false), "{text}");
        }
        for text in [
            "1 month ago",
            "1 year from now",
            "today",
            "yesterday at 08:00",
            "tomorrow",
        ] {
            let error = parse(text, true).expect_err(text).message;
            assert!(error.contains("cannot roll"), "{text}: {error}");
        }
    }
}

//! RFC 3339 and ISO 8601 in the extended form, read without allocation.
use jiff::SignedDuration;
use jiff::civil::DateTime;

/// A date and a time of day as text said it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) civil: DateTime,
    /// Seconds ahead of UTC; `None`: the reader's zone.
    pub(crate) offset: Option<i32>,
}

impl Written {
    /// `YYYY-MM-DD`, or that, `T` or a space, `HH:MM`, perhaps `:SS` with up to 9 fraction digits,
    /// perhaps `Z`, `±HH:MM` or `±HH`. Nothing around it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, rest) = number(text.as_bytes(), 4)?;
        let (month, rest) = number(rest.strip_prefix(b"-")?, 2)?;
        let (day, rest) = number(rest.strip_prefix(b"-")?, 2)?;
        let date = (year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        let Some((b'T' | b't' | b' ', rest)) = rest.split_first() else {
            let civil = DateTime::new(date.0, date.1, date.2, 0, 0, 0, 0).ok()?;
            let offset = None;
            return rest.is_empty().then_some(Self { civil, offset });
        };
        let (hour, rest) = number(rest, 2)?;
        let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
        let (second, nanos, rest) = seconds(rest)?;
        let offset = offset(rest)?;
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        // A leap second is the first of the next minute, as clocks of computers count.
        let (second, leap) = if second == 60 { (59, 1) } else { (second, 0) };
        let second = i8::try_from(second).ok()?;
        let civil = DateTime::new(date.0, date.1, date.2, hour, minute, second, nanos).ok()?;
        let civil = match leap {
            0 => civil,
            leap => civil.checked_add(SignedDuration::from_secs(leap)).ok()?,
        };
        Some(Self { civil, offset })
    }
}

/// So many digits in front, and what follows them.
fn number(text: &[u8], length: usize) -> Option<(i16, &[u8])> {
    let (digits, rest) = text.split_at_checked(length)?;
    let mut value = 0_i16;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| digit & 0x0f)?;
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some((value, rest))
}

/// `:SS` and a fraction, both optional: seconds, nanoseconds, and what follows.
fn seconds(text: &[u8]) -> Option<(i16, i32, &[u8])> {
    let Some(text) = text.strip_prefix(b":") else {
        return Some((0, 0, text));
    };
    let (second, rest) = number(text, 2)?;
    let Some((b'.' | b',', fraction)) = rest.split_first() else {
        return Some((second, 0, rest));
    };
    let count = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (digits, rest) = fraction.split_at_checked(count)?;
    let digits = digits.iter().copied().chain(std::iter::repeat(b'0'));
    let nanos = digits.take(9).fold(0_i32, |nanos, digit| {
        nanos.wrapping_mul(10).wrapping_add((digit & 0x0f).into())
    });
    Some((second, nanos, rest))
}

/// What stands behind the time of day: nothing, or how far it is ahead of UTC.
#[allow(clippy::option_option)] // Outside: whether it can be read; inside: whether it is there.
fn offset(text: &[u8]) -> Option<Option<i32>> {
    let (sign, text) = match text.split_first() {
        None => return Some(None),
        Some((b'Z' | b'z', [])) => return Some(Some(0)),
        Some((b'+', rest)) => (1, rest),
        Some((b'-', rest)) => (-1, rest),
        Some(_) => return None,
    };
    let (hours, rest) = number(text, 2)?;
    let (minutes, rest) = match rest.strip_prefix(b":") {
        Some(rest) => number(rest, 2)?,
        None => (0, rest),
    };
    if hours > 23 || minutes > 59 || !rest.is_empty() {
        return None;
    }
    let seconds = i32::from(hours)
        .wrapping_mul(3600)
        .wrapping_add(i32::from(minutes).wrapping_mul(60));
    Some(Some(seconds.wrapping_mul(sign)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn the_extended_forms_are_read() {
        let day = |hour, minute, second, nanos| datetime(2016, 6, 23, hour, minute, second, nanos);
        for (text, civil, offset) in [
            ("2016-06-23", day(0, 0, 0, 0), None),
            ("2016-06-23T12:30", day(12, 30, 0, 0), None),
            ("2016-06-23 12:30:15", day(12, 30, 15, 0), None),
            ("2016-06-23t12:30:15z", day(12, 30, 15, 0), Some(0)),
            (
                "2016-06-23T12:30:15.5Z",
                day(12, 30, 15, 500_000_000),
                Some(0),
            ),
            (
                "2016-06-23T12:30:15,000000001+05:30",
                day(12, 30, 15, 1),
                Some(19_800),
            ),
            ("2016-06-23T12:30-07", day(12, 30, 0, 0), Some(-25_200)),
            ("2016-06-23T12:30:00-00:00", day(12, 30, 0, 0), Some(0)),
            (
                "2016-12-31T23:59:60Z",
                datetime(2017, 1, 1, 0, 0, 0, 0),
                Some(0),
            ),
            ("2024-02-29", datetime(2024, 2, 29, 0, 0, 0, 0), None),
            ("0000-01-01", datetime(0, 1, 1, 0, 0, 0, 0), None),
        ] {
            assert_eq!(
                Written::parse(text),
                Some(Written { civil, offset }),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "2016",
            "2016-06",
            "20160623",
            "2016-6-23",
            "2016-02-30",
            "2023-02-29",
            "2016-00-01",
            "2016-13-01",
            "02016-06-23",
            "+02016-06-23",
            "-2016-06-23",
            " 2016-06-23",
            "2016-06-23 ",
            "2016-06-23Z",
            "2016-06-23T",
            "2016-06-23T12",
            "2016-06-23T12Z",
            "2016-06-23T1230",
            "2016-06-23T24:00",
            "2016-06-23T23:60",
            "2016-06-23T23:59:61",
            "2016-06-23  12:30",
            "2016-06-23T12:30:15.",
            "2016-06-23T12:30:15.0123456789",
            "2016-06-23T12:30:15 Z",
            "2016-06-23T12:30:15+0530",
            "2016-06-23T12:30:15+24:00",
            "2016-06-23T12:30:15+05:60",
            "2016-06-23T12:30:15+5",
            "2016-06-23T12:30:15ZZ",
            "2016-06-23T12:30:15[UTC]",
            "2016-W25-4",
            "2016-175",
            "06/23/2016",
            "２016-06-23",
        ] {
            assert_eq!(Written::parse(text), None, "{text}");
        }
    }
}

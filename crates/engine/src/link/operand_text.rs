//! What a condition compares with, as text for people: nearly as documents write it.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::moment;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::oneof::operand::Kind;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{MomentView, OperandView};

/// Operands that are shown; the rest is counted.
const SHOWN: usize = 10;
/// Characters of one operand that are shown.
const LONGEST: usize = 100;
const NANOSECONDS: u64 = 1_000_000_000;

/// One operand as it is, several as `[a, b]`, none as nothing.
pub(super) fn operands(list: &[OperandView<'_>]) -> String {
    match list {
        [] => String::new(),
        [one] => kind(one),
        several => listed(several.iter().map(kind), several.len()),
    }
}

/// One name as it is, several as `[a, b]`.
pub(super) fn names(list: &[&str]) -> String {
    match list {
        [one] => (*one).to_owned(),
        several => listed(several.iter().map(|name| clipped(name)), several.len()),
    }
}

/// A range of slots as documents write it: a share, which its salt tells, or buckets.
pub(super) fn slots(salt: &str, start: u32, end: u32) -> String {
    match (start, start % 1_000, end % 1_000, end.checked_sub(1)) {
        (0, ..) if salt.ends_with(".share") => format!("share {}%", f64::from(end) / 10_000.0),
        (_, 0, 0, Some(last)) => format!("bucket_between [{}, {}]", start / 1_000, last / 1_000),
        _ => format!("slots {start} to {end}"),
    }
}

/// `[a, b and 3 more]`.
fn listed(texts: impl Iterator<Item = String>, count: usize) -> String {
    let shown: Vec<String> = texts.take(SHOWN).collect();
    let rest = match count.saturating_sub(shown.len()) {
        0 => String::new(),
        left => format!(" and {left} more"),
    };
    format!("[{}{rest}]", shown.join(", "))
}

fn kind(operand: &OperandView<'_>) -> String {
    match operand.kind.as_ref() {
        None => String::new(),
        Some(Kind::Text(text)) => clipped(text),
        Some(Kind::Number(text)) => (*text).to_owned(),
        Some(Kind::Boolean(value)) => value.to_string(),
        Some(Kind::Interval(pair)) => format!("[{}, {}]", pair.low, pair.high),
        Some(Kind::List(list)) => listed(
            list.texts.iter().map(|text| clipped(text)),
            list.texts.len(),
        ),
        Some(Kind::Modulo(modulo)) => {
            let (divisor, remainder) = (&modulo.divisor, &modulo.remainder);
            format!("{{divisor: {divisor}, remainder: {remainder}}}")
        }
        Some(Kind::Moment(one)) => instant(one),
        Some(Kind::Moments(pair)) => {
            let end = |end: Option<&MomentView<'_>>| end.map(instant).unwrap_or_default();
            let (low, high) = (end(pair.low.as_option()), end(pair.high.as_option()));
            format!("[{low}, {high}]")
        }
        Some(Kind::Versions(pair)) => format!("[{}, {}]", clipped(pair.low), clipped(pair.high)),
        Some(Kind::Circle(circle)) => {
            let (lat, lon, km) = (circle.latitude, circle.longitude, circle.kilometres);
            format!("{{lat: {lat}, lon: {lon}, km: {km}}}")
        }
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn instant(moment: &MomentView<'_>) -> String {
    match moment.kind.as_ref() {
        None => String::new(),
        Some(moment::Kind::Instant(at)) => jiff::Timestamp::new(at.seconds, at.nanos)
            .map_or_else(|_| String::new(), |at| at.to_string()),
        Some(moment::Kind::Civil(at)) => {
            let day = format!("{:04}-{:02}-{:02}", at.year, at.month, at.day);
            format!("{day}{}", time(at.time, "T"))
        }
        Some(moment::Kind::DayOfYear(at)) => {
            format!("{:02}/{:02}{}", at.month, at.day, time(at.time, " at "))
        }
        Some(moment::Kind::Day(at)) => {
            let day = match at.days {
                -1 => "yesterday".to_owned(),
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => offset(i64::from(days), "days"),
            };
            format!("{day}{}", time(at.time, " at "))
        }
        Some(moment::Kind::Months(months)) => offset(i64::from(*months), "months"),
        Some(moment::Kind::Seconds(seconds)) => match seconds.checked_rem(60) {
            Some(0) => offset(seconds.saturating_div(60), "minutes"),
            _ => offset(*seconds, "seconds"),
        },
    }
}

fn offset(count: i64, unit: &str) -> String {
    if count > 0 {
        format!("{count} {unit} from now")
    } else {
        format!("{} {unit} ago", count.unsigned_abs())
    }
}

/// A time of day after its separator; 00:00 is left out.
fn time(nanoseconds: u64, separator: &str) -> String {
    if nanoseconds == 0 {
        return String::new();
    }
    let seconds = nanoseconds / NANOSECONDS;
    let (hour, minute) = (seconds / 3600, (seconds / 60) % 60);
    match seconds % 60 {
        0 => format!("{separator}{hour:02}:{minute:02}"),
        second => format!("{separator}{hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{DayOffsetView, TextIntervalView};

    use super::*;

    fn operand(kind: Kind<'_>) -> OperandView<'_> {
        OperandView {
            kind: Some(kind),
            ..Default::default()
        }
    }

    #[test]
    fn one_is_itself_and_many_are_cut_short() {
        assert_eq!(operands(&[]), "");
        assert_eq!(operands(&[operand(Kind::Text("pro"))]), "pro");
        let numbers: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        let many: Vec<OperandView<'_>> = numbers
            .iter()
            .map(|number| operand(Kind::Number(number)))
            .collect();
        assert_eq!(operands(&many), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more]");
        let long = operands(&[operand(Kind::Text(&"ä".repeat(200)))]);
        assert_eq!(long.chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_share_is_no_bucket_however_round_it_is() {
        for (salt, start, end, expected) in [
            ("beta.share", 0, 500_000, "share 50%"),
            ("beta.share", 0, 123_456, "share 12.3456%"),
            ("beta.share", 0, 0, "share 0%"),
            ("user_bucket.shop", 0, 500_000, "bucket_between [0, 499]"),
            (
                "user_bucket.shop",
                970_000,
                1_000_000,
                "bucket_between [970, 999]",
            ),
            ("user_bucket.shop", 7, 9, "slots 7 to 9"),
        ] {
            assert_eq!(slots(salt, start, end), expected);
        }
    }

    #[test]
    fn dates_read_as_they_are_written() {
        let day = |days, time| MomentView {
            kind: Some(moment::Kind::Day(Box::new(DayOffsetView {
                days,
                time,
                ..Default::default()
            }))),
            ..Default::default()
        };
        assert_eq!(instant(&day(-30, 0)), "30 days ago");
        assert_eq!(
            instant(&day(-1, 8 * 3600 * NANOSECONDS)),
            "yesterday at 08:00"
        );
        let ago = |kind| MomentView {
            kind: Some(kind),
            ..Default::default()
        };
        assert_eq!(instant(&ago(moment::Kind::Months(-2))), "2 months ago");
        assert_eq!(
            instant(&ago(moment::Kind::Seconds(7200))),
            "120 minutes from now"
        );
        let pair = TextIntervalView {
            low: "1.0",
            high: "2.0",
            ..Default::default()
        };
        assert_eq!(
            operands(&[operand(Kind::Versions(Box::new(pair)))]),
            "[1.0, 2.0]"
        );
    }
}

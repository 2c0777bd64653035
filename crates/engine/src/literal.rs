//! What a literal means: offered to the compiler as checks, so that the two cannot disagree.
use std::cmp::Ordering;
use std::fmt;

use turnout_snapshot::turnout::snapshot::v1 as message;
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::{CircleView, MomentView};

use crate::network::{Fault, Network};
use crate::number::Number;
use crate::place::Circle;
use crate::regex;
use crate::text::Case;
use crate::time::{self, Moment, Zone};
use crate::version::Version;

/// How deep groups and negations may be nested, references to segments counted in: an evaluation
/// must fit a thread's stack.
pub const MAX_DEPTH: usize = 256;

/// How many conditions on variants may stand one below the other.
pub const MAX_CHAIN: usize = 16;

/// Why a literal is refused, in words for the author of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// Lower case, no full stop.
    pub message: String,
}

impl LiteralError {
    pub(crate) fn new(message: String) -> Self {
        Self { message }
    }
}

impl fmt::Display for LiteralError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for LiteralError {}

/// Checks a decimal literal: `12`, `-0.5`, `1e3`.
///
/// # Errors
///
/// Text that is not a number, or one that is too large to compare.
pub fn check_number(text: &str) -> Result<(), LiteralError> {
    parse_number(text).map(|_| ())
}

/// Checks a decimal literal without a fraction: `12`, `-3`, `1e3`.
///
/// # Errors
///
/// Text that is not a number, has a fraction, or is too large.
pub fn check_integer(text: &str) -> Result<(), LiteralError> {
    parse_integer(text).map(|_| ())
}

/// Compares two decimal literals exactly.
///
/// # Errors
///
/// As [`check_number`].
pub fn compare_numbers(left: &str, right: &str) -> Result<Ordering, LiteralError> {
    Ok(parse_number(left)?.cmp(&parse_number(right)?))
}

/// Checks a regular expression.
///
/// # Errors
///
/// A pattern that cannot be read, or that is over the limits: 64 KiB of text, nesting of 100,
/// 1 MiB compiled.
pub fn check_regex(pattern: &str, case_sensitive: bool) -> Result<(), LiteralError> {
    let case = if case_sensitive {
        Case::Sensitive
    } else {
        Case::Folded
    };
    regex::compile(pattern, case).map(|_| ())
}

/// Whether two texts are equal to a condition: NFC, and folded unless `case_sensitive`.
#[must_use]
pub fn same_text(left: &str, right: &str, case_sensitive: bool) -> bool {
    let case = if case_sensitive {
        Case::Sensitive
    } else {
        Case::Folded
    };
    case.form(left) == case.form(right)
}

/// A text as conditions compare it: NFC, and folded unless `case_sensitive`. Two texts are equal
/// to a condition, or one begins, ends or lies within the other, when their forms do.
#[must_use]
pub fn text_form(text: &str, case_sensitive: bool) -> String {
    let case = if case_sensitive {
        Case::Sensitive
    } else {
        Case::Folded
    };
    case.form(text).into()
}

/// Reads a date as a condition writes it, for example `06/23/2016 08:00 AM` or `3 days ago`.
///
/// With the zone that it is in, a literal that does not depend on now comes out as an instant.
///
/// # Errors
///
/// Text that is no date, a day or a time that does not exist, one that cannot roll though it is
/// asked to, or an unknown zone.
pub fn parse_moment(
    text: &str,
    rolling: bool,
    zone: Option<&str>,
) -> Result<message::Moment, LiteralError> {
    let zone = zone.map(parse_zone).transpose()?;
    Ok(time::parse(text, rolling)?.known_in(zone).message())
}

/// Checks that some now lets the low bound be at or before the high one.
///
/// # Errors
///
/// Bounds that are reversed whatever now is, or messages that name no moment.
pub fn check_moments(low: &MomentView<'_>, high: &MomentView<'_>) -> Result<(), LiteralError> {
    if time::always_reversed(link_moment(low)?, link_moment(high)?) {
        let message = "the bounds are reversed whatever now is: write the earlier one first";
        return Err(LiteralError::new(message.to_owned()));
    }
    Ok(())
}

/// Checks a time zone: `UTC`, or a name with `/` in exact case.
///
/// # Errors
///
/// Any other name, abbreviations such as `PST` among them.
pub fn check_zone(name: &str) -> Result<(), LiteralError> {
    parse_zone(name).map(|_| ())
}

/// The version of the time zone database, for example `2025b`.
#[must_use]
pub fn tzdata_version() -> &'static str {
    time::database_version()
}

/// Checks a version: `5.10`, `v2.0.0-rc.1+build`.
///
/// # Errors
///
/// Text that is not a version.
pub fn check_version(text: &str) -> Result<(), LiteralError> {
    parse_version(text).map(|_| ())
}

/// Compares two versions: SemVer's precedence, missing parts are 0.
///
/// # Errors
///
/// As [`check_version`].
pub fn compare_versions(left: &str, right: &str) -> Result<Ordering, LiteralError> {
    Ok(parse_version(left)?.cmp(&parse_version(right)?))
}

/// Checks a network: `10.0.0.0/8`, `2001:db8::/32`, or a bare address.
///
/// # Errors
///
/// Text that is not a network, or one with bits set beyond its prefix.
pub fn check_cidr(text: &str) -> Result<(), LiteralError> {
    parse_network(text).map(|_| ())
}

pub(crate) fn parse_zone(name: &str) -> Result<Zone, LiteralError> {
    Zone::named(name).ok_or_else(|| {
        let remedy = match time::in_exact_case(name) {
            Some(known) => format!("`{known}`"),
            None => "`UTC` or a name such as `Europe/Berlin`".to_owned(),
        };
        LiteralError::new(format!("unknown time zone `{name}`: write {remedy}"))
    })
}

pub(crate) fn link_moment(moment: &MomentView<'_>) -> Result<Moment, LiteralError> {
    Moment::link(moment).ok_or_else(|| LiteralError::new("a moment names no time".to_owned()))
}

pub(crate) fn link_circle(circle: &CircleView<'_>) -> Result<Circle, LiteralError> {
    let CircleView {
        latitude,
        longitude,
        kilometres,
        ..
    } = *circle;
    Circle::new(latitude, longitude, kilometres).ok_or_else(|| {
        LiteralError::new(format!(
            "`{kilometres}` km around `{latitude}`, `{longitude}` is no circle on the earth: write \
             `lat` -90 to 90, `lon` -180 to 180 and `km` from 0"
        ))
    })
}

pub(crate) fn parse_version(text: &str) -> Result<Version<'_>, LiteralError> {
    Version::parse(text).ok_or_else(|| {
        LiteralError::new(format!(
            "`{text}` is not a version: write `5.10` or `2.0.0-rc.1`"
        ))
    })
}

pub(crate) fn parse_network(text: &str) -> Result<Network, LiteralError> {
    Network::parse(text).map_err(|fault| {
        LiteralError::new(match fault {
            Fault::Address => {
                format!("`{text}` is not a network: write `10.0.0.0/8` or `2001:db8::/32`")
            }
            Fault::Prefix => format!(
                "`{text}` has no usable prefix: write 0 to 32 after an IPv4 address, 0 to 128 \
                 after an IPv6 one"
            ),
            Fault::HostBits(network, prefix) => {
                format!("`{text}` has bits set beyond its prefix: write `{network}/{prefix}`")
            }
        })
    })
}

pub(crate) fn parse_number(text: &str) -> Result<Number, LiteralError> {
    Number::parse(text).ok_or_else(|| {
        LiteralError::new(format!(
            "`{text}` is not a number that can be compared: write `12`, `-0.5` or `1e3`"
        ))
    })
}

pub(crate) fn parse_integer(text: &str) -> Result<i128, LiteralError> {
    parse_number(text)?.integer().ok_or_else(|| {
        LiteralError::new(format!(
            "`{text}` has a fraction or is too large: write a whole number"
        ))
    })
}

#[cfg(test)]
mod tests {
    use buffa::{Message, MessageView};

    use super::*;

    #[test]
    fn messages_name_the_literal() {
        let error = check_number("twelve").expect_err("refused");
        assert!(error.to_string().contains("`twelve`"));
        assert!(check_integer("1.5").is_err() && check_integer("1e3").is_ok());
        assert_eq!(compare_numbers("1", "1.0"), Ok(Ordering::Equal));
        assert!(check_regex("(", false).is_err() && check_regex("a+", true).is_ok());
        assert!(same_text("Straße", "STRASSE", false) && !same_text("a", "A", true));
        assert_eq!(text_form("Straße", false), "strasse");
        assert_eq!(text_form("Straße", true), "Straße");
    }

    #[test]
    fn messages_of_networks_and_zones_say_the_remedy() {
        let cidr = |text| check_cidr(text).expect_err("refused").message;
        assert!(cidr("10.1.2.3/8").contains("write `10.0.0.0/8`"));
        assert!(cidr("::ffff:10.1.2.3/104").contains("write `10.0.0.0/8`"));
        assert!(cidr("10.0.0.0/64").contains("0 to 32"));
        let zone = |name| check_zone(name).expect_err("refused").message;
        assert!(zone("europe/berlin").contains("write `Europe/Berlin`"));
        assert!(zone("PST").contains("`UTC` or a name"));
        assert!(check_zone("Europe/Berlin").is_ok() && check_version("v1.2-rc").is_ok());
        assert_eq!(compare_versions("1.9", "1.10"), Ok(Ordering::Less));
    }

    fn linked(moment: &message::Moment) -> Result<Moment, LiteralError> {
        let bytes = moment.encode_to_vec();
        link_moment(&MomentView::decode_view(&bytes).expect("a message"))
    }

    #[test]
    fn a_date_in_a_known_zone_is_an_instant_and_moments_survive_their_message() {
        let read = |text, zone| linked(&parse_moment(text, false, zone).expect("a date"));
        let berlin = Some("Europe/Berlin");
        let same = read("2016-06-23T00:00:00+02:00", None);
        assert_eq!(read("06/23/2016", berlin), same);
        assert_ne!(read("06/23/2016", None), same);
        assert!(parse_moment("today", false, Some("PST")).is_err());
        for text in [
            "9999-12-31T23:59:59.123456789",
            "0001-01-01",
            "March 5 at 08:00 AM",
            "tomorrow at 23:59",
            "5000 years from now",
            "0 minutes ago",
        ] {
            assert_eq!(read(text, None), time::parse(text, false), "{text}");
        }
    }

    #[test]
    fn messages_that_name_no_moment_are_refused() {
        use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::moment::Kind;
        let link = |kind: Kind| {
            let kind = Some(kind);
            linked(&message::Moment {
                kind,
                ..Default::default()
            })
        };
        let day = |days, time| {
            Kind::from(message::DayOffset {
                days,
                time,
                ..Default::default()
            })
        };
        assert!(link(day(1, 86_399_999_999_999)).is_ok());
        assert!(link(day(1, 86_400_000_000_000)).is_err());
        assert!(link(day(i32::MIN, 0)).is_err());
        assert!(link(Kind::Months(i32::MAX)).is_err());
        assert!(link(Kind::Seconds(i64::MIN)).is_err());
        assert!(linked(&message::Moment::default()).is_err());
    }
}

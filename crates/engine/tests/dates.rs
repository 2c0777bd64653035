//! Conditions on dates: what linking refuses, and when the workspace's zone stands in.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod catalogue;

use buffa::{Message, MessageView};
use catalogue::*;
use proptest::prelude::*;
use turnout_engine::{Context, Evaluation, Instant, Note, Program, Truth, ValueRef, literal};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{
    expression, moment, operand, segment, zone,
};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::MomentView;
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, Circle, Content, Expression, Moment, MomentInterval, Operator, TextInterval,
    UnitZone, UserZone, Workspace, Zone,
};

/// Positions in the attributes of [`dated`].
const SEEN: u32 = 0;
const NAME: u32 = 1;
const OFFSET: u32 = 2;

fn dated(rule: Expression) -> Content {
    Content {
        workspace: Workspace {
            timezone: "America/Los_Angeles".to_owned(),
            ..Default::default()
        }
        .into(),
        attributes: ["seen", "user.timezone", "user.timezone_offset_seconds"]
            .map(str::to_owned)
            .to_vec(),
        user_zone: UserZone {
            name: NAME,
            offset_seconds: OFFSET,
            ..Default::default()
        }
        .into(),
        ..content(
            vec![
                segment("mine", segment::Definition::from(rule)),
                segment("plain", segment::Definition::from(set(SEEN))),
            ],
            vec![],
            vec![],
        )
    }
}

fn set(attribute: u32) -> Expression {
    condition(
        attribute,
        Operator::IsSet,
        AttributeType::Unspecified,
        vec![],
    )
}

fn read(text: &str) -> Moment {
    literal::parse_moment(text, false, None).expect("a date")
}

fn seen(operator: Operator, kind: operand::Kind) -> Expression {
    condition(SEEN, operator, AttributeType::Datetime, vec![kind])
}

fn since(text: &str) -> Expression {
    seen(Operator::IsSince, operand::Kind::from(read(text)))
}

fn in_zone(rule: Expression, kind: Option<zone::Kind>) -> Expression {
    let mut rule = rule;
    if let Some(expression::Kind::Condition(condition)) = &mut rule.kind {
        condition.zone = Zone {
            kind,
            ..Default::default()
        }
        .into();
    }
    rule
}

fn of_unit(rule: Expression) -> Expression {
    in_zone(rule, Some(zone::Kind::from(UnitZone::default())))
}

#[test]
fn zones_that_are_not_known_are_refused() {
    let refused = |content: &Content, words: &str| {
        let message = refusal(content);
        assert!(message.contains(words), "{message}");
    };
    for name in ["PST", "europe/berlin", "Mars/Olympus"] {
        let mut workspace = dated(since("today"));
        workspace.workspace.get_or_insert_default().timezone = name.to_owned();
        refused(&workspace, &format!("unknown time zone `{name}`"));
        let named = in_zone(since("today"), Some(zone::Kind::Name(name.to_owned())));
        refused(&dated(named), &format!("unknown time zone `{name}`"));
    }
    refused(&dated(in_zone(since("today"), None)), "a zone is empty");
    let mut untold = dated(of_unit(since("today")));
    untold.user_zone = None.into();
    refused(&untold, "where a unit's own zone is told is missing");
    let mut far = dated(since("today"));
    far.user_zone.get_or_insert_default().name = 99;
    refused(&far, "attribute 99");
}

#[test]
fn operands_that_are_not_what_their_type_compares_are_refused() {
    let text = || operand::Kind::Text("2016-06-23".to_owned());
    let nonsense = || operand::Kind::Text("one".to_owned());
    let empty = || operand::Kind::from(Moment::default());
    let out_of_reach = || {
        operand::Kind::from(Moment {
            kind: Some(moment::Kind::Months(1_000_000)),
            ..Default::default()
        })
    };
    let circle = |latitude, kilometres| {
        operand::Kind::from(Circle {
            latitude,
            kilometres,
            ..Default::default()
        })
    };
    let versions = operand::Kind::from(TextInterval {
        low: "1".to_owned(),
        high: "one".to_owned(),
        ..Default::default()
    });
    let moments = operand::Kind::from(MomentInterval {
        low: read("today").into(),
        ..Default::default()
    });
    let [datetime, version, ip, geo] = [
        AttributeType::Datetime,
        AttributeType::Version,
        AttributeType::Ip,
        AttributeType::Geo,
    ];
    for (operator, declared, kind, words) in [
        (Operator::IsAfter, datetime, text(), "must be a moment"),
        (Operator::IsAfter, datetime, empty(), "names no time"),
        (Operator::IsAfter, datetime, out_of_reach(), "names no time"),
        (Operator::IsBetween, datetime, text(), "a pair of moments"),
        (Operator::IsBetween, datetime, moments, "names no time"),
        (Operator::Is, datetime, text(), "cannot compare the type"),
        (
            Operator::IsAfter,
            version,
            text(),
            "cannot compare the type",
        ),
        (Operator::IsAtLeast, version, nonsense(), "`one`"),
        (Operator::IsBetween, version, versions, "`one`"),
        (Operator::IsInCidr, ip, nonsense(), "is not a network"),
        (Operator::IsWithin, geo, text(), "must be a circle"),
        (Operator::IsWithin, geo, circle(91.0, 1.0), "no circle"),
        (Operator::IsWithin, geo, circle(0.0, f64::NAN), "no circle"),
    ] {
        let message = refusal(&dated(condition(SEEN, operator, declared, vec![kind])));
        assert!(message.contains(words), "{operator:?}: {message}");
    }
}

#[test]
fn the_note_stands_beside_every_answer_that_needed_the_zone_and_no_other() {
    let program = program(&dated(of_unit(since("today"))));
    let (mine, plain) = (
        program.segment("mine").expect("a segment"),
        program.segment("plain").expect("a segment"),
    );
    let mut context = Context::new(&program);
    context.set(&program, "seen", ValueRef::Integer(0));
    let mut evaluation = Evaluation::new(&program, &mut context, Instant(0));
    // The second time the answer is remembered.
    for _ in 0..2 {
        let check = evaluation.check_segment(mine);
        assert!(check.notes.iter().eq([Note::TzFallback]));
        assert!(check.unknown.is_empty());
        assert!(evaluation.check_segment(plain).notes.is_empty());
    }
}

#[test]
fn a_decision_that_fell_back_is_not_degraded() {
    let mut content = dated(of_unit(since("today")));
    let rules = vec![rule("r", Some(in_segment(0)), serve(1))];
    content.flags = vec![flag("f", rules)];
    let program = program(&content);
    let decided = decide(&program, "f", |context| {
        context.set(&program, "seen", ValueRef::Integer(86_400));
    });
    assert!(decided.notes.iter().eq([Note::TzFallback]) && !decided.degraded);
    let told = decide(&program, "f", |context| {
        context.set(&program, "seen", ValueRef::Integer(86_400));
        context.set(&program, "user.timezone", ValueRef::String("Asia/Tokyo"));
    });
    assert!(told.notes.is_empty() && !told.degraded);
}

fn holds(program: &Program, now: i64, value: i64) -> Truth {
    let mut context = Context::new(program);
    context.set(
        program,
        "seen",
        ValueRef::Timestamp {
            seconds: value,
            nanos: 0,
        },
    );
    let mine = program.segment("mine").expect("a segment");
    Evaluation::new(
        program,
        &mut context,
        Instant(now.saturating_mul(1_000_000_000)),
    )
    .check_segment(mine)
    .state
}

fn one_of(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(names)
}

const ZONES: &[&str] = &[
    "UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Kathmandu",
];
const LITERALS: &[&str] = &[
    "yesterday at 02:30",
    "today",
    "08:00 PM",
    "tomorrow",
    "3 days ago",
    "2 weeks from now",
    "1 month ago",
    "5 years from now",
    "90 minutes ago",
    "March 13 at 02:30",
    "February 29",
    "11/06/2016 01:30",
    "2016-03-13T02:30",
    "2016-03-13T02:30Z",
];

/// Whether some now lets one be at or before the other.
fn in_order(low: &Moment, high: &Moment) -> bool {
    let [low, high] = [low, high].map(Message::encode_to_vec);
    let low = MomentView::decode_view(&low).expect("a moment");
    let high = MomentView::decode_view(&high).expect("a moment");
    literal::check_moments(&low, &high).is_ok()
}

proptest! {
    /// An ordering splits time in two: all that is before, and all that is since.
    #[test]
    fn an_ordering_and_its_opposite_never_agree(
        name in one_of(ZONES), text in one_of(LITERALS),
        now in 0_i64..4_000_000_000, value in 0_i64..4_000_000_000,
    ) {
        let rule = |operator| {
            let rule = seen(operator, operand::Kind::from(read(text)));
            program(&dated(in_zone(rule, Some(zone::Kind::Name(name.to_owned())))))
        };
        let (since, before) = (rule(Operator::IsSince), rule(Operator::IsBefore));
        prop_assert_eq!(holds(&since, now, value), !holds(&before, now, value));
    }

    /// A day is all that is since it and not since the next one.
    #[test]
    fn a_day_ends_where_the_next_begins(
        name in one_of(ZONES), days in -800_i32..800,
        now in 0_i64..4_000_000_000, near in -200_000_i64..200_000,
    ) {
        let text = |days: i32| match days {
            ..0 => format!("{} days ago", days.unsigned_abs()),
            _ => format!("{days} days from now"),
        };
        let rule = |operator, days| {
            let rule = seen(operator, operand::Kind::from(read(&text(days))));
            program(&dated(in_zone(rule, Some(zone::Kind::Name(name.to_owned())))))
        };
        let value = now.saturating_add(i64::from(days).saturating_mul(86_400)).saturating_add(near);
        let begun = holds(&rule(Operator::IsSince, days), now, value);
        let next = holds(&rule(Operator::IsSince, days.saturating_add(1)), now, value);
        let on = holds(&rule(Operator::IsOnDate, days), now, value);
        prop_assert_eq!(on == Truth::True, begun == Truth::True && next == Truth::False);
    }

    /// Bounds that are refused as always reversed hold for nothing.
    #[test]
    fn bounds_that_are_always_reversed_hold_for_nothing(
        name in one_of(ZONES), low in one_of(LITERALS), high in one_of(LITERALS),
        now in 0_i64..4_000_000_000, near in -4_000_000_i64..4_000_000,
    ) {
        if !in_order(&read(low), &read(high)) {
            let pair = operand::Kind::from(MomentInterval {
                low: read(low).into(),
                high: read(high).into(),
                ..Default::default()
            });
            let zone = Some(zone::Kind::Name(name.to_owned()));
            let between = program(&dated(in_zone(seen(Operator::IsBetween, pair), zone)));
            prop_assert_eq!(holds(&between, now, now.saturating_add(near)), Truth::False);
        }
    }

    /// No text is too strange to be read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}", rolling: bool) {
        if let Ok(moment) = literal::parse_moment(&text, rolling, Some("UTC")) {
            prop_assert!(in_order(&moment, &moment));
        }
        let _ = (literal::check_version(&text), literal::check_cidr(&text), literal::check_zone(&text));
    }

    /// What is written as RFC 3339 is read as the instant that it is.
    #[test]
    fn an_instant_survives_its_text(
        seconds in -62_135_596_800_i64..253_402_300_799, nanos in 0_i32..1_000_000_000,
    ) {
        let at = jiff::Timestamp::new(seconds.min(253_402_207_200), nanos).expect("in range");
        let read = literal::parse_moment(&at.to_string(), false, None).expect("a date");
        let Some(moment::Kind::Instant(instant)) = read.kind else {
            return Err(TestCaseError::fail("no instant"));
        };
        prop_assert_eq!(
            i128::from(instant.seconds) * 1_000_000_000 + i128::from(instant.nanos),
            at.as_nanosecond()
        );
    }

    /// A network holds its own first and last address, and not the one before.
    #[test]
    fn a_network_holds_what_its_prefix_says(bits: u32, prefix in 1_u32..=32) {
        let host = u32::MAX.checked_shr(prefix).unwrap_or(0);
        let first = bits & !host;
        let address = |bits| std::net::Ipv4Addr::from_bits(bits).to_string();
        let rule = condition(SEEN, Operator::IsInCidr, AttributeType::Ip, vec![operand::Kind::Text(
            format!("{}/{prefix}", address(first)),
        )]);
        let program = program(&dated(rule));
        let mine = program.segment("mine").expect("a segment");
        let inside = |text: &str| {
            let mut context = Context::new(&program);
            context.set(&program, "seen", ValueRef::String(text));
            Evaluation::new(&program, &mut context, Instant(0)).check_segment(mine).state
        };
        for known in [first, bits, first | host] {
            prop_assert_eq!(inside(&address(known)), Truth::True);
            prop_assert_eq!(inside(&format!("::ffff:{}", address(known))), Truth::True);
        }
        for other in [first.wrapping_sub(1), (first | host).wrapping_add(1)] {
            prop_assert_eq!(inside(&address(other)), Truth::False);
        }
    }
}

//! Facts about events: supplied, absent, and absent from a source that was reached.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod catalogue;

use catalogue::*;
use turnout_engine::{Context, Evaluation, Instant, Program, Truth, ValueRef, literal};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{expression, operand, segment};
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, Content, Expression, Fact, NoEvents, OnUnset, Operator,
};

/// Positions in the attributes of [`facts`].
const COUNT: u32 = 0;
const FIRST_AT: u32 = 1;
const PLAIN: u32 = 2;

fn facts(rule: Expression) -> Content {
    let fact = |attribute, no_events: NoEvents| Fact {
        attribute,
        no_events: no_events.into(),
        ..Default::default()
    };
    Content {
        attributes: ["event.count(buy)", "event.first_at(buy)", "plain"]
            .map(str::to_owned)
            .to_vec(),
        facts: vec![fact(COUNT, NoEvents::Zero), fact(FIRST_AT, NoEvents::Unset)],
        ..content(
            vec![segment("s", segment::Definition::from(rule))],
            vec![],
            vec![],
        )
    }
}

fn count(operator: Operator, number: &str) -> Expression {
    let operands = vec![operand::Kind::Number(number.to_owned())];
    condition(COUNT, operator, AttributeType::Number, operands)
}

fn first_at(operator: Operator, date: &str) -> Expression {
    let moment = literal::parse_moment(date, false, Some("UTC")).expect("a date");
    let operands = vec![operand::Kind::from(moment)];
    condition(FIRST_AT, operator, AttributeType::Datetime, operands)
}

fn check(rule: &Expression, set: impl FnOnce(&Program, &mut Context<'_>)) -> Truth {
    let program = program(&facts(rule.clone()));
    let mut context = Context::new(&program);
    set(&program, &mut context);
    let segment = program.segment("s").expect("the segment");
    let check = Evaluation::new(&program, &mut context, Instant(0)).check_segment(segment);
    let names = check.unknown.names(&program);
    assert_eq!(names.is_empty(), check.state != Truth::Unknown, "{names:?}");
    check.state
}

#[test]
fn a_fact_that_is_supplied_compares_like_an_attribute() {
    for (number, truth) in [(2, Truth::False), (3, Truth::True)] {
        for reached in [false, true] {
            let state = check(&count(Operator::IsAtLeast, "3"), |program, context| {
                context.events_reached(reached);
                context.set(program, "event.count(buy)", ValueRef::Integer(number));
            });
            assert_eq!(state, truth);
        }
    }
    let state = check(
        &first_at(Operator::IsBefore, "1970-01-02"),
        |program, context| {
            context.set(program, "event.first_at(buy)", ValueRef::Integer(86_399));
        },
    );
    assert_eq!(state, Truth::True);
}

#[test]
fn without_a_source_an_absent_fact_is_not_known() {
    for rule in [
        count(Operator::IsAtLeast, "0"),
        count(Operator::IsLessThan, "1"),
        first_at(Operator::IsAfter, "1970-01-01"),
        condition(
            COUNT,
            Operator::IsNotSet,
            AttributeType::Unspecified,
            vec![],
        ),
    ] {
        assert_eq!(check(&rule, |_, _| {}), Truth::Unknown);
    }
    let any = condition(COUNT, Operator::IsAny, AttributeType::Unspecified, vec![]);
    assert_eq!(check(&any, |_, _| {}), Truth::True);
}

#[test]
fn a_reached_source_without_events_counts_zero_and_measures_nothing() {
    let reached = |rule: &Expression, partial| {
        check(rule, |_, context| {
            context.partial(partial);
            context.events_reached(true);
        })
    };
    for partial in [false, true] {
        let none = count(Operator::Is, "0");
        assert_eq!(reached(&none, partial), Truth::True);
        assert_eq!(
            reached(&count(Operator::IsAtLeast, "1"), partial),
            Truth::False
        );
        let after = first_at(Operator::IsAfter, "1970-01-01");
        assert_eq!(reached(&after, partial), Truth::False);
        let set = condition(
            FIRST_AT,
            Operator::IsSet,
            AttributeType::Unspecified,
            vec![],
        );
        assert_eq!(reached(&set, partial), Truth::False);
    }
    let mut kept = first_at(Operator::IsAfter, "1970-01-01");
    if let Some(expression::Kind::Condition(condition)) = &mut kept.kind {
        condition.on_unset = OnUnset::Match.into();
    }
    assert_eq!(reached(&kept, false), Truth::True);
}

#[test]
fn what_the_context_says_of_a_fact_goes_before_the_source() {
    let rule = count(Operator::Is, "0");
    let unknown = check(&rule, |program, context| {
        context.events_reached(true);
        context.unknown(program, "event.count(buy)");
    });
    assert_eq!(unknown, Truth::Unknown);
    let null = check(&rule, |program, context| {
        context.set(program, "event.count(buy)", ValueRef::Null);
    });
    assert_eq!(null, Truth::False, "an explicit null is UNSET");
}

#[test]
fn an_attribute_that_is_no_fact_knows_nothing_of_events() {
    let rule = condition(PLAIN, Operator::IsSet, AttributeType::Unspecified, vec![]);
    assert_eq!(check(&rule, |_, _| {}), Truth::False);
    let partial = check(&rule, |_, context| {
        context.partial(true);
        context.events_reached(true);
    });
    assert_eq!(partial, Truth::Unknown);
}

#[test]
fn a_context_that_is_emptied_has_reached_no_source() {
    let program = program(&facts(count(Operator::Is, "0")));
    let segment = program.segment("s").expect("the segment");
    let mut context = Context::new(&program);
    context.events_reached(true);
    let state = |context: &mut Context<'_>| {
        Evaluation::new(&program, context, Instant(0))
            .check_segment(segment)
            .state
    };
    assert_eq!(state(&mut context), Truth::True);
    context.reset(&program);
    assert_eq!(state(&mut context), Truth::Unknown);
    context.events_reached(true);
    assert_eq!(state(&mut context.recycle(&program)), Truth::Unknown);
}

#[test]
fn facts_that_are_not_sorted_or_do_not_exist_are_refused() {
    let rule = count(Operator::Is, "0");
    let mut far = facts(rule.clone());
    far.facts[1].attribute = 99;
    assert!(refusal(&far).contains("attribute 99"));
    let mut twice = facts(rule.clone());
    twice.facts[1].attribute = COUNT;
    assert!(refusal(&twice).contains("facts are not sorted"));
    let mut unsaid = facts(rule);
    unsaid.facts[0].no_events = NoEvents::Unspecified.into();
    assert!(refusal(&unsaid).contains("no_events 0"));
}

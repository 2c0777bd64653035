//! Explain: an answer, and the way to it. Nothing is kept, recorded or counted as a decision.
use std::time::Duration;

use buffa::{EnumValue, Message, MessageField};
use buffa_types::google::protobuf::Duration as WireDuration;
use bumpalo::Bump;
use turnout_engine::{AttributeState, Evaluation, Explanation, ReadableStep, Truth, ValueRef};
use turnout_protos::turnout::v1::__buffa::view::oneof::explain_request::Subject;
use turnout_protos::turnout::v1::{ExplainRequestView, ExplainedStep};
use turnout_snapshot::turnout::v1::__buffa::oneof::value::Kind;
use turnout_snapshot::turnout::v1::object_value::Field;
use turnout_snapshot::turnout::v1::{ListValue, ObjectValue, Value};

use crate::answer::{Call, Current, check_key, evaluate, instant, on_current, read};
use crate::attempt::Attempt;
use crate::context::Place;
use crate::errors::CallError;
use crate::reply::{put_check, put_decision};
use crate::wire::put_bytes;
use crate::{decide, segments};

/// Answers one `ExplainRequest`.
pub(crate) fn explain(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let request: ExplainRequestView<'_> = read(request)?;
    let now = instant(request.now.as_option())?;
    let (field, key) = match &request.subject {
        Some(Subject::Key(key)) => ("key", *key),
        Some(Subject::Segment(key)) => ("segment", *key),
        None => ("key", ""),
    };
    check_key(attempt.thread, || field.to_owned(), key)?;
    call.check_deadline()?;
    attempt.ledger.look_only();
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let context = (request.context.as_option().into(), Place::Request);
        evaluate(attempt, &current, context, now, &arena, |evaluation| {
            let explanation = match field {
                "key" => put_explained_decision(&current, key, evaluation, out)?,
                _ => put_explained_check(&current, key, evaluation, out)?,
            };
            current.served.put_reference(out, 3, current.age);
            for step in explained_steps(evaluation, &explanation) {
                put_bytes(out, 4, &step.encode_to_vec());
            }
            Ok(())
        })
    })
}

fn put_explained_decision(
    current: &Current<'_>,
    key: &str,
    evaluation: &mut Evaluation<'_, '_, '_>,
    out: &mut Vec<u8>,
) -> Result<Explanation, CallError> {
    let served = current.served;
    let item = decide::find(current, key, EnumValue::default())?;
    let (decision, explanation) = evaluation.explain(item);
    let tables = (&served.program, &served.tables);
    put_decision(out, (None, 1), tables, &decision);
    Ok(explanation)
}

fn put_explained_check(
    current: &Current<'_>,
    key: &str,
    evaluation: &mut Evaluation<'_, '_, '_>,
    out: &mut Vec<u8>,
) -> Result<Explanation, CallError> {
    let segment = segments::find(current, key)?;
    let (check, explanation) = evaluation.explain_segment(segment);
    put_check(out, (None, 2), &current.served.program, key, &check);
    Ok(explanation)
}

/// The steps of an explanation, each with those that stand in it.
pub fn explained_steps(
    evaluation: &Evaluation<'_, '_, '_>,
    explanation: &Explanation,
) -> Vec<ExplainedStep> {
    let mut whole = Vec::new();
    // The way down to the step in hand; a step is put into the one above it when it is ended.
    let mut way: Vec<ExplainedStep> = Vec::new();
    let mut end = |way: &mut Vec<ExplainedStep>| {
        if let Some(ended) = way.pop() {
            way.last_mut()
                .map_or(&mut whole, |above| &mut above.steps)
                .push(ended);
        }
    };
    for step in evaluation.readable(explanation) {
        while way.len() > step.depth {
            end(&mut way);
        }
        way.push(message(&step));
    }
    while !way.is_empty() {
        end(&mut way);
    }
    whole
}

fn message(step: &ReadableStep<'_>) -> ExplainedStep {
    let (unit_kind, unit_id) = step.unit.unwrap_or_default();
    ExplainedStep {
        kind: EnumValue::from(step.kind.number()),
        name: step.name.to_owned(),
        outcome: EnumValue::from(match step.truth {
            Truth::True => 1,
            Truth::False => 2,
            Truth::Unknown => 3,
        }),
        operator: step.operator.to_owned(),
        operand: step.operand.to_owned(),
        state: EnumValue::from(match step.state {
            None => 0,
            Some(AttributeState::Set) => 1,
            Some(AttributeState::Unset) => 2,
            Some(AttributeState::Unknown) => 3,
        }),
        value: step
            .value
            .map(value)
            .map_or_else(MessageField::none, MessageField::some),
        masked: step.masked,
        unit_kind: unit_kind.to_owned(),
        unit_id: unit_id.to_owned(),
        slot: step.slot,
        bucket: step.bucket,
        member_count: step.members,
        member_age: step
            .member_age
            .map(duration)
            .map_or_else(MessageField::none, MessageField::some),
        ..Default::default()
    }
}

fn duration(age: Duration) -> WireDuration {
    WireDuration {
        seconds: i64::try_from(age.as_secs()).unwrap_or(i64::MAX),
        nanos: age.subsec_nanos().cast_signed(),
        ..Default::default()
    }
}

/// A value that was seen; the fields of an object are not looked at, and not kept.
fn value(seen: ValueRef<'_>) -> Value {
    let kind = match seen {
        ValueRef::Null => Kind::Null(EnumValue::default()),
        ValueRef::String(text) => Kind::String(text.to_owned()),
        ValueRef::Integer(number) => Kind::Integer(number),
        ValueRef::Double(number) => Kind::Double(number),
        ValueRef::Boolean(boolean) => Kind::Boolean(boolean),
        ValueRef::Timestamp { seconds, nanos } => {
            Kind::from(buffa_types::google::protobuf::Timestamp {
                seconds,
                nanos,
                ..Default::default()
            })
        }
        ValueRef::List(list) => Kind::from(ListValue {
            values: list.iter().copied().map(value).collect(),
            ..Default::default()
        }),
        ValueRef::Object => Kind::from(ObjectValue::default()),
        ValueRef::Place {
            latitude,
            longitude,
        } => Kind::from(ObjectValue {
            fields: vec![field("lat", latitude), field("lon", longitude)],
            ..Default::default()
        }),
    };
    Value {
        kind: Some(kind),
        ..Default::default()
    }
}

fn field(name: &str, number: f64) -> Field {
    Field {
        name: name.to_owned(),
        value: MessageField::some(value(ValueRef::Double(number))),
        ..Default::default()
    }
}

//! Decide, BatchDecide and DecideAll.
use buffa::EnumValue;
use bumpalo::Bump;
use turnout_engine::{Decision, Instant, ItemIndex, Program};
use turnout_protos::turnout::v1::{
    BatchDecideRequestView, DecideAllRequestView, DecideRequestView, ValueType,
};
use turnout_sticky::Write;

use crate::answer::{
    Call, Current, Source, check_batch, check_exposure, check_key, evaluate, instant, on_current,
    read,
};
use crate::attempt::Attempt;
use crate::context::Place;
use crate::errors::CallError;
use crate::reply::{put_decision, put_item_error};
use crate::request::Usual;
use crate::selection::selected;

/// Answers one `DecideRequest`.
pub(crate) fn decide(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    if let Some(usual) = Usual::decide(request) {
        let context = usual.context.map_or(Source::None, Source::Encoded);
        return decide_one(attempt, &usual, context, instant(None)?, call, out);
    }
    let view: DecideRequestView<'_> = read(request)?;
    let usual = Usual {
        key: view.key,
        context: None,
        expected_type: view.expected_type,
        exposure_mode: view.exposure_mode,
        min_revision: view.min_revision,
    };
    let now = instant(view.now.as_option())?;
    decide_one(
        attempt,
        &usual,
        view.context.as_option().into(),
        now,
        call,
        out,
    )
}

fn decide_one<'a>(
    attempt: &Attempt<'_>,
    request: &Usual<'a>,
    context: Source<'_, 'a>,
    now: Instant,
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    check_key(attempt.thread, || "key".to_owned(), request.key)?;
    check_exposure(request.exposure_mode)?;
    check_type(request.expected_type, || "expected_type".to_owned())?;
    call.check_deadline()?;
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let context = (context, Place::Request);
        evaluate(attempt, &current, context, now, &arena, |evaluation| {
            let item = find(&current, request.key, request.expected_type)?;
            let mut decision = evaluation.decide(item);
            put(attempt, &current, &mut decision, (None, 1), out);
            Ok(())
        })?;
        current.served.put_reference(out, 2, current.age);
        Ok(())
    })
}

/// Answers many keys on one snapshot and one `now`.
pub(crate) fn batch_decide(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let request: BatchDecideRequestView<'_> = read(request)?;
    check_batch_request(attempt, &request)?;
    let now = instant(request.now.as_option())?;
    on_current(attempt.thread, call, request.min_revision, |current| {
        if request.items.is_empty() {
            batch_of_keys(attempt, &current, call, &request, now, out)?;
        } else {
            batch_of_items(attempt, &current, call, &request, now, out)?;
        }
        current.served.put_reference(out, 2, current.age);
        Ok(())
    })
}

fn check_batch_request(
    attempt: &Attempt<'_>,
    request: &BatchDecideRequestView<'_>,
) -> Result<(), CallError> {
    check_exposure(request.exposure_mode)?;
    if !request.items.is_empty() && (!request.keys.is_empty() || request.context.is_set()) {
        let message = "`items` carry their own keys and contexts; send either `items` or `keys` with `context`";
        return Err(CallError::field("items", "CONTRADICTING_FIELDS", message));
    }
    check_batch(attempt.thread, "keys", request.keys.len())?;
    check_batch(attempt.thread, "items", request.items.len())?;
    for (index, key) in request.keys.iter().enumerate() {
        check_key(attempt.thread, || format!("keys[{index}]"), key)?;
    }
    for (index, item) in request.items.iter().enumerate() {
        check_key(attempt.thread, || format!("items[{index}].key"), item.key)?;
        check_type(item.expected_type, || {
            format!("items[{index}].expected_type")
        })?;
    }
    Ok(())
}

/// What a decision of a batch usually takes, so that the reply is not moved while it grows.
const USUAL_RESULT_BYTES: usize = 96;

fn batch_of_keys(
    attempt: &Attempt<'_>,
    current: &Current<'_>,
    call: &Call,
    request: &BatchDecideRequestView<'_>,
    now: Instant,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let arena = Bump::new();
    out.reserve(request.keys.len() * USUAL_RESULT_BYTES);
    let context = (request.context.as_option().into(), Place::Request);
    evaluate(attempt, current, context, now, &arena, |evaluation| {
        let mut in_time = Ok(());
        let program = &current.served.program;
        let items = request.keys.iter().map_while(|key| {
            in_time = call.check_deadline();
            in_time.is_ok().then(|| (*key, program.item(key)))
        });
        evaluation.decide_each(items, |key, decision| match decision {
            Some(mut decision) => put(attempt, current, &mut decision, (Some(1), 1), out),
            None => put_item_error(out, key, &not_found(key)),
        });
        in_time
    })
}

fn batch_of_items(
    attempt: &Attempt<'_>,
    current: &Current<'_>,
    call: &Call,
    request: &BatchDecideRequestView<'_>,
    now: Instant,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let arena = Bump::new();
    for (index, item) in request.items.iter().enumerate() {
        call.check_deadline()?;
        let context = (item.context.as_option().into(), Place::Item(index));
        evaluate(attempt, current, context, now, &arena, |evaluation| {
            match find(current, item.key, item.expected_type) {
                Ok(index) => {
                    let mut decision = evaluation.decide(index);
                    put(attempt, current, &mut decision, (Some(1), 1), out);
                }
                Err(error) => put_item_error(out, item.key, &error),
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Answers every flag and experiment, or those of a tag or a key prefix.
pub(crate) fn decide_all(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let request: DecideAllRequestView<'_> = read(request)?;
    check_exposure(request.exposure_mode)?;
    let now = instant(request.now.as_option())?;
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let context = (request.context.as_option().into(), Place::Request);
        evaluate(attempt, &current, context, now, &arena, |evaluation| {
            let all = current.served.program.items();
            let mut in_time = Ok(());
            let items = selected(all, request.tag, request.key_prefix).map_while(|(index, _)| {
                in_time = call.check_deadline();
                in_time.is_ok().then_some(((), Some(index)))
            });
            evaluation.decide_each(items, |(), decision| {
                if let Some(mut decision) = decision {
                    put(attempt, &current, &mut decision, (None, 1), out);
                }
            });
            in_time
        })?;
        current.served.put_reference(out, 2, current.age);
        Ok(())
    })
}

fn check_type(
    expected: EnumValue<ValueType>,
    field: impl FnOnce() -> String,
) -> Result<(), CallError> {
    if expected.as_known().is_none() {
        let field = field();
        let message = format!("`{field}` is not one of the types");
        return Err(CallError::Field {
            field,
            reason: "BAD_VALUE",
            message,
        });
    }
    Ok(())
}

/// The item of a key, if it has the type expected.
#[inline]
pub(crate) fn find(
    current: &Current<'_>,
    key: &str,
    expected: EnumValue<ValueType>,
) -> Result<ItemIndex, CallError> {
    let program = &current.served.program;
    let found = program
        .item(key)
        .and_then(|index| Some((index, program.items().get(index.at())?)));
    let Some((index, item)) = found else {
        return Err(not_found(key));
    };
    let (expected, actual) = (expected.to_i32(), item.value_type() as i32);
    // A quarantined item has no type: it answers QUARANTINED whatever is asked.
    if expected != 0 && actual != 0 && expected != actual {
        return Err(CallError::TypeMismatch {
            key: key.to_owned(),
            expected: type_name(expected),
            actual: type_name(actual),
        });
    }
    Ok(index)
}

fn not_found(key: &str) -> CallError {
    CallError::FlagNotFound {
        key: key.to_owned(),
    }
}

const fn type_name(number: i32) -> &'static str {
    match number {
        1 => "boolean",
        2 => "string",
        3 => "integer",
        4 => "double",
        5 => "object",
        _ => "unknown",
    }
}

/// Appends a decision as a field, inside a further field when there is one.
#[inline]
fn put(
    attempt: &Attempt<'_>,
    current: &Current<'_>,
    decision: &mut Decision,
    fields: (Option<u32>, u32),
    out: &mut Vec<u8>,
) {
    attempt.decided(decision.reason);
    let served = current.served;
    if !decision.assignments.is_empty() {
        assigned(attempt, &served.program, decision);
    }
    put_decision(out, fields, (&served.program, &served.tables), decision);
}

/// With a store, what was assigned is kept there, and the caller is not told.
#[cold]
fn assigned(attempt: &Attempt<'_>, program: &Program, decision: &mut Decision) {
    if !attempt.ledger.keeps() {
        return;
    }
    for assignment in std::mem::take(&mut decision.assignments) {
        let write = Write::of(program, assignment);
        if write.is_some_and(|write| !attempt.ledger.keep(write)) {
            decision.degraded = true;
        }
    }
}

//! CheckSegment, BatchCheckSegments and ListMatchingSegments.
use bumpalo::Bump;
use turnout_engine::{Evaluation, Instant, SegmentIndex, Truth};
use turnout_protos::turnout::v1::{
    BatchCheckSegmentsRequestView, CheckSegmentRequestView, ListMatchingSegmentsRequestView,
};

use crate::answer::{
    Call, Current, Source, check_batch, check_key, evaluate, instant, on_current, read,
};
use crate::attempt::Attempt;
use crate::context::Place;
use crate::errors::CallError;
use crate::reply::{put_check, put_item_error};
use crate::request::Usual;
use crate::selection::selected;
use crate::wire::put_bytes;

/// Answers one `CheckSegmentRequest`.
pub(crate) fn check_segment(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    if let Some(usual) = Usual::check_segment(request) {
        let context = usual.context.map_or(Source::None, Source::Encoded);
        return check_one(attempt, &usual, context, instant(None)?, call, out);
    }
    let view: CheckSegmentRequestView<'_> = read(request)?;
    let usual = Usual {
        key: view.key,
        min_revision: view.min_revision,
        ..Usual::default()
    };
    let now = instant(view.now.as_option())?;
    check_one(
        attempt,
        &usual,
        view.context.as_option().into(),
        now,
        call,
        out,
    )
}

fn check_one<'a>(
    attempt: &Attempt<'_>,
    request: &Usual<'a>,
    context: Source<'_, 'a>,
    now: Instant,
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    check_key(attempt.thread, || "key".to_owned(), request.key)?;
    call.check_deadline()?;
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let context = (context, Place::Request);
        evaluate(attempt, &current, context, now, &arena, |evaluation| {
            let found = (request.key, find(&current, request.key)?);
            put(attempt, &current, evaluation, found, (None, 1), out);
            Ok(())
        })?;
        current.served.put_reference(out, 2, current.age);
        Ok(())
    })
}

/// Answers many segments on one snapshot and one `now`.
pub(crate) fn batch_check_segments(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let request: BatchCheckSegmentsRequestView<'_> = read(request)?;
    check_batch(attempt.thread, "keys", request.keys.len())?;
    for (index, key) in request.keys.iter().enumerate() {
        check_key(attempt.thread, || format!("keys[{index}]"), key)?;
    }
    let now = instant(request.now.as_option())?;
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let context = (request.context.as_option().into(), Place::Request);
        evaluate(attempt, &current, context, now, &arena, |evaluation| {
            for key in request.keys.iter() {
                call.check_deadline()?;
                match find(&current, key) {
                    Ok(segment) => {
                        let found = (*key, segment);
                        put(attempt, &current, evaluation, found, (Some(1), 1), out);
                    }
                    Err(error) => put_item_error(out, key, &error),
                }
            }
            Ok(())
        })?;
        current.served.put_reference(out, 2, current.age);
        Ok(())
    })
}

/// Segments between two looks ahead: some microseconds, after which the deadline is checked.
const AHEAD: usize = 64;

/// Lists the segments that a context is in, and those that could not be known.
pub(crate) fn list_matching_segments(
    attempt: &Attempt<'_>,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    let request: ListMatchingSegmentsRequestView<'_> = read(request)?;
    let now = instant(request.now.as_option())?;
    let arena = Bump::new();
    on_current(attempt.thread, call, request.min_revision, |current| {
        let segments = current.served.program.segments();
        let context = (request.context.as_option().into(), Place::Request);
        let unknown = evaluate(attempt, &current, context, now, &arena, |evaluation| {
            let mut unknown = Vec::new();
            let asked: Vec<_> = selected(segments, request.tag, request.key_prefix).collect();
            for some in asked.chunks(AHEAD) {
                evaluation.look_ahead(some.iter().map(|(index, _)| *index));
                for (index, segment) in some {
                    call.check_deadline()?;
                    let state = evaluation.check_segment(*index).state;
                    attempt.checked(state);
                    match state {
                        Truth::True => put_bytes(out, 1, segment.key.as_bytes()),
                        Truth::Unknown => unknown.push(&*segment.key),
                        Truth::False => {}
                    }
                }
            }
            Ok(unknown)
        })?;
        for key in unknown {
            put_bytes(out, 2, key.as_bytes());
        }
        current.served.put_reference(out, 3, current.age);
        Ok(())
    })
}

#[inline]
pub(crate) fn find(current: &Current<'_>, key: &str) -> Result<SegmentIndex, CallError> {
    current
        .served
        .program
        .segment(key)
        .ok_or_else(|| CallError::SegmentNotFound {
            key: key.to_owned(),
        })
}

#[inline]
fn put(
    attempt: &Attempt<'_>,
    current: &Current<'_>,
    evaluation: &mut Evaluation<'_, '_, '_>,
    (key, segment): (&str, SegmentIndex),
    fields: (Option<u32>, u32),
    out: &mut Vec<u8>,
) {
    let check = evaluation.check_segment(segment);
    attempt.checked(check.state);
    put_check(out, fields, &current.served.program, key, &check);
}

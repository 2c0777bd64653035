//! One call from start to end: the answer guarded against panics, the wait for a revision, the counting.
use std::any::Any;
use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::answer::{Call, Thread, answer};
use crate::attempt::Attempt;
use crate::errors::CallError;
use crate::method::Method;
use crate::plane::Phase;

/// Bytes before a message in a frame: a flag and the length.
pub(crate) const FRAME_HEADER: usize = 5;

/// A reply up to this is copied out, so that the thread keeps its buffer; a larger one takes the buffer along.
const COPIED: usize = 16 * 1024;
const BLOCK: usize = 32 * 1024;
const REVISION_PATIENCE: Duration = Duration::from_secs(1);
/// Of the time left, the tenth that the refusal needs to reach the caller before its deadline.
const REFUSAL_SHARE: u32 = 10;
const REFUSAL_MOST: Duration = Duration::from_millis(50);

thread_local! {
    /// Where a reply is written, and the block that finished replies share.
    static REPLY: RefCell<(Vec<u8>, BytesMut)> = RefCell::default();
}

/// What became of a call at once.
pub(crate) enum Served<'t> {
    Now(Result<Bytes, CallError>),
    /// It has to wait: for a revision that its caller wants, or for sticky assignments.
    Later(Box<Later<'t>>),
}

/// A call that has been evaluated, and is not answered by that yet.
pub(crate) struct Later<'t> {
    attempt: Attempt<'t>,
    result: Result<Bytes, CallError>,
}

/// Evaluations of one call: each may look for assignments that the one before did not come to.
const MOST_ROUNDS: usize = 16;

/// Answers a call at once if that can be; with `framed`, the reply begins with the header of its frame.
#[inline]
pub(crate) fn serve_now<'t>(
    thread: &'t Thread,
    method: Method,
    request: &[u8],
    call: &Call,
    framed: bool,
) -> Served<'t> {
    let mut attempt = Attempt::new(thread);
    let result = evaluate(&attempt, method, request, call, framed);
    if attempt.ledger.unsettled() || matches!(result, Err(CallError::Behind { .. })) {
        return Served::Later(Box::new(Later { attempt, result }));
    }
    attempt.answered();
    Served::Now(counted(thread, method, call, result))
}

/// Waits for what a call has to wait for, and answers it then.
pub(crate) async fn serve_later(
    later: Box<Later<'_>>,
    method: Method,
    request: &[u8],
    call: &Call,
    framed: bool,
) -> Result<Bytes, CallError> {
    let Later {
        mut attempt,
        mut result,
    } = *later;
    for round in 1.. {
        let again = match &result {
            Err(CallError::Behind { wanted, .. }) => {
                match reached(attempt.thread, call, *wanted).await {
                    Ok(()) => true,
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
            }
            Ok(_) if attempt.ledger.unsettled() => {
                if round > MOST_ROUNDS {
                    attempt.ledger.close();
                }
                round > MOST_ROUNDS || attempt.ledger.settle(Some(patience(call))).await
            }
            _ => false,
        };
        if !again {
            break;
        }
        attempt.begin_again();
        result = evaluate(&attempt, method, request, call, framed);
    }
    attempt.answered();
    counted(attempt.thread, method, call, result)
}

/// Waits for a revision.
async fn reached(thread: &Thread, call: &Call, wanted: u64) -> Result<(), CallError> {
    let mut phases = thread.plane.phases();
    tokio::select! {
        _ = thread.plane.holder.reaches(wanted, patience(call)) => {}
        // No further snapshot is loaded: the caller finds it elsewhere sooner than here.
        _ = phases.wait_for(|phase| *phase > Phase::Serving) => {}
    }
    // Asked here, and not by one more evaluation: that would find the deadline over on a busy machine.
    match thread.plane.holder.behind(wanted) {
        Some(_) if thread.plane.draining() => Err(CallError::Draining),
        Some(behind) => Err(behind),
        None => Ok(()),
    }
}

/// Answers a call.
///
/// # Errors
/// Why there is no answer.
pub(crate) async fn serve(
    thread: &Thread,
    method: Method,
    request: &[u8],
    call: &Call,
) -> Result<Bytes, CallError> {
    match serve_now(thread, method, request, call, false) {
        Served::Now(result) => result,
        Served::Later(later) => serve_later(later, method, request, call, false).await,
    }
}

#[inline]
fn counted(
    thread: &Thread,
    method: Method,
    call: &Call,
    result: Result<Bytes, CallError>,
) -> Result<Bytes, CallError> {
    let code = result
        .as_ref()
        .map_or_else(|error| error.parts().code.grpc_code(), |_| 0);
    thread.counters.called(method, code, call.started.elapsed());
    result
}

/// When to stop waiting, early enough to say so.
fn patience(call: &Call) -> Instant {
    let Some(deadline) = call.deadline else {
        return call.started + REVISION_PATIENCE;
    };
    let left = deadline.saturating_duration_since(Instant::now());
    deadline
        .checked_sub((left / REFUSAL_SHARE).min(REFUSAL_MOST))
        .unwrap_or(deadline)
}

fn evaluate(
    attempt: &Attempt<'_>,
    method: Method,
    request: &[u8],
    call: &Call,
    framed: bool,
) -> Result<Bytes, CallError> {
    REPLY.with_borrow_mut(|(out, block)| {
        out.clear();
        let header = if framed { FRAME_HEADER } else { 0 };
        out.extend_from_slice(&[0; FRAME_HEADER][..header]);
        catch_unwind(AssertUnwindSafe(|| {
            answer(attempt, method, request, call, out)
        }))
        .unwrap_or_else(|panic| Err(bug(method, panic.as_ref())))
        .and_then(|()| close_frame(out, header))?;
        if out.len() > COPIED {
            return Ok(Bytes::from(std::mem::take(out)));
        }
        if block.capacity() < out.len() {
            block.reserve(BLOCK);
        }
        block.extend_from_slice(out);
        Ok(block.split().freeze())
    })
}

/// Writes the length of the message into the header that was left free.
fn close_frame(out: &mut [u8], header: usize) -> Result<(), CallError> {
    if header == 0 {
        return Ok(());
    }
    let length = u32::try_from(out.len() - header).map_err(|_| CallError::TooLarge {
        limit: u32::MAX as usize,
    })?;
    out[1..header].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// An id that the log and the caller are given.
pub(crate) fn bug_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}", RandomState::new().hash_one(count))
}

/// Logs a panic under an id that the caller is given.
fn bug(method: Method, panic: &(dyn Any + Send)) -> CallError {
    let id = bug_id();
    let text = panic.downcast_ref::<&str>().copied();
    let text = text
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(
        id,
        method = method.name(),
        panic = text,
        "a call ended in a bug"
    );
    CallError::Bug { id }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::answer::tests::FAULT;
    use crate::plane::Plane;
    use crate::settings::Settings;

    #[test]
    fn a_panic_fails_its_call_only_and_has_an_id() {
        let plane = Arc::new(Plane::new(Settings::default(), None));
        let thread = Thread::new(&plane, &plane.counters[0]);
        let attempt = Attempt::new(&thread);
        let call = Call {
            started: Instant::now(),
            deadline: None,
        };
        let ids: Vec<String> = (0..2)
            .map(
                |_| match evaluate(&attempt, Method::Decide, FAULT, &call, true) {
                    Err(CallError::Bug { id }) => id,
                    other => panic!("a bug, not {other:?}"),
                },
            )
            .collect();
        assert_ne!(ids[0], ids[1]);
        let next = evaluate(&attempt, Method::Decide, b"\x0a\x01k", &call, true);
        assert_eq!(
            next,
            Err(CallError::NoSnapshot),
            "the next call is answered"
        );
    }
}

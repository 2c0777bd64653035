//! One call from start to end: the answer guarded against panics, the wait for a revision, the counting.
use std::any::Any;
use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::answer::{Call, Thread, answer};
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
pub(crate) enum Served {
    Now(Result<Bytes, CallError>),
    /// The caller wants this revision, which may still come.
    Behind(u64),
}

/// Answers a call at once if that can be; with `framed`, the reply begins with the header of its frame.
#[inline]
pub(crate) fn serve_now(
    thread: &Thread,
    method: Method,
    request: &[u8],
    call: &Call,
    framed: bool,
) -> Served {
    match attempt(thread, method, request, call, framed) {
        Err(CallError::Behind { wanted, .. }) => Served::Behind(wanted),
        result => Served::Now(counted(thread, method, call, result)),
    }
}

/// Waits for the revision that a call wants, and answers it then.
pub(crate) async fn serve_later(
    thread: &Thread,
    method: Method,
    request: &[u8],
    call: &Call,
    (framed, wanted): (bool, u64),
) -> Result<Bytes, CallError> {
    let mut phases = thread.plane.phases();
    tokio::select! {
        _ = thread.plane.holder.reaches(wanted, patience(call)) => {}
        // No further snapshot is loaded: the caller finds it elsewhere sooner than here.
        _ = phases.wait_for(|phase| *phase > Phase::Serving) => {}
    }
    // Asked here, and not by one more attempt: that would find the deadline over on a busy machine.
    let result = match thread.plane.holder.behind(wanted) {
        Some(_) if thread.plane.draining() => Err(CallError::Draining),
        Some(behind) => Err(behind),
        None => attempt(thread, method, request, call, framed),
    };
    counted(thread, method, call, result)
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
        Served::Behind(wanted) => serve_later(thread, method, request, call, (false, wanted)).await,
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

/// When to stop waiting for a revision, early enough to say so.
fn patience(call: &Call) -> Instant {
    let Some(deadline) = call.deadline else {
        return call.started + REVISION_PATIENCE;
    };
    let left = deadline.saturating_duration_since(Instant::now());
    deadline
        .checked_sub((left / REFUSAL_SHARE).min(REFUSAL_MOST))
        .unwrap_or(deadline)
}

fn attempt(
    thread: &Thread,
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
            answer(thread, method, request, call, out)
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
        let plane = Arc::new(Plane::new(Settings::default()));
        let counters = Arc::clone(&plane.counters[0]);
        let thread = Thread { plane, counters };
        let call = Call {
            started: Instant::now(),
            deadline: None,
        };
        let ids: Vec<String> = (0..2)
            .map(
                |_| match attempt(&thread, Method::Decide, FAULT, &call, true) {
                    Err(CallError::Bug { id }) => id,
                    other => panic!("a bug, not {other:?}"),
                },
            )
            .collect();
        assert_ne!(ids[0], ids[1]);
        let next = attempt(&thread, Method::Decide, b"\x0a\x01k", &call, true);
        assert_eq!(
            next,
            Err(CallError::NoSnapshot),
            "the next call is answered"
        );
    }
}

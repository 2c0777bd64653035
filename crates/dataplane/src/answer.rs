//! The unary calls: request bytes in, reply bytes out, the same for every protocol.
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use buffa::{EnumValue, MessageView};
use bumpalo::Bump;
use turnout_engine::{Context, Evaluation};
use turnout_protos::turnout::v1::{ContextView, ExposureMode};
use turnout_sticky::Access;

use crate::attempt::Attempt;
use crate::context::{Filling, Place};
use crate::errors::CallError;
use crate::method::Method;
use crate::metrics::ThreadCounters;
use crate::plane::Plane;
use crate::served::{Age, Served};
use crate::{decide, explain, segments, status};

/// What the calls of one request thread share.
pub(crate) struct Thread {
    pub plane: Arc<Plane>,
    pub counters: Arc<ThreadCounters>,
    /// The way to what is stored outside; its connections live on this thread.
    pub outside: Option<Access>,
}

impl Thread {
    pub(crate) fn new(plane: &Arc<Plane>, counters: &Arc<ThreadCounters>) -> Thread {
        Thread {
            plane: Arc::clone(plane),
            counters: Arc::clone(counters),
            outside: Access::to(plane.sticky.as_ref(), plane.members.as_ref()),
        }
    }
}

/// When a call began and when its caller stops waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub started: Instant,
    pub deadline: Option<Instant>,
}

impl Call {
    /// Refuses a call whose deadline has passed.
    #[inline]
    pub(crate) fn check_deadline(&self) -> Result<(), CallError> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(CallError::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}

/// Answers a call on one snapshot and one `now`; the reply is appended to `out`.
///
/// # Errors
/// Why there is no answer; `out` may then hold part of one.
pub(crate) fn answer(
    attempt: &Attempt<'_>,
    method: Method,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    #[cfg(test)]
    assert!(request != tests::FAULT, "a fault that a test asks for");
    match method {
        Method::Decide => decide::decide(attempt, request, call, out),
        Method::BatchDecide => decide::batch_decide(attempt, request, call, out),
        Method::DecideAll => decide::decide_all(attempt, request, call, out),
        Method::CheckSegment => segments::check_segment(attempt, request, call, out),
        Method::BatchCheckSegments => segments::batch_check_segments(attempt, request, call, out),
        Method::ListMatchingSegments => {
            segments::list_matching_segments(attempt, request, call, out)
        }
        Method::Explain => explain::explain(attempt, request, call, out),
        Method::Expose => Err(CallError::NotBuilt { what: "Expose" }),
        Method::GetSnapshotStatus => {
            status::get_snapshot_status(attempt.thread, request, call, out)
        }
    }
}

/// Reads a request without copying its strings.
#[inline]
pub(crate) fn read<'a, V: MessageView<'a>>(request: &'a [u8]) -> Result<V, CallError> {
    V::decode_view(request).map_err(|error| CallError::Malformed {
        message: error.to_string(),
    })
}

/// The snapshot of a call, not older than the caller wants.
pub(crate) struct Current<'s> {
    pub served: &'s Served,
    pub age: Age,
}

/// Runs `body` on the current snapshot.
#[inline]
pub(crate) fn on_current<R>(
    thread: &Thread,
    call: &Call,
    min_revision: u64,
    body: impl FnOnce(Current<'_>) -> Result<R, CallError>,
) -> Result<R, CallError> {
    let guard = thread.plane.holder.current();
    let Some(served) = guard.as_deref() else {
        return Err(CallError::NoSnapshot);
    };
    note_swap(thread, served, call);
    if let Some(behind) = served.behind(min_revision) {
        return Err(behind);
    }
    body(Current {
        served,
        age: thread.plane.holder.age(call.started),
    })
}

thread_local! {
    static LAST_SERIAL: Cell<u64> = const { Cell::new(u64::MAX) };
    static CONTEXT: Cell<Option<(u64, Context<'static>)>> = const { Cell::new(None) };
}

/// Measures what the first call on a new snapshot paid for taking it.
#[inline]
fn note_swap(thread: &Thread, served: &Served, call: &Call) {
    if LAST_SERIAL.get() != served.serial {
        let first = LAST_SERIAL.replace(served.serial) == u64::MAX;
        if !first {
            thread.counters.swapped(call.started.elapsed());
        }
    }
}

/// Where a context is read from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'v, 'a> {
    None,
    Encoded(&'a [u8]),
    View(&'v ContextView<'a>),
}

impl<'v, 'a> From<Option<&'v ContextView<'a>>> for Source<'v, 'a> {
    fn from(view: Option<&'v ContextView<'a>>) -> Self {
        view.map_or(Source::None, Source::View)
    }
}

/// Runs `body` with an evaluation of a context at an instant, and of the assignments of its units.
#[inline]
pub(crate) fn evaluate<'a, R>(
    attempt: &Attempt<'_>,
    current: &Current<'_>,
    context: (Source<'_, 'a>, Place),
    now: turnout_engine::Instant,
    arena: &'a Bump,
    body: impl FnOnce(&mut Evaluation<'_, '_, 'a>) -> Result<R, CallError>,
) -> Result<R, CallError> {
    with_context(attempt, current.served, context, arena, |context| {
        let mut ledger = &attempt.ledger;
        let evaluation = Evaluation::new(&current.served.program, context, now);
        body(&mut if ledger.is_empty() {
            evaluation
        } else {
            evaluation.with_assignments(&mut ledger)
        })
    })?
}

/// Runs `body` with a filled context whose memory the thread keeps.
#[inline]
fn with_context<'a, R>(
    attempt: &Attempt<'_>,
    served: &Served,
    (source, place): (Source<'_, 'a>, Place),
    arena: &'a Bump,
    body: impl FnOnce(&mut Context<'a>) -> R,
) -> Result<R, CallError> {
    let program = &served.program;
    let mut context: Context<'a> = match CONTEXT.take() {
        Some((serial, context)) if serial == served.serial => context,
        Some((_, context)) => context.recycle(program),
        None => Context::new(program),
    };
    let limits = &attempt.thread.plane.settings.limits;
    attempt.ledger.begin_context();
    let filling = Filling {
        program,
        limits,
        ledger: &attempt.ledger,
        arena,
        place,
    };
    let filled = match source {
        Source::None => Ok(()),
        Source::View(view) => filling.fill(&mut context, view),
        Source::Encoded(bytes) => match filling.fill_usual(&mut context, bytes) {
            Some(()) => Ok(()),
            None => {
                context = context.recycle(program);
                read(bytes).and_then(|view: ContextView<'a>| filling.fill(&mut context, &view))
            }
        },
    };
    let result = filled.map(|()| body(&mut context));
    CONTEXT.set(Some((served.serial, context.recycle(program))));
    result
}

type TimestampView<'a> = buffa_types::google::protobuf::__buffa::view::TimestampView<'a>;

/// The instant to decide at: the request's, or the clock's.
#[inline]
pub(crate) fn instant(
    now: Option<&TimestampView<'_>>,
) -> Result<turnout_engine::Instant, CallError> {
    let instant = match now {
        // A fuzzer reads one request in two ways, at one instant.
        None if cfg!(fuzzing) => Some(turnout_engine::Instant(1_466_708_400_000_000_000)),
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_nanos()).ok())
            .map(turnout_engine::Instant),
        Some(now) => read_instant(now),
    };
    instant.ok_or_else(|| {
        CallError::field(
            "now",
            "BAD_VALUE",
            "`now` is not an instant between the years 1678 and 2262",
        )
    })
}

/// A timestamp as an instant; `None` unless it is one between the years 1678 and 2262.
#[inline]
pub(crate) fn read_instant(at: &TimestampView<'_>) -> Option<turnout_engine::Instant> {
    let nanos = Some(at.nanos).filter(|nanos| (0..=999_999_999).contains(nanos))?;
    let whole = at.seconds.checked_mul(1_000_000_000)?;
    let nanoseconds = whole.checked_add(i64::from(nanos))?;
    Some(turnout_engine::Instant(nanoseconds))
}

/// Refuses exposure modes that are not built.
#[inline]
pub(crate) fn check_exposure(mode: EnumValue<ExposureMode>) -> Result<(), CallError> {
    match mode.as_known() {
        Some(ExposureMode::EXPOSURE_MODE_UNSPECIFIED | ExposureMode::EXPOSURE_MODE_NONE) => Ok(()),
        Some(ExposureMode::EXPOSURE_MODE_RECORD) => Err(CallError::NotBuilt {
            what: "the exposure mode RECORD",
        }),
        Some(ExposureMode::EXPOSURE_MODE_TOKEN) => Err(CallError::NotBuilt {
            what: "the exposure mode TOKEN",
        }),
        None => Err(CallError::field(
            "exposure_mode",
            "BAD_VALUE",
            "`exposure_mode` is not one of the modes",
        )),
    }
}

/// Refuses an empty key, and one that is too long to be any.
#[inline]
pub(crate) fn check_key(
    thread: &Thread,
    field: impl FnOnce() -> String,
    key: &str,
) -> Result<(), CallError> {
    let limit = thread.plane.settings.limits.string_bytes;
    if key.is_empty() {
        let field = field();
        let message = format!("`{field}` is empty; name a key");
        return Err(CallError::Field {
            field,
            reason: "EMPTY_KEY",
            message,
        });
    }
    if key.len() > limit {
        return Err(CallError::Limit {
            field: field(),
            limit,
            actual: key.len(),
        });
    }
    Ok(())
}

/// Refuses a batch that is too long.
pub(crate) fn check_batch(thread: &Thread, field: &str, actual: usize) -> Result<(), CallError> {
    let limit = thread.plane.settings.limits.batch_keys;
    if actual > limit {
        return Err(CallError::Limit {
            field: field.to_owned(),
            limit,
            actual,
        });
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    /// A request that ends in a panic.
    pub(crate) const FAULT: &[u8] = b"\x0a\x05fault";
}

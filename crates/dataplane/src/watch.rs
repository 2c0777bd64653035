//! Watch: the current snapshot at once, then each change, until the server drains.
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use connectrpc::{ConnectError, EncodedBody, EncodedStream};
use futures::stream;
use tokio::sync::watch::Receiver;
use turnout_protos::turnout::v1::{WatchRequestView, WatchResponse};

use crate::answer::{Thread, read};
use crate::errors::CallError;
use crate::plane::Phase;
use crate::routes::json;
use crate::served::{Announcement, id_and_revision, put_reference};
use crate::wire::put_bytes;

/// One open stream.
struct Watcher {
    thread: Arc<Thread>,
    announcements: Receiver<Option<Announcement>>,
    phases: Receiver<Phase>,
    last: Option<Announcement>,
    json: bool,
    over: bool,
}

/// Opens a stream.
///
/// # Errors
/// The request is malformed, there is no snapshot, or the server is draining.
pub(crate) fn open(
    thread: &Arc<Thread>,
    request: &[u8],
    in_json: bool,
) -> Result<EncodedStream, CallError> {
    if in_json {
        serde_json::from_slice::<turnout_protos::turnout::v1::WatchRequest>(request).map_err(
            |error| CallError::Malformed {
                message: error.to_string(),
            },
        )?;
    } else {
        read::<WatchRequestView<'_>>(request)?;
    }
    if thread.plane.draining() {
        return Err(CallError::Draining);
    }
    if thread.plane.holder.current().is_none() {
        return Err(CallError::NoSnapshot);
    }
    thread.counters.watcher_started();
    let mut announcements = thread.plane.holder.announcements();
    announcements.mark_changed();
    let watcher = Watcher {
        announcements,
        phases: thread.plane.phases(),
        thread: Arc::clone(thread),
        last: None,
        json: in_json,
        over: false,
    };
    Ok(Box::pin(stream::unfold(
        watcher,
        |mut watcher| async move {
            let message = watcher.next().await?;
            Some((
                message.map(EncodedBody::from).map_err(ConnectError::from),
                watcher,
            ))
        },
    )))
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.thread.counters.watcher_ended();
    }
}

impl Watcher {
    /// The next message, `None` after the last. Changes that a slow client missed are one change.
    async fn next(&mut self) -> Option<Result<Bytes, CallError>> {
        while !self.over {
            let draining = tokio::select! {
                biased;
                _ = self.phases.wait_for(|phase| *phase > Phase::Serving) => true,
                changed = self.announcements.changed() => changed.is_err(),
            };
            if draining {
                self.over = true;
                return Some(Err(CallError::Draining));
            }
            let current = self.announcements.borrow_and_update().clone();
            if let Some(message) = current.and_then(|current| self.message(current)) {
                return Some(message);
            }
        }
        None
    }

    /// The message for a swap; none when the same snapshot came again.
    fn message(&mut self, current: Announcement) -> Option<Result<Bytes, CallError>> {
        let changed = match &self.last {
            Some(last) if last.id == current.id && last.revision == current.revision => {
                return None;
            }
            Some(last) => current.fingerprints.changed_since(&last.fingerprints),
            None => Vec::new(),
        };
        let mut out = Vec::new();
        let age = self.thread.plane.holder.age(Instant::now());
        put_reference(
            &mut out,
            1,
            &id_and_revision(&current.id, current.revision),
            age,
        );
        for key in changed {
            put_bytes(&mut out, 2, key.as_bytes());
        }
        self.last = Some(current);
        Some(if self.json {
            json::<WatchResponse>(&out)
        } else {
            Ok(Bytes::from(out))
        })
    }
}

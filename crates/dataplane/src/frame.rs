//! The body of a unary call: read to its end, within a limit, and out of its frame.
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::errors::CallError;
use crate::serve::FRAME_HEADER;

/// What is still read, and thrown away, of a body that is over the limit, so that the client hears why.
const DISCARD_TIME: Duration = Duration::from_secs(1);
const DISCARD_BYTES: usize = 16 << 20;

/// The one message of a unary call, with the header of its frame if it came in one.
pub(crate) struct Message {
    pub bytes: Bytes,
    pub compressed: bool,
}

impl Message {
    pub(crate) fn check(bytes: Bytes, framed: bool, limit: usize) -> Result<Message, CallError> {
        if !framed {
            return Ok(Message {
                bytes,
                compressed: false,
            });
        }
        let Some((header, message)) = bytes.split_first_chunk::<FRAME_HEADER>() else {
            return Err(if bytes.is_empty() {
                CallError::NoMessage
            } else {
                CallError::CutFrame
            });
        };
        let [flags, length @ ..] = header;
        let length = u32::from_be_bytes(*length) as usize;
        if length > limit {
            return Err(CallError::TooLarge { limit });
        }
        match message.len().cmp(&length) {
            std::cmp::Ordering::Less => Err(CallError::CutFrame),
            std::cmp::Ordering::Greater => Err(CallError::SeveralMessages),
            std::cmp::Ordering::Equal => Ok(Message {
                compressed: *flags != 0,
                bytes,
            }),
        }
    }
}

/// Reads a body to its end; one that comes in one piece is not copied.
pub(crate) struct Reading<'b> {
    body: &'b mut Incoming,
    most: usize,
    first: Bytes,
    rest: BytesMut,
}

/// Why a body cannot be read.
pub(crate) enum Broken {
    /// It has more bytes than are read.
    TooLong,
    /// The client has gone, or has broken its own framing.
    Cut,
}

impl<'b> Reading<'b> {
    pub(crate) fn new(body: &'b mut Incoming, most: usize) -> Self {
        Reading {
            body,
            most,
            first: Bytes::new(),
            rest: BytesMut::new(),
        }
    }

    fn take(&mut self, data: Bytes) -> Result<(), Broken> {
        if self.first.len() + self.rest.len() + data.len() > self.most {
            return Err(Broken::TooLong);
        }
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
            return Ok(());
        }
        let first = std::mem::take(&mut self.first);
        self.rest.extend_from_slice(&first);
        self.rest.extend_from_slice(&data);
        Ok(())
    }

    fn whole(&mut self) -> Bytes {
        if self.rest.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            self.rest.split().freeze()
        }
    }
}

impl Future for Reading<'_> {
    type Output = Result<Bytes, Broken>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        while !self.body.is_end_stream() {
            let Some(frame) = ready!(Pin::new(&mut *self.body).poll_frame(cx)) else {
                break;
            };
            let Ok(frame) = frame else {
                return Poll::Ready(Err(Broken::Cut));
            };
            // Trailers of a request say nothing that is asked here.
            if let Ok(data) = frame.into_data()
                && let Err(broken) = self.take(data)
            {
                return Poll::Ready(Err(broken));
            }
        }
        Poll::Ready(Ok(self.whole()))
    }
}

/// Reads on for a while, and keeps nothing.
pub(crate) async fn discard(body: &mut Incoming) {
    let reading = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > DISCARD_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DISCARD_TIME, reading).await;
}

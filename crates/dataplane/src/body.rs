//! Bodies of requests that were read ahead, and of replies.
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use connectrpc::ConnectRpcBody;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// What the router reads: a body as it arrives, or one that was read and checked.
pub(crate) enum RequestBody {
    Arriving(Incoming),
    Read(Option<Bytes>),
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            RequestBody::Arriving(body) => Pin::new(body).poll_frame(cx),
            RequestBody::Read(bytes) => {
                Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RequestBody::Arriving(body) => body.is_end_stream(),
            RequestBody::Read(bytes) => bytes.is_none(),
        }
    }
}

/// What is sent back.
pub(crate) enum ReplyBody {
    /// A framed message and then the status OK.
    Grpc(GrpcFrames),
    /// A body of known length: HTTP/1.1 gets a Content-Length, not chunks.
    Whole(Option<Bytes>),
    /// Whatever the router says.
    Routed(Box<ConnectRpcBody>),
}

/// The two frames of a unary gRPC reply.
pub(crate) struct GrpcFrames {
    data: Option<Bytes>,
    trailers: bool,
}

impl ReplyBody {
    /// A framed message that is followed by the status OK.
    pub(crate) fn grpc(message: Bytes) -> ReplyBody {
        ReplyBody::Grpc(GrpcFrames {
            data: Some(message),
            trailers: true,
        })
    }
}

impl GrpcFrames {
    fn next(&mut self) -> Option<Frame<Bytes>> {
        if let Some(data) = self.data.take() {
            return Some(Frame::data(data));
        }
        if !std::mem::take(&mut self.trailers) {
            return None;
        }
        let mut trailers = HeaderMap::with_capacity(1);
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        Some(Frame::trailers(trailers))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            ReplyBody::Grpc(frames) => Poll::Ready(frames.next().map(Ok)),
            ReplyBody::Whole(bytes) => {
                Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))))
            }
            ReplyBody::Routed(body) => Pin::new(&mut **body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            ReplyBody::Grpc(_) => false,
            ReplyBody::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            ReplyBody::Routed(body) => {
                matches!(&**body, ConnectRpcBody::Full(body) if body.is_end_stream())
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            ReplyBody::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            ReplyBody::Routed(body) => match &**body {
                ConnectRpcBody::Full(body) => body.size_hint(),
                _ => SizeHint::default(),
            },
            ReplyBody::Grpc(_) => SizeHint::default(),
        }
    }
}

//! The hot path: unary calls framed by hand for gRPC over HTTP/2 and for Connect with protobuf.
//!
//! Everything unusual goes to the router: compression, JSON, gRPC-Web, other content types, streams.
//! What may be read of a body, and what is wrong with a frame, is decided here for both.
//!
//! A Python grpcio client on a Unix socket sends the percent-encoded path as `:authority`, which h2
//! refuses with PROTOCOL_ERROR before anything here is asked; with the channel option
//! `grpc.default_authority=localhost` it works.
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use connectrpc::{ConnectError, ConnectRpcService};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, Version};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tower_service::Service;

use crate::answer::{Call, Thread};
use crate::body::{ReplyBody, RequestBody};
use crate::deadline::{CONNECT_TIMEOUT, GRPC_TIMEOUT, deadline};
use crate::errors::CallError;
use crate::method::Method;
use crate::routes::Routes;
use crate::serve::{FRAME_HEADER, serve};

static GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
static CONNECT_VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc+proto");
const PROTO: HeaderValue = HeaderValue::from_static("application/proto");
/// What is still read, and thrown away, of a body that is over the limit, so that the client hears why.
const DISCARD_TIME: Duration = Duration::from_secs(1);
const DISCARD_BYTES: usize = 16 << 20;

/// Where every request of one thread arrives.
pub(crate) struct Front {
    thread: Arc<Thread>,
    routes: Routes,
    router: ConnectRpcService<Routes>,
}

/// How a unary call is framed and who answers it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// gRPC with uncompressed protobuf: answered here.
    Grpc,
    /// Connect with uncompressed protobuf: answered here.
    Connect,
    /// Any other call whose message is in a frame.
    RoutedFrame,
    /// Any other call whose message is the body.
    RoutedWhole,
    /// Not a call that any protocol knows.
    Unknown,
}

impl Framing {
    fn of<B>(request: &Request<B>, hand_framed: bool) -> Framing {
        let headers = request.headers();
        let content_type = headers
            .get(CONTENT_TYPE)
            .map_or(&b""[..], HeaderValue::as_bytes);
        let framing = match content_type {
            _ if request.method() != http::Method::POST => return Framing::Unknown,
            b"application/grpc" | b"application/grpc+proto" => {
                let plain =
                    request.version() == Version::HTTP_2 && is_plain(headers, &GRPC_ENCODING);
                if plain {
                    Framing::Grpc
                } else {
                    Framing::RoutedFrame
                }
            }
            b"application/proto" => {
                let known = headers
                    .get(&CONNECT_VERSION)
                    .is_none_or(|version| version == "1");
                let plain = known && is_plain(headers, &CONTENT_ENCODING);
                if plain {
                    Framing::Connect
                } else {
                    Framing::RoutedWhole
                }
            }
            other if other.starts_with(b"application/grpc") => Framing::RoutedFrame,
            other
                if other.starts_with(b"application/json")
                    || other.starts_with(b"application/proto") =>
            {
                Framing::RoutedWhole
            }
            _ => Framing::Unknown,
        };
        match framing {
            Framing::Grpc if !hand_framed => Framing::RoutedFrame,
            Framing::Connect if !hand_framed => Framing::RoutedWhole,
            framing => framing,
        }
    }

    fn timeout_header(self) -> &'static HeaderName {
        match self {
            Framing::Grpc | Framing::RoutedFrame => &GRPC_TIMEOUT,
            _ => &CONNECT_TIMEOUT,
        }
    }
}

#[inline]
fn is_plain(headers: &HeaderMap, encoding: &HeaderName) -> bool {
    headers
        .get(encoding)
        .is_none_or(|encoding| encoding == "identity")
}

impl Front {
    pub(crate) fn new(thread: Arc<Thread>) -> Front {
        let routes = Routes::new(&thread);
        let router = routes.service(&thread.plane.settings.limits);
        Front {
            thread,
            routes,
            router,
        }
    }

    /// Answers one HTTP request.
    pub(crate) async fn call(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<ReplyBody>, Infallible> {
        let started = Instant::now();
        let Some(method) = Method::of_path(request.uri().path()) else {
            return Ok(self.other_path(request).await);
        };
        let framing = Framing::of(&request, self.thread.plane.settings.hand_framed);
        if framing == Framing::Unknown {
            return Ok(self.route(request.map(RequestBody::Arriving)).await);
        }
        let deadline = deadline(request.headers(), framing.timeout_header(), started);
        let call = Call { started, deadline };
        let (parts, body) = request.into_parts();
        let message = match self.message(body, framing, parts.version, &call).await {
            Ok(message) => message,
            Err(error) => {
                self.refused(method, &error, &call);
                return Ok(refusal(error, &parts.headers));
            }
        };
        match (framing, message) {
            (
                Framing::Grpc,
                Message {
                    bytes,
                    compressed: false,
                },
            ) => match serve(&self.thread, method, &bytes[FRAME_HEADER..], &call, true).await {
                Ok(reply) => Ok(reply_with(GRPC, ReplyBody::grpc(reply))),
                Err(error) => Ok(refusal(error, &parts.headers)),
            },
            (Framing::Connect, Message { bytes, .. }) => {
                match serve(&self.thread, method, &bytes, &call, false).await {
                    Ok(reply) => Ok(reply_with(PROTO, ReplyBody::Whole(Some(reply)))),
                    Err(error) => Ok(refusal(error, &parts.headers)),
                }
            }
            (_, Message { bytes, .. }) => {
                let mut request = Request::from_parts(parts, RequestBody::Read(Some(bytes)));
                // The deadline goes with the call: the router would count it from now on.
                request.headers_mut().remove(framing.timeout_header());
                request.extensions_mut().insert(call);
                Ok(self.route(request).await)
            }
        }
    }

    /// Reads the one message of a unary call, in its frame if it has one.
    async fn message(
        &self,
        mut body: Incoming,
        framing: Framing,
        version: Version,
        call: &Call,
    ) -> Result<Message, CallError> {
        let framed = matches!(framing, Framing::Grpc | Framing::RoutedFrame);
        let limit = self.thread.plane.settings.limits.request_bytes;
        let most = if framed { limit + FRAME_HEADER } else { limit };
        let result = {
            let mut reading = std::pin::pin!(read(&mut body, most));
            match futures::poll!(reading.as_mut()) {
                std::task::Poll::Ready(result) => result,
                // Only a body that is late costs a timer.
                std::task::Poll::Pending => {
                    let patience = call.started + self.thread.plane.settings.receive_timeout;
                    let until = call
                        .deadline
                        .map_or(patience, |deadline| deadline.min(patience));
                    match tokio::time::timeout_at(until.into(), reading).await {
                        Ok(result) => result,
                        Err(_) => return Err(CallError::DeadlineExceeded),
                    }
                }
            }
        };
        let message = result
            .ok_or(CallError::TooLarge { limit })
            .and_then(|bytes| bytes.and_then(|bytes| Message::check(bytes, framed, limit)));
        if matches!(message, Err(CallError::TooLarge { .. })) && version < Version::HTTP_2 {
            discard(&mut body).await;
        }
        message
    }

    /// Counts a call that was refused before it was read.
    fn refused(&self, method: Method, error: &CallError, call: &Call) {
        self.thread.counters.called(
            method,
            error.parts().code.grpc_code(),
            call.started.elapsed(),
        );
    }

    /// Health, reflection and Watch go to the router; what nobody serves is said in the caller's protocol.
    async fn other_path(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        if self.routes.knows(request.uri().path()) {
            return self.route(request.map(RequestBody::Arriving)).await;
        }
        let (parts, mut body) = request.into_parts();
        if parts.version < Version::HTTP_2 {
            discard(&mut body).await;
        }
        refusal(
            CallError::UnknownMethod {
                path: parts.uri.path().to_owned(),
            },
            &parts.headers,
        )
    }

    async fn route(&self, request: Request<RequestBody>) -> Response<ReplyBody> {
        // A service is cloned for a call: it is a handful of reference counts.
        let mut router = self.router.clone();
        match router.call(request).await {
            Ok(response) => response.map(ReplyBody::Routed),
            Err(never) => match never {},
        }
    }
}

/// The one message of a unary call, with the header of its frame if it came in one.
struct Message {
    bytes: Bytes,
    compressed: bool,
}

impl Message {
    fn check(bytes: Bytes, framed: bool, limit: usize) -> Result<Message, CallError> {
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

/// Reads a body to its end, `None` when it has more than `most` bytes; one that comes in one piece is not copied.
async fn read(body: &mut Incoming, most: usize) -> Option<Result<Bytes, CallError>> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else {
            break;
        };
        let Ok(frame) = frame else {
            // The client has gone, or has broken its own framing.
            return Some(Err(CallError::CutFrame));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + rest.len() + data.len() > most {
            return None;
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
    }
    Some(Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    }))
}

/// Reads on for a while: an HTTP/1.1 client that is still sending would miss the reply.
async fn discard(body: &mut Incoming) {
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

#[inline]
fn reply_with(content_type: HeaderValue, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// An error in the protocol of the request.
fn refusal(error: CallError, headers: &HeaderMap) -> Response<ReplyBody> {
    ConnectError::from(error)
        .into_http_response(headers)
        .map(ReplyBody::Routed)
}

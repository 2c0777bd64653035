//! The hot path: unary calls framed by hand for gRPC over HTTP/2 and for Connect with protobuf.
//!
//! Everything unusual goes to the router: compression, JSON, gRPC-Web, other content types, streams.
//! What may be read of a body, and what is wrong with a frame, is decided here for both.
//!
//! A Python grpcio client on a Unix socket sends the percent-encoded path as `:authority`, which h2
//! refuses with PROTOCOL_ERROR before anything here is asked; with the channel option
//! `grpc.default_authority=localhost` it works.
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;
use connectrpc::{ConnectError, ConnectRpcService};
use futures::future::{Either, FutureExt};
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use tower_service::Service;

use crate::answer::{Call, Thread};
use crate::body::{ReplyBody, RequestBody};
use crate::compression::{GRPC_ENCODING, plain_body, plain_frame};
use crate::deadline::{CONNECT_TIMEOUT, GRPC_TIMEOUT, deadline};
use crate::errors::CallError;
use crate::frame::{Broken, Message, Reading, discard};
use crate::method::Method;
use crate::routes::{Routes, is_watch};
use crate::serve::{FRAME_HEADER, Served, serve_later, serve_now};

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
static CONNECT_VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc+proto");
const PROTO: HeaderValue = HeaderValue::from_static("application/proto");
/// Content types whose message is in a frame.
const FRAMED: [&[u8]; 6] = [
    b"application/grpc",
    b"application/grpc+proto",
    b"application/grpc+json",
    b"application/grpc-web",
    b"application/grpc-web+proto",
    b"application/grpc-web+json",
];
/// Further ones, of streams alone.
const FRAMED_STREAMS: [&[u8]; 2] = [b"application/connect+proto", b"application/connect+json"];
const POST: HeaderValue = HeaderValue::from_static("POST");
/// Content types of unary calls.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "application/grpc, application/grpc+proto, application/grpc+json, application/grpc-web, \
     application/grpc-web+proto, application/grpc-web+json, application/proto, application/json",
);

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
            other => Framing::of_media_type(other),
        };
        match framing {
            Framing::Grpc if !hand_framed => Framing::RoutedFrame,
            Framing::Connect if !hand_framed => Framing::RoutedWhole,
            framing => framing,
        }
    }

    /// What is read here and answered by the router.
    #[cold]
    fn of_media_type(content_type: &[u8]) -> Framing {
        match media_type(content_type) {
            b"application/json" | b"application/proto" => Framing::RoutedWhole,
            other if FRAMED.contains(&other) => Framing::RoutedFrame,
            _ => Framing::Unknown,
        }
    }

    fn is_framed(self) -> bool {
        matches!(self, Framing::Grpc | Framing::RoutedFrame)
    }

    /// The headers that tell the protocol of a hot call.
    fn headers(self) -> HeaderMap {
        let content_type = if self == Framing::Grpc { GRPC } else { PROTO };
        HeaderMap::from_iter([(CONTENT_TYPE, content_type)])
    }

    fn timeout_header(self) -> &'static HeaderName {
        match self {
            Framing::Grpc | Framing::RoutedFrame => &GRPC_TIMEOUT,
            _ => &CONNECT_TIMEOUT,
        }
    }
}

/// A content type without its parameters.
fn media_type(content_type: &[u8]) -> &[u8] {
    let end = content_type.iter().position(|byte| *byte == b';');
    content_type[..end.unwrap_or(content_type.len())].trim_ascii()
}

#[inline]
fn is_plain(headers: &HeaderMap, encoding: &HeaderName) -> bool {
    headers
        .get(encoding)
        .is_none_or(|encoding| encoding == "identity")
}

/// A unary call on its way in: all that is needed of its head.
struct Arrival {
    method: Method,
    framing: Framing,
    call: Call,
}

type Unusual = Pin<Box<dyn Future<Output = Response<ReplyBody>> + Send>>;

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
    ///
    /// hyper moves the future about, so that a small one is a fast one: what is rare is boxed.
    pub(crate) fn call(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<ReplyBody>, Infallible>> + Send {
        let started = Instant::now();
        let method = Method::of_path(request.uri().path());
        let framing = Framing::of(&request, self.thread.plane.settings.hand_framed);
        let answering = match (method, framing) {
            (None, _) => Either::Right(Box::pin(self.other_path(request)) as Unusual),
            (Some(_), Framing::Unknown) => Either::Right(Box::pin(no_call(request)) as Unusual),
            (Some(method), framing) => {
                let deadline = deadline(request.headers(), framing.timeout_header(), started);
                let arrival = Arrival {
                    method,
                    framing,
                    call: Call { started, deadline },
                };
                match framing {
                    Framing::Grpc | Framing::Connect => {
                        Either::Left(self.hot(arrival, request.into_body()))
                    }
                    _ => Either::Right(Box::pin(self.routed(arrival, request)) as Unusual),
                }
            }
        };
        answering.map(Ok)
    }

    /// A call that is answered here.
    async fn hot(self: Arc<Self>, arrival: Arrival, mut body: Incoming) -> Response<ReplyBody> {
        let framed = arrival.framing == Framing::Grpc;
        let mut result = match self
            .message(&mut body, arrival.framing, &arrival.call)
            .await
        {
            Ok(Message {
                compressed: true, ..
            }) => Err(self.refused(&arrival, CallError::NoEncoding)),
            Ok(Message { bytes, .. }) => {
                let message = if framed {
                    &bytes[FRAME_HEADER..]
                } else {
                    &bytes[..]
                };
                match serve_now(&self.thread, arrival.method, message, &arrival.call, framed) {
                    Served::Now(result) => result,
                    Served::Later(later) => {
                        let call = &arrival.call;
                        Box::pin(serve_later(later, arrival.method, message, call, framed)).await
                    }
                }
            }
            Err(error) => Err(self.refused(&arrival, error)),
        };
        match &mut result {
            Ok(reply) if framed => reply_with(GRPC, ReplyBody::grpc(std::mem::take(reply))),
            Ok(reply) => reply_with(PROTO, ReplyBody::Whole(Some(std::mem::take(reply)))),
            Err(error) => refusal(error.clone(), &arrival.framing.headers()),
        }
    }

    /// A call whose message is read here and answered by the router.
    async fn routed(
        self: Arc<Self>,
        arrival: Arrival,
        request: Request<Incoming>,
    ) -> Response<ReplyBody> {
        let (mut parts, mut body) = request.into_parts();
        let limit = self.thread.plane.settings.limits.request_bytes;
        let read = self
            .message(&mut body, arrival.framing, &arrival.call)
            .await;
        let plain = read.and_then(|message| match arrival.framing {
            Framing::RoutedFrame => plain_frame(&mut parts.headers, message, limit),
            _ => plain_body(&mut parts.headers, message, limit),
        });
        match plain {
            Ok(bytes) => {
                self.route_call(&arrival, Request::from_parts(parts, bytes))
                    .await
            }
            Err(error) => refusal(self.refused(&arrival, error), &parts.headers),
        }
    }

    async fn route_call(&self, arrival: &Arrival, request: Request<Bytes>) -> Response<ReplyBody> {
        let mut request = request.map(|bytes| RequestBody::Read(Some(bytes)));
        // The deadline goes with the call: the router would count it from now on.
        request
            .headers_mut()
            .remove(arrival.framing.timeout_header());
        request.extensions_mut().insert(arrival.call);
        self.route(request).await
    }

    /// Reads the one message of a unary call, in its frame if it has one.
    async fn message(
        &self,
        body: &mut Incoming,
        framing: Framing,
        call: &Call,
    ) -> Result<Message, CallError> {
        let mut reading = Reading::new(body, self.most(framing));
        let read = match futures::poll!(&mut reading) {
            Poll::Ready(read) => read,
            // Only a body that is late costs a timer.
            Poll::Pending => {
                let until = self.patience(call).into();
                match Box::pin(tokio::time::timeout_at(until, reading)).await {
                    Ok(read) => read,
                    Err(_) => return Err(CallError::DeadlineExceeded),
                }
            }
        };
        let limit = self.thread.plane.settings.limits.request_bytes;
        let message = match read {
            Ok(bytes) => Message::check(bytes, framing.is_framed(), limit),
            Err(Broken::TooLong) => Err(CallError::TooLarge { limit }),
            Err(Broken::Cut) => Err(CallError::CutFrame),
        };
        // HTTP/2 ends one stream; over HTTP/1.1 a client that is still sending would miss the reply.
        if framing != Framing::Grpc && matches!(message, Err(CallError::TooLarge { .. })) {
            Box::pin(discard(body)).await;
        }
        message
    }

    /// Bytes of a body that are read.
    fn most(&self, framing: Framing) -> usize {
        let header = if framing.is_framed() { FRAME_HEADER } else { 0 };
        self.thread.plane.settings.limits.request_bytes + header
    }

    /// When a body must have come.
    fn patience(&self, call: &Call) -> Instant {
        let patience = call.started + self.thread.plane.settings.receive_timeout;
        call.deadline
            .map_or(patience, |deadline| deadline.min(patience))
    }

    /// Counts a call that was refused before it was read.
    fn refused(&self, arrival: &Arrival, error: CallError) -> CallError {
        let code = error.parts().code.grpc_code();
        self.thread
            .counters
            .called(arrival.method, code, arrival.call.started.elapsed());
        error
    }

    /// Health, reflection and Watch go to the router; what nobody serves is said in the caller's protocol.
    async fn other_path(self: Arc<Self>, request: Request<Incoming>) -> Response<ReplyBody> {
        if self.routes.knows(request.uri().path()) {
            if request.method() != http::Method::POST {
                return no_call(request).await;
            }
            if is_watch(request.uri().path()) && opens_stream(request.headers()) {
                return self.opening(request).await;
            }
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

    /// A stream whose one message is read here, so that what is wrong with it is said as for a unary call.
    async fn opening(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        let call = Call {
            started: Instant::now(),
            deadline: None,
        };
        let (parts, mut body) = request.into_parts();
        match self.message(&mut body, Framing::RoutedFrame, &call).await {
            Ok(message) => {
                let body = RequestBody::Read(Some(message.bytes));
                self.route(Request::from_parts(parts, body)).await
            }
            Err(error) => refusal(error, &parts.headers),
        }
    }

    async fn route(&self, request: Request<RequestBody>) -> Response<ReplyBody> {
        // A service is cloned for a call: it is a handful of reference counts.
        let mut router = self.router.clone();
        match router.call(request).await {
            Ok(response) => response.map(|body| ReplyBody::Routed(Box::new(body))),
            Err(never) => match never {},
        }
    }
}

/// Whether the one message of a stream is in a frame.
fn opens_stream(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    content_type
        .map(media_type)
        .is_some_and(|known| FRAMED.contains(&known) || FRAMED_STREAMS.contains(&known))
}

/// What no protocol takes for a call: another verb, or another content type.
async fn no_call(request: Request<Incoming>) -> Response<ReplyBody> {
    let (parts, mut body) = request.into_parts();
    if parts.version < Version::HTTP_2 {
        discard(&mut body).await;
    }
    let (status, name, allowed) = if parts.method == http::Method::POST {
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, ACCEPT_POST, ACCEPTED)
    } else {
        (StatusCode::METHOD_NOT_ALLOWED, ALLOW, POST)
    };
    let mut response = Response::new(ReplyBody::Whole(None));
    *response.status_mut() = status;
    response.headers_mut().insert(name, allowed);
    response
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
        .map(|body| ReplyBody::Routed(Box::new(body)))
}

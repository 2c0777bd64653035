//! What the router serves: the decision service in every protocol, health and reflection.
use std::sync::Arc;

use buffa::{DecodeOptions, Message};
use bytes::Bytes;
use connectrpc::dispatcher::{RequestStream, StreamingResult, UnaryResult};
use connectrpc::{
    Chain, CodecFormat, CompressionPolicy, CompressionRegistry, ConnectError, ConnectRpcService,
    Dispatcher, EncodedBody, GzipProvider, MethodDescriptor, Payload, RequestContext, Response,
    Router,
};
use connectrpc_reflection::Reflector;
use serde::Serialize;
use serde::de::DeserializeOwned;
use turnout_protos::turnout::v1 as pb;

use crate::answer::{Call, Thread};
use crate::errors::CallError;
use crate::health;
use crate::method::{Method, PREFIX};
use crate::serve::{bug_id, serve};
use crate::settings::Limits;
use crate::watch;

const WATCH: &str = "Watch";

/// Every call that is served, by path.
#[derive(Clone)]
pub(crate) struct Routes(Arc<Chain<Decisions, Router>>);

/// The decision service.
struct Decisions {
    thread: Arc<Thread>,
}

impl Routes {
    pub(crate) fn new(thread: &Arc<Thread>) -> Routes {
        let router = health::install(Router::new(), &thread.plane);
        let router = match Reflector::from_descriptor_set_bytes(turnout_protos::DESCRIPTORS) {
            Ok(reflector) => connectrpc_reflection::install(router, reflector),
            // The descriptors are built in: a test would see that they cannot be read.
            Err(error) => {
                tracing::error!(%error, "reflection is off: the built-in descriptors cannot be read");
                router
            }
        };
        Routes(Arc::new(Chain(
            Decisions {
                thread: Arc::clone(thread),
            },
            router,
        )))
    }

    /// Whether a path, with its leading slash, is served.
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.lookup(path.strip_prefix('/').unwrap_or(path))
            .is_some()
    }

    /// The router over these routes. Replies are never compressed: both ends share a machine.
    pub(crate) fn service(&self, limits: &Limits) -> ConnectRpcService<Routes> {
        let limits = connectrpc::Limits::default()
            .with_max_request_body_size(limits.request_bytes + connectrpc::envelope::HEADER_SIZE)
            .with_max_message_size(limits.request_bytes);
        ConnectRpcService::new(self.clone())
            .with_limits(limits)
            .with_compression(CompressionRegistry::new().register(GzipProvider::default()))
            .with_compression_policy(CompressionPolicy::disabled())
    }
}

impl Dispatcher for Routes {
    fn lookup(&self, path: &str) -> Option<MethodDescriptor> {
        self.0.lookup(path)
    }

    fn call_unary(
        &self,
        path: &str,
        ctx: RequestContext,
        request: Payload,
        format: CodecFormat,
    ) -> UnaryResult {
        self.0.call_unary(path, ctx, request, format)
    }

    fn call_server_streaming(
        &self,
        path: &str,
        ctx: RequestContext,
        request: Bytes,
        format: CodecFormat,
    ) -> StreamingResult {
        self.0.call_server_streaming(path, ctx, request, format)
    }

    fn call_client_streaming(
        &self,
        path: &str,
        ctx: RequestContext,
        requests: RequestStream,
        format: CodecFormat,
    ) -> UnaryResult {
        self.0.call_client_streaming(path, ctx, requests, format)
    }

    fn call_bidi_streaming(
        &self,
        path: &str,
        ctx: RequestContext,
        requests: RequestStream,
        format: CodecFormat,
    ) -> StreamingResult {
        self.0.call_bidi_streaming(path, ctx, requests, format)
    }
}

/// Whether a path, with or without its leading slash, is that of the stream of snapshots.
pub(crate) fn is_watch(path: &str) -> bool {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix(&PREFIX[1..]) == Some(WATCH)
}

fn unknown(path: &str) -> ConnectError {
    CallError::UnknownMethod {
        path: format!("/{path}"),
    }
    .into()
}

impl Dispatcher for Decisions {
    fn lookup(&self, path: &str) -> Option<MethodDescriptor> {
        match Method::of_path(path) {
            Some(_) => Some(MethodDescriptor::unary(false)),
            None if is_watch(path) => Some(MethodDescriptor::server_streaming()),
            None => None,
        }
    }

    fn call_unary(
        &self,
        path: &str,
        ctx: RequestContext,
        request: Payload,
        format: CodecFormat,
    ) -> UnaryResult {
        let thread = Arc::clone(&self.thread);
        let Some(method) = Method::of_path(path) else {
            let error = unknown(path);
            return Box::pin(async move { Err(error) });
        };
        let call = ctx.extensions().get::<Call>().copied();
        let call = call.unwrap_or_else(|| Call {
            started: std::time::Instant::now(),
            deadline: ctx.deadline(),
        });
        Box::pin(async move {
            let request = request.encoded()?;
            let request = if is_json(format) {
                from_json(method, &request)?
            } else {
                request
            };
            let reply = serve(&thread, method, &request, &call).await?;
            let reply = if is_json(format) {
                to_json(method, &reply)?
            } else {
                reply
            };
            Ok(Response::new(EncodedBody::from(reply)))
        })
    }

    fn call_server_streaming(
        &self,
        path: &str,
        _ctx: RequestContext,
        request: Bytes,
        format: CodecFormat,
    ) -> StreamingResult {
        let result = if is_watch(path) {
            let json = is_json(format);
            watch::open(&self.thread, &request, json).map_err(ConnectError::from)
        } else {
            Err(unknown(path))
        };
        Box::pin(async move { result.map(Response::stream) })
    }

    fn call_client_streaming(
        &self,
        path: &str,
        _: RequestContext,
        _: RequestStream,
        _: CodecFormat,
    ) -> UnaryResult {
        let error = unknown(path);
        Box::pin(async move { Err(error) })
    }

    fn call_bidi_streaming(
        &self,
        path: &str,
        _: RequestContext,
        _: RequestStream,
        _: CodecFormat,
    ) -> StreamingResult {
        let error = unknown(path);
        Box::pin(async move { Err(error) })
    }
}

fn is_json(format: CodecFormat) -> bool {
    matches!(format, CodecFormat::Json)
}

/// The protobuf form of a request's JSON form: from here on there is one way.
fn from_json(method: Method, json: &[u8]) -> Result<Bytes, CallError> {
    match method {
        Method::Decide => protobuf::<pb::DecideRequest>(json),
        Method::BatchDecide => protobuf::<pb::BatchDecideRequest>(json),
        Method::DecideAll => protobuf::<pb::DecideAllRequest>(json),
        Method::CheckSegment => protobuf::<pb::CheckSegmentRequest>(json),
        Method::BatchCheckSegments => protobuf::<pb::BatchCheckSegmentsRequest>(json),
        Method::ListMatchingSegments => protobuf::<pb::ListMatchingSegmentsRequest>(json),
        Method::Explain => protobuf::<pb::ExplainRequest>(json),
        Method::Expose => protobuf::<pb::ExposeRequest>(json),
        Method::GetSnapshotStatus => protobuf::<pb::GetSnapshotStatusRequest>(json),
    }
}

/// The JSON form of a reply.
fn to_json(method: Method, reply: &[u8]) -> Result<Bytes, CallError> {
    match method {
        Method::Decide => json::<pb::DecideResponse>(reply),
        Method::BatchDecide => json::<pb::BatchDecideResponse>(reply),
        Method::DecideAll => json::<pb::DecideAllResponse>(reply),
        Method::CheckSegment => json::<pb::CheckSegmentResponse>(reply),
        Method::BatchCheckSegments => json::<pb::BatchCheckSegmentsResponse>(reply),
        Method::ListMatchingSegments => json::<pb::ListMatchingSegmentsResponse>(reply),
        Method::Explain => json::<pb::ExplainResponse>(reply),
        Method::Expose => json::<pb::ExposeResponse>(reply),
        Method::GetSnapshotStatus => json::<pb::GetSnapshotStatusResponse>(reply),
    }
}

fn protobuf<M: Message + DeserializeOwned>(json: &[u8]) -> Result<Bytes, CallError> {
    let message: M = serde_json::from_slice(json).map_err(|error| CallError::Malformed {
        message: error.to_string(),
    })?;
    Ok(message.encode_to_bytes())
}

/// The JSON form of a message that was written by hand a moment ago.
pub(crate) fn json<M: Message + Serialize>(reply: &[u8]) -> Result<Bytes, CallError> {
    let broken = |error: String| {
        let id = bug_id();
        tracing::error!(id, error, "a reply has no JSON form");
        CallError::Bug { id }
    };
    // What the engine could link can be told, however deep or large it is.
    let message: M = DecodeOptions::new()
        .with_recursion_limit(u32::from(u16::MAX))
        .with_element_memory_limit(usize::MAX)
        .decode_from_slice(reply)
        .map_err(|error| broken(error.to_string()))?;
    serde_json::to_vec(&message)
        .map(Bytes::from)
        .map_err(|error| broken(error.to_string()))
}

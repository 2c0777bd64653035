//! Why a call has no answer, and the one place that turns it into a status.
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use connectrpc::{ConnectError, ErrorCode, ErrorDetail};

use crate::wire;

const DOMAIN: &str = "turnout";
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// Bytes of a message, and of one part of it. Errors of gRPC travel in headers, and a client that gets
/// more than 8 KiB of them reports RESOURCE_EXHAUSTED, whatever they say.
const MESSAGE_BYTES: usize = 512;
const PART_BYTES: usize = 256;

/// Everything that a call can be refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The message is not protobuf, not UTF-8, or not the JSON form of the message.
    Malformed {
        message: String,
    },
    /// A field holds what it may not.
    Field {
        field: String,
        reason: &'static str,
        message: String,
    },
    /// A field is over a limit.
    Limit {
        field: String,
        limit: usize,
        actual: usize,
    },
    FlagNotFound {
        key: String,
    },
    SegmentNotFound {
        key: String,
    },
    TypeMismatch {
        key: String,
        expected: &'static str,
        actual: &'static str,
    },
    /// The message is longer than the server reads.
    TooLarge {
        limit: usize,
    },
    /// The frame ends before the length that it announces.
    CutFrame,
    NoMessage,
    SeveralMessages,
    /// The frame is compressed, and no header says how.
    NoEncoding,
    UnknownEncoding {
        name: String,
    },
    UnknownMethod {
        path: String,
    },
    NotBuilt {
        what: &'static str,
    },
    NoSnapshot,
    /// `min_revision` is ahead of what is served.
    Behind {
        wanted: u64,
        revision: u64,
        id: String,
    },
    DeadlineExceeded,
    Draining,
    /// A bug: the log has the id and what happened.
    Bug {
        id: String,
    },
}

/// What of an error goes over the wire.
pub(crate) struct Parts {
    pub code: ErrorCode,
    pub reason: &'static str,
    pub message: String,
    metadata: Vec<(&'static str, String)>,
    field: Option<String>,
    retry: bool,
}

impl CallError {
    /// A field that holds what it may not.
    pub(crate) fn field(field: &str, reason: &'static str, message: impl Into<String>) -> Self {
        CallError::Field {
            field: field.to_owned(),
            reason,
            message: message.into(),
        }
    }

    /// The status, the machine-readable reason, the text and the dynamic parts.
    pub(crate) fn parts(&self) -> Parts {
        use CallError as E;
        let of = |code, reason, message: String| Parts {
            code,
            reason,
            message: cut(message, MESSAGE_BYTES),
            metadata: Vec::new(),
            field: None,
            retry: false,
        };
        match self {
            E::Malformed { message } => {
                of(ErrorCode::InvalidArgument, "MALFORMED_MESSAGE", format!("the message cannot be read: {message}"))
            }
            E::Field { field, reason, message } => of(ErrorCode::InvalidArgument, reason, message.clone())
                .with("field", field)
                .on_field(field),
            E::Limit { field, limit, actual } => of(
                ErrorCode::InvalidArgument,
                "LIMIT_EXCEEDED",
                format!("`{field}` is over the limit of {limit}: it has {actual}; send less, or raise the limit of the server"),
            )
            .with("field", field)
            .with("limit", limit)
            .with("actual", actual)
            .on_field(field),
            E::FlagNotFound { key } => {
                of(ErrorCode::NotFound, "FLAG_NOT_FOUND", format!("no flag or experiment has the key `{key}`"))
                    .with("key", key)
            }
            E::SegmentNotFound { key } => {
                of(ErrorCode::NotFound, "SEGMENT_NOT_FOUND", format!("no segment has the key `{key}`"))
                    .with("key", key)
            }
            E::TypeMismatch { key, expected, actual } => of(
                ErrorCode::InvalidArgument,
                "TYPE_MISMATCH",
                format!("`{key}` carries values of the type {actual}, not {expected}"),
            )
            .with("key", key)
            .with("expected", expected)
            .with("actual", actual)
            .on_field("expected_type"),
            E::TooLarge { limit } => of(
                ErrorCode::ResourceExhausted,
                "MESSAGE_TOO_LARGE",
                format!("the message is over the limit of {limit} bytes"),
            )
            .with("limit", limit),
            E::CutFrame => of(
                ErrorCode::Internal,
                "CUT_FRAME",
                "the frame ends before the length that it announces".to_owned(),
            ),
            E::NoMessage => of(
                ErrorCode::Unimplemented,
                "NO_MESSAGE",
                "the request has no message; a unary call sends exactly one".to_owned(),
            ),
            E::SeveralMessages => of(
                ErrorCode::Unimplemented,
                "SEVERAL_MESSAGES",
                "the request has several messages; a unary call sends exactly one".to_owned(),
            ),
            E::NoEncoding => of(
                ErrorCode::Internal,
                "NO_ENCODING",
                "the message is compressed and no header says how; send `grpc-encoding`".to_owned(),
            ),
            E::UnknownEncoding { name } => of(
                ErrorCode::Unimplemented,
                "UNKNOWN_ENCODING",
                format!("the encoding `{name}` is not known; send `gzip` or `identity`"),
            )
            .with("encoding", name),
            E::UnknownMethod { path } => {
                of(ErrorCode::Unimplemented, "UNKNOWN_METHOD", format!("no method is served at `{path}`"))
                    .with("path", path)
            }
            E::NotBuilt { what } => {
                of(ErrorCode::Unimplemented, "NOT_BUILT", format!("{what} is not built yet")).with("what", what)
            }
            E::NoSnapshot => of(
                ErrorCode::Unavailable,
                "NO_SNAPSHOT",
                "no snapshot has been loaded yet; try again".to_owned(),
            )
            .retry(),
            E::Behind { wanted, revision, id } => of(
                ErrorCode::FailedPrecondition,
                "REVISION_NOT_REACHED",
                format!("the server has revision {revision}, not yet {wanted}"),
            )
            .with("min_revision", wanted)
            .with("revision", revision)
            .with("snapshot_id", id),
            E::DeadlineExceeded => of(
                ErrorCode::DeadlineExceeded,
                "DEADLINE_EXCEEDED",
                "the deadline passed before the answer was complete".to_owned(),
            ),
            E::Draining => of(
                ErrorCode::Unavailable,
                "DRAINING",
                "the server is shutting down; connect to another or try again".to_owned(),
            )
            .retry(),
            E::Bug { id } => of(
                ErrorCode::Internal,
                "BUG",
                format!("this is a bug of the server; its log has more under the id `{id}`"),
            )
            .with("id", id),
        }
    }
}

impl Parts {
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.metadata
            .push((name, cut(value.to_string(), PART_BYTES)));
        self
    }

    fn on_field(mut self, field: &str) -> Self {
        self.field = Some(cut(field.to_owned(), PART_BYTES));
        self
    }

    fn retry(mut self) -> Self {
        self.retry = true;
        self
    }

    fn details(&self) -> Vec<ErrorDetail> {
        let mut details = vec![detail(
            "google.rpc.ErrorInfo",
            error_info(self.reason, &self.metadata),
        )];
        if let Some(field) = &self.field {
            details.push(detail(
                "google.rpc.BadRequest",
                bad_request(field, &self.message, self.reason),
            ));
        }
        if self.retry {
            details.push(detail("google.rpc.RetryInfo", retry_info(RETRY_AFTER)));
        }
        details
    }
}

/// Leaves the end away of a text that is longer than the limit.
fn cut(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        let fits = (0..=limit)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(fits);
        text.push('…');
    }
    text
}

impl From<CallError> for ConnectError {
    fn from(error: CallError) -> ConnectError {
        let parts = error.parts();
        let mut status = ConnectError::new(parts.code, parts.message.clone());
        status.details = parts.details();
        match error {
            // The Connect protocol answers a path that does not exist with 404.
            CallError::UnknownMethod { .. } => status.with_http_status(http::StatusCode::NOT_FOUND),
            _ => status,
        }
    }
}

fn detail(type_name: &str, value: Vec<u8>) -> ErrorDetail {
    ErrorDetail {
        type_url: type_name.to_owned(),
        value: Some(STANDARD_NO_PAD.encode(value)),
        debug: None,
    }
}

/// `google.rpc.ErrorInfo {reason = 1, domain = 2, metadata = 3}`.
fn error_info(reason: &str, metadata: &[(&'static str, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    wire::put_bytes(&mut out, 1, reason.as_bytes());
    wire::put_bytes(&mut out, 2, DOMAIN.as_bytes());
    for (name, value) in metadata {
        let mut entry = Vec::new();
        wire::put_bytes(&mut entry, 1, name.as_bytes());
        wire::put_bytes(&mut entry, 2, value.as_bytes());
        wire::put_bytes(&mut out, 3, &entry);
    }
    out
}

/// `google.rpc.BadRequest {field_violations = 1 {field = 1, description = 2, reason = 3}}`.
fn bad_request(field: &str, description: &str, reason: &str) -> Vec<u8> {
    let mut violation = Vec::new();
    wire::put_bytes(&mut violation, 1, field.as_bytes());
    wire::put_bytes(&mut violation, 2, description.as_bytes());
    wire::put_bytes(&mut violation, 3, reason.as_bytes());
    let mut out = Vec::new();
    wire::put_bytes(&mut out, 1, &violation);
    out
}

/// `google.rpc.RetryInfo {retry_delay = 1}`.
fn retry_info(after: Duration) -> Vec<u8> {
    let mut delay = Vec::new();
    wire::put_duration(&mut delay, after);
    let mut out = Vec::new();
    wire::put_bytes(&mut out, 1, &delay);
    out
}

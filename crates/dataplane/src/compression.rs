//! Compressed requests are made plain before the router sees them: what is wrong with one is then said
//! as everything else is.
use bytes::{Bytes, BytesMut};
use connectrpc::{CompressionProvider, ErrorCode, GzipProvider};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderName};
use http::{HeaderMap, HeaderValue};

use crate::errors::CallError;
use crate::frame::Message;
use crate::serve::FRAME_HEADER;

pub(crate) static GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// A message that was the whole body, without its compression.
///
/// # Errors
/// The encoding is not known, the bytes are not of that encoding, or the message is over the limit.
pub(crate) fn plain_body(
    headers: &mut HeaderMap,
    message: Message,
    limit: usize,
) -> Result<Bytes, CallError> {
    match encoding(headers, &CONTENT_ENCODING) {
        None => Ok(message.bytes),
        Some(name) => {
            let bytes = decompress(&name, &message.bytes, limit)?;
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
            Ok(bytes)
        }
    }
}

/// A message in its frame, without its compression.
///
/// # Errors
/// As [`plain_body`], or the frame says that it is compressed and the headers do not say how.
pub(crate) fn plain_frame(
    headers: &mut HeaderMap,
    message: Message,
    limit: usize,
) -> Result<Bytes, CallError> {
    if !message.compressed {
        return Ok(message.bytes);
    }
    let name = encoding(headers, &GRPC_ENCODING).ok_or(CallError::NoEncoding)?;
    let bytes = decompress(&name, &message.bytes[FRAME_HEADER..], limit)?;
    headers.remove(&GRPC_ENCODING);
    headers.remove(CONTENT_LENGTH);
    let length = u32::try_from(bytes.len()).map_err(|_| CallError::TooLarge { limit })?;
    let mut frame = BytesMut::with_capacity(FRAME_HEADER + bytes.len());
    frame.extend_from_slice(&[0]);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&bytes);
    Ok(frame.freeze())
}

/// The encoding that a header names; `None` when there is none.
fn encoding(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name).map(HeaderValue::as_bytes)?;
    (value != b"identity").then(|| String::from_utf8_lossy(value).into_owned())
}

fn decompress(name: &str, bytes: &[u8], limit: usize) -> Result<Bytes, CallError> {
    if name != "gzip" {
        return Err(CallError::UnknownEncoding {
            name: name.to_owned(),
        });
    }
    // By the Connect protocol, an empty body is empty in every encoding.
    if bytes.is_empty() {
        return Ok(Bytes::new());
    }
    GzipProvider::default()
        .decompress_with_limit(bytes, limit)
        .map_err(|error| match error.code {
            ErrorCode::ResourceExhausted => CallError::TooLarge { limit },
            _ => CallError::Malformed {
                message: error.message.unwrap_or_default(),
            },
        })
}

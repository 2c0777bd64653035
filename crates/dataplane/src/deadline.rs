//! How long a caller waits: `grpc-timeout` and `connect-timeout-ms`.
use std::time::{Duration, Instant};

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

pub(crate) static GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
pub(crate) static CONNECT_TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");

const GRPC_DIGITS: usize = 8;
const CONNECT_DIGITS: usize = 10;

/// The instant at which the caller stops waiting; a value outside the grammar counts as none.
#[inline]
pub(crate) fn deadline(
    headers: &HeaderMap,
    name: &HeaderName,
    started: Instant,
) -> Option<Instant> {
    let value = headers.get(name)?;
    let timeout = if *name == GRPC_TIMEOUT {
        grpc(value)
    } else {
        connect(value)
    };
    started.checked_add(timeout?)
}

/// At most 8 digits and a unit: H, M, S, m, u or n.
fn grpc(value: &HeaderValue) -> Option<Duration> {
    let (unit, digits) = value.as_bytes().split_last()?;
    let number = number(digits, GRPC_DIGITS)?;
    match unit {
        b'H' => Some(Duration::from_secs(number * 3600)),
        b'M' => Some(Duration::from_secs(number * 60)),
        b'S' => Some(Duration::from_secs(number)),
        b'm' => Some(Duration::from_millis(number)),
        b'u' => Some(Duration::from_micros(number)),
        b'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// At most 10 digits of milliseconds.
fn connect(value: &HeaderValue) -> Option<Duration> {
    number(value.as_bytes(), CONNECT_DIGITS).map(Duration::from_millis)
}

fn number(digits: &[u8], most: usize) -> Option<u64> {
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grpc_of(text: &'static str) -> Option<Duration> {
        grpc(&HeaderValue::from_static(text))
    }

    #[test]
    fn grpc_timeouts_have_a_unit() {
        assert_eq!(grpc_of("100m"), Some(Duration::from_millis(100)));
        assert_eq!(
            grpc_of("99999999H"),
            Some(Duration::from_secs(99_999_999 * 3600))
        );
        assert_eq!(grpc_of("1n"), Some(Duration::from_nanos(1)));
        for wrong in ["", "m", "1", "1x", "-1S", "123456789S", "1 S"] {
            assert_eq!(grpc_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn connect_timeouts_are_milliseconds() {
        assert_eq!(
            connect(&HeaderValue::from_static("2500")),
            Some(Duration::from_millis(2500))
        );
        assert_eq!(connect(&HeaderValue::from_static("12345678901")), None);
        assert_eq!(connect(&HeaderValue::from_static("1s")), None);
    }
}

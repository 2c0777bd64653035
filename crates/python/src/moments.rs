//! Instants: datetimes with a zone, as nanoseconds and as seconds.
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta, PyDeltaAccess, PyType};
use turnout_engine::Instant;

use crate::classes::Classes;
use crate::failures::invalid_argument;

/// An instant that stands in the place of a datetime whose conversion runs Python code.
#[pyclass(frozen, name = "_Moment")]
pub struct Moment {
    /// Whole seconds since 1970, may be negative.
    pub seconds: i64,
    /// 0 to 999,999,999.
    pub nanos: i32,
}

/// The system's clock.
#[inline]
#[allow(unsafe_code)]
pub fn system_now() -> Instant {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is ours; this clock is there on every system, so the call cannot fail.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    Instant(
        time.tv_sec
            .saturating_mul(1_000_000_000)
            .saturating_add(time.tv_nsec),
    )
}

/// The `now` of a request: a datetime, or the system's clock.
#[inline]
pub fn read_now(py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<Instant> {
    match now {
        None => Ok(system_now()),
        Some(now) => given_now(py, now),
    }
}

fn given_now(py: Python<'_>, now: &Bound<'_, PyAny>) -> PyResult<Instant> {
    let Ok(datetime) = now.cast::<PyDateTime>() else {
        let kind = type_name(now);
        return Err(invalid_argument(
            py,
            &format!("`now` is a `{kind}`: give an aware datetime"),
        ));
    };
    let moment = read(py, datetime)
        .map_err(|error| invalid_argument(py, &format!("`now` {}", error.value(py))))?;
    moment
        .seconds
        .checked_mul(1_000_000_000)
        .and_then(|nanos| nanos.checked_add(i64::from(moment.nanos)))
        .map(Instant)
        .ok_or_else(|| invalid_argument(py, "`now` is outside the years 1678 to 2261"))
}

/// Whether converting this datetime runs C code alone.
///
/// A subclass, or a zone other than a fixed offset, may run Python code, which may change the
/// dict that is being read.
pub fn is_plain(classes: &Classes, datetime: &Bound<'_, PyDateTime>) -> PyResult<bool> {
    if !datetime.is_exact_instance_of::<PyDateTime>() {
        return Ok(false);
    }
    let zone = datetime.getattr(pyo3::intern!(datetime.py(), "tzinfo"))?;
    Ok(zone.is_none() || zone.get_type().is(&classes.fixed_zone))
}

/// Reads a datetime; may run Python code unless it [`is_plain`].
pub fn read(py: Python<'_>, datetime: &Bound<'_, PyDateTime>) -> PyResult<Moment> {
    let classes = Classes::get(py)?;
    let zone = datetime.getattr(pyo3::intern!(py, "tzinfo"))?;
    let naive = zone.is_none()
        || (!zone.get_type().is(&classes.fixed_zone)
            && datetime
                .call_method0(pyo3::intern!(py, "utcoffset"))?
                .is_none());
    if naive {
        let message = format!(
            "is `{}` without a zone: give an aware datetime",
            datetime.str()?
        );
        return Err(invalid_argument(py, &message));
    }
    let since = datetime.sub(&classes.epoch)?;
    let since = since.cast::<PyDelta>()?;
    Ok(Moment {
        seconds: i64::from(since.get_days()) * 86_400 + i64::from(since.get_seconds()),
        nanos: since.get_microseconds() * 1000,
    })
}

/// A datetime in UTC; digits below a microsecond are cut.
pub fn write<'py>(py: Python<'py>, seconds: i64, nanos: i32) -> PyResult<Bound<'py, PyAny>> {
    let days = i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX);
    let rest = i32::try_from(seconds.rem_euclid(86_400)).unwrap_or(0);
    let since = PyDelta::new(py, days, rest, nanos / 1000, true)?;
    Classes::get(py)?.epoch.bind(py).add(since)
}

/// A timedelta; digits below a microsecond are cut.
pub fn write_duration(py: Python<'_>, duration: Duration) -> PyResult<Bound<'_, PyAny>> {
    let seconds = duration.as_secs();
    let days = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let rest = i32::try_from(seconds % 86_400).unwrap_or(0);
    let micros = i32::try_from(duration.subsec_micros()).unwrap_or(0);
    Ok(PyDelta::new(py, days, rest, micros, true)?.into_any())
}

/// The name of a value's class.
pub fn type_name(value: &Bound<'_, PyAny>) -> String {
    let class: Bound<'_, PyType> = value.get_type();
    class
        .name()
        .map_or_else(|_| "?".to_owned(), |name| name.to_string())
}

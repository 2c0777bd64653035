//! What a variant carries, as a Python value.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use turnout_engine::Value;
use turnout_snapshot::turnout::v1::__buffa::oneof::value::Kind;

use crate::moments;

/// Whether the value can be changed, so that every answer needs one of its own.
pub fn is_mutable(value: &Value) -> bool {
    matches!(value.kind, Some(Kind::List(_) | Kind::Object(_)))
}

/// A value of its own; the depth is the compiler's to limit.
pub fn write<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match &value.kind {
        None | Some(Kind::Null(_)) => Ok(py.None().into_bound(py)),
        Some(Kind::String(text)) => Ok(text.into_pyobject(py)?.into_any()),
        Some(Kind::Integer(number)) => Ok(number.into_pyobject(py)?.into_any()),
        Some(Kind::Double(number)) => Ok(number.into_pyobject(py)?.into_any()),
        Some(Kind::Boolean(truth)) => Ok(truth.into_pyobject(py)?.to_owned().into_any()),
        Some(Kind::Timestamp(instant)) => moments::write(py, instant.seconds, instant.nanos),
        Some(Kind::List(list)) => {
            let written = PyList::empty(py);
            for element in &list.values {
                written.append(write(py, element)?)?;
            }
            Ok(written.into_any())
        }
        Some(Kind::Object(object)) => {
            let written = PyDict::new(py);
            for field in &object.fields {
                written.set_item(&field.name, write(py, &field.value)?)?;
            }
            Ok(written.into_any())
        }
    }
}

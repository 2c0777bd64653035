//! The exceptions of `turnout.results`.
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyType};

use crate::classes::Classes;

/// The call itself is wrong: the message names the field.
pub fn invalid_argument(py: Python<'_>, message: &str) -> PyErr {
    raised(py, |classes| &classes.invalid_argument, message, &[])
}

/// No flag or experiment of that key.
pub fn flag_not_found(py: Python<'_>, key: &str) -> PyErr {
    raised(
        py,
        |classes| &classes.flag_not_found,
        &no_flag(key),
        &[("key", key)],
    )
}

/// No segment of that key.
pub fn segment_not_found(py: Python<'_>, key: &str) -> PyErr {
    raised(
        py,
        |classes| &classes.segment_not_found,
        &no_segment(key),
        &[("key", key)],
    )
}

/// The flag's values are not of the type asked for.
pub fn type_mismatch(py: Python<'_>, key: &str, actual: &str, expected: &str) -> PyErr {
    let message = format!("`{key}` carries values of the type {actual}, not {expected}");
    let metadata = [("key", key), ("actual", actual), ("expected", expected)];
    raised(py, |classes| &classes.type_mismatch, &message, &metadata)
}

/// The bytes are no snapshot that can be linked.
pub fn snapshot_refused(py: Python<'_>, message: &str) -> PyErr {
    raised(py, |classes| &classes.snapshot_refused, message, &[])
}

/// A data plane that cannot start.
pub fn bind_error(py: Python<'_>, message: &str) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let exception = Classes::get(py)?.bind_error.bind(py).call1((message,))?;
        Ok(PyErr::from_value(exception))
    };
    build().unwrap_or_else(|error| error)
}

/// What is said of a flag that is not there.
pub fn no_flag(key: &str) -> String {
    format!("no flag or experiment has the key `{key}`")
}

/// What is said of a segment that is not there.
pub fn no_segment(key: &str) -> String {
    format!("no segment has the key `{key}`")
}

fn raised(
    py: Python<'_>,
    kind: impl Fn(&Classes) -> &Py<PyType>,
    message: &str,
    metadata: &[(&str, &str)],
) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let metadata = metadata.into_py_dict(py)?;
        let keywords = [("metadata", metadata)].into_py_dict(py)?;
        let exception = kind(Classes::get(py)?)
            .bind(py)
            .call((message,), Some(&keywords))?;
        Ok(PyErr::from_value(exception))
    };
    build().unwrap_or_else(|error| error)
}

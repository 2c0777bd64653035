//! What a literal means is the engine's to say; the compiler asks here.
use buffa::{Message, MessageView};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use turnout_engine::literal::{self, LiteralError};
use turnout_snapshot::turnout::snapshot::v1::__buffa::view::MomentView;

/// Checks a decimal literal in the grammar of numbers; raises ValueError with what is wrong.
#[pyfunction]
pub fn check_number(text: &str) -> PyResult<()> {
    literal::check_number(text).map_err(refused)
}

/// -1, 0 or 1: how two decimal literals compare, exactly.
#[pyfunction]
pub fn compare_numbers(left: &str, right: &str) -> PyResult<i8> {
    let order = literal::compare_numbers(left, right).map_err(refused)?;
    Ok(order as i8)
}

/// A text as conditions compare it: NFC, and folded unless `case_sensitive`.
#[pyfunction]
#[pyo3(signature = (text, case_sensitive=false))]
pub fn text_form(text: &str, case_sensitive: bool) -> String {
    literal::text_form(text, case_sensitive)
}

/// Checks a regular expression; raises ValueError with what is wrong.
#[pyfunction]
#[pyo3(signature = (pattern, case_sensitive=false))]
pub fn check_regex(pattern: &str, case_sensitive: bool) -> PyResult<()> {
    literal::check_regex(pattern, case_sensitive).map_err(refused)
}

/// Reads a date as a condition writes it into a serialised `turnout.snapshot.v1.Moment`.
#[pyfunction]
#[pyo3(signature = (text, *, zone, rolling))]
pub fn moment<'py>(
    py: Python<'py>,
    text: &str,
    zone: Option<&str>,
    rolling: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let moment = literal::parse_moment(text, rolling, zone).map_err(refused)?;
    Ok(PyBytes::new(py, &moment.encode_to_vec()))
}

/// Why two serialised moments are reversed whatever now is; None when some now puts them in order.
#[pyfunction]
pub fn check_moments(low: &[u8], high: &[u8]) -> PyResult<Option<String>> {
    let checked = literal::check_moments(&read_moment(low)?, &read_moment(high)?);
    Ok(checked.err().map(|error| error.message))
}

fn read_moment(bytes: &[u8]) -> PyResult<MomentView<'_>> {
    MomentView::decode_view(bytes)
        .map_err(|error| PyValueError::new_err(format!("this is no moment: {error}")))
}

/// Checks a time zone: `UTC`, or a name with `/` in exact case.
#[pyfunction]
pub fn check_zone(name: &str) -> PyResult<()> {
    literal::check_zone(name).map_err(refused)
}

/// The version of the time zone database.
#[pyfunction]
pub fn tzdata_version() -> &'static str {
    literal::tzdata_version()
}

/// Checks a version; raises ValueError with what is wrong.
#[pyfunction]
pub fn check_version(text: &str) -> PyResult<()> {
    literal::check_version(text).map_err(refused)
}

/// -1, 0 or 1: how two versions compare.
#[pyfunction]
pub fn compare_versions(left: &str, right: &str) -> PyResult<i8> {
    let order = literal::compare_versions(left, right).map_err(refused)?;
    Ok(order as i8)
}

/// Checks a network; raises ValueError with what is wrong.
#[pyfunction]
pub fn check_cidr(text: &str) -> PyResult<()> {
    literal::check_cidr(text).map_err(refused)
}

/// The slot of a unit id for a salt: 0 to 999,999.
#[pyfunction]
pub fn slot(salt: &str, unit_id: &str) -> u32 {
    turnout_engine::slot(salt, unit_id)
}

fn refused(error: LiteralError) -> PyErr {
    PyValueError::new_err(error.message)
}

//! What a literal means is the engine's to say; the compiler asks here.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use turnout_engine::literal::{self, LiteralError};

/// Checks a decimal literal in the grammar of numbers; raises ValueError with what is wrong.
#[pyfunction]
pub fn check_number(text: &str) -> PyResult<()> {
    literal::check_number(text).map_err(refused)
}

/// Checks a regular expression; raises ValueError with what is wrong.
#[pyfunction]
#[pyo3(signature = (pattern, case_sensitive=false))]
pub fn check_regex(pattern: &str, case_sensitive: bool) -> PyResult<()> {
    literal::check_regex(pattern, case_sensitive).map_err(refused)
}

/// The slot of a unit id for a salt: 0 to 999,999.
#[pyfunction]
pub fn slot(salt: &str, unit_id: &str) -> u32 {
    turnout_engine::slot(salt, unit_id)
}

fn refused(error: LiteralError) -> PyErr {
    PyValueError::new_err(error.message)
}

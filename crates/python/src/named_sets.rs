//! The member sets that a snapshot names.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use turnout_dataplane::hex;
use turnout_engine::{NamedSet, member_segments as segments_of, named_sets};

use crate::failures::snapshot_refused;

/// A member set as a snapshot names it.
#[pyclass(frozen, get_all, eq, hash, module = "turnout.engine")]
#[derive(PartialEq, Eq, Hash)]
pub struct NamedMemberSet {
    /// The SHA-256 of the artifact, in lower-case hexadecimal.
    sha256: String,
    /// The length of the artifact, in bytes.
    size: u64,
    /// How many members.
    count: u64,
}

#[pymethods]
impl NamedMemberSet {
    fn __repr__(&self) -> String {
        let Self {
            sha256,
            size,
            count,
        } = self;
        format!("NamedMemberSet(sha256='{sha256}', size={size}, count={count})")
    }
}

impl From<NamedSet> for NamedMemberSet {
    fn from(named: NamedSet) -> Self {
        Self {
            sha256: hex(&named.sha256),
            size: named.size,
            count: named.count,
        }
    }
}

/// The member sets that a sealed snapshot names, each once, sorted by their SHA-256.
///
/// Raises SnapshotRefused for bytes that are no sealed snapshot, or a damaged one; other Python
/// threads run meanwhile.
#[pyfunction]
pub fn named_member_sets(
    py: Python<'_>,
    sealed: &Bound<'_, PyBytes>,
) -> PyResult<Vec<NamedMemberSet>> {
    let bytes = sealed.as_bytes();
    let named = py
        .detach(|| named_sets(bytes))
        .map_err(|error| snapshot_refused(py, &error.to_string()))?;
    Ok(named.into_iter().map(NamedMemberSet::from).collect())
}

/// The segments with member lists in a sealed snapshot: a dict of the set that each names, by its
/// key; None where its members are in the snapshot itself.
///
/// Raises SnapshotRefused for bytes that are no sealed snapshot, or a damaged one; other Python
/// threads run meanwhile.
#[pyfunction]
pub fn member_segments<'py>(
    py: Python<'py>,
    sealed: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyDict>> {
    let bytes = sealed.as_bytes();
    let segments = py
        .detach(|| segments_of(bytes))
        .map_err(|error| snapshot_refused(py, &error.to_string()))?;
    let told = PyDict::new(py);
    for (key, named) in segments {
        told.set_item(key, named.map(NamedMemberSet::from))?;
    }
    Ok(told)
}

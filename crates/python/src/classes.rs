//! The classes of `turnout.results` and `datetime`, looked up once a process.
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyTuple, PyType, PyTzInfo};

use crate::moments::Moment;
use crate::tuples::Maker;

/// Python classes and constants that requests are read from and answers are made of.
pub struct Classes {
    /// `Context`.
    pub context: Py<PyType>,
    /// `StickyAssignment`.
    pub sticky_assignment: Py<PyType>,
    /// `Decision`.
    pub decision: Py<PyType>,
    /// `SegmentCheck`.
    pub segment_check: Py<PyType>,
    /// `Explanation`.
    pub explanation: Py<PyType>,
    /// `ExplainedStep`.
    pub explained_step: Py<PyType>,
    /// `MatchingSegments`.
    pub matching_segments: Py<PyType>,
    /// `SnapshotRef`.
    pub snapshot_ref: Py<PyType>,
    /// `SnapshotProblem`.
    pub snapshot_problem: Py<PyType>,
    /// `SnapshotStatus`.
    pub snapshot_status: Py<PyType>,
    /// `ItemFailure`.
    pub item_failure: Py<PyType>,
    /// `FlagNotFound`.
    pub flag_not_found: Py<PyType>,
    /// `SegmentNotFound`.
    pub segment_not_found: Py<PyType>,
    /// `TypeMismatch`.
    pub type_mismatch: Py<PyType>,
    /// `InvalidArgument`.
    pub invalid_argument: Py<PyType>,
    /// `SnapshotRefused`.
    pub snapshot_refused: Py<PyType>,
    /// `BindError`.
    pub bind_error: Py<PyType>,
    /// `Reason` by number.
    pub reasons: Vec<Py<PyAny>>,
    /// `Note` by number.
    pub notes: Vec<Py<PyAny>>,
    /// `SegmentState` by number.
    pub segment_states: Vec<Py<PyAny>>,
    /// Names of kinds of explained steps by number.
    pub step_kinds: Vec<Py<PyAny>>,
    /// Names of the states of an attribute by number.
    pub attribute_states: Vec<Py<PyAny>>,
    /// `datetime.timezone`: fixed offsets, and no Python code behind them.
    pub fixed_zone: Py<PyType>,
    /// 1970-01-01T00:00:00Z.
    pub epoch: Py<PyAny>,
    /// `Context()`.
    pub anyone: Py<PyAny>,
    /// `()`.
    pub nothing: Py<PyTuple>,
    /// How a named tuple is made.
    pub maker: Maker,
}

static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();

impl Classes {
    /// The classes of this process.
    pub fn get(py: Python<'_>) -> PyResult<&'static Self> {
        CLASSES.get_or_try_init(py, || Self::look_up(py))
    }

    fn look_up(py: Python<'_>) -> PyResult<Self> {
        let results = py.import("turnout.results")?;
        let class = |name: &str| -> PyResult<Py<PyType>> {
            Ok(results.getattr(name)?.cast_into::<PyType>()?.unbind())
        };
        let members = |name: &str| -> PyResult<Vec<Py<PyAny>>> {
            results
                .getattr(name)?
                .try_iter()?
                .map(|member| Ok(member?.unbind()))
                .collect()
        };
        // Made now, and not in the middle of a request, whose strings are borrowed.
        py.get_type::<Moment>();
        let utc = PyTzInfo::utc(py)?;
        let epoch = PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))?;
        Ok(Self {
            context: class("Context")?,
            sticky_assignment: class("StickyAssignment")?,
            decision: class("Decision")?,
            segment_check: class("SegmentCheck")?,
            explanation: class("Explanation")?,
            explained_step: class("ExplainedStep")?,
            matching_segments: class("MatchingSegments")?,
            snapshot_ref: class("SnapshotRef")?,
            snapshot_problem: class("SnapshotProblem")?,
            snapshot_status: class("SnapshotStatus")?,
            item_failure: class("ItemFailure")?,
            flag_not_found: class("FlagNotFound")?,
            segment_not_found: class("SegmentNotFound")?,
            type_mismatch: class("TypeMismatch")?,
            invalid_argument: class("InvalidArgument")?,
            snapshot_refused: class("SnapshotRefused")?,
            bind_error: class("BindError")?,
            reasons: members("REASONS")?,
            notes: members("NOTES")?,
            segment_states: members("SEGMENT_STATES")?,
            step_kinds: members("STEP_KINDS")?,
            attribute_states: members("ATTRIBUTE_STATES")?,
            fixed_zone: utc.get_type().unbind(),
            epoch: epoch.into_any().unbind(),
            anyone: results.getattr("Context")?.call0()?.unbind(),
            nothing: PyTuple::empty(py).unbind(),
            maker: Maker::new(py)?,
        })
    }
}

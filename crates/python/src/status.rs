//! What a snapshot says of itself, as a `SnapshotStatus`.
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString, PyTuple};
use turnout_engine::{ItemKind, Problem, Program};

use crate::classes::Classes;
use crate::moments;

/// Writes the status of a program.
pub fn write<'py>(
    classes: &Classes,
    program: &Program,
    snapshot: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = snapshot.py();
    let header = program.header();
    let published_at = match header.published_at.as_option() {
        Some(instant) => moments::write(py, instant.seconds, instant.nanos)?,
        None => py.None().into_bound(py),
    };
    let flags = program
        .items()
        .iter()
        .filter(|item| item.kind == ItemKind::Flag)
        .count();
    let problems: PyResult<Vec<_>> = header
        .problems
        .iter()
        .map(|one| problem(py, classes, one))
        .collect();
    let fields = [
        snapshot,
        published_at,
        PyString::new(py, &header.published_by).into_any(),
        flags.into_pyobject(py)?.into_any(),
        (program.items().len() - flags)
            .into_pyobject(py)?
            .into_any(),
        program.segments().len().into_pyobject(py)?.into_any(),
        PyTuple::new(py, problems?)?.into_any(),
        program.layers().len().into_pyobject(py)?.into_any(),
        program.holdouts().len().into_pyobject(py)?.into_any(),
    ];
    classes.maker.build(py, &classes.snapshot_status, fields)
}

/// A `SnapshotRef`.
pub fn reference<'py>(
    py: Python<'py>,
    classes: &Classes,
    program: &Program,
    age: Duration,
    stale: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let fields = [
        PyString::new(py, program.id()).into_any(),
        program.revision().into_pyobject(py)?.into_any(),
        age.as_secs_f64().into_pyobject(py)?.into_any(),
        PyBool::new(py, stale).to_owned().into_any(),
    ];
    classes.maker.build(py, &classes.snapshot_ref, fields)
}

fn problem<'py>(
    py: Python<'py>,
    classes: &Classes,
    problem: &Problem,
) -> PyResult<Bound<'py, PyAny>> {
    let text = |text: &str| PyString::new(py, text).into_any();
    let fields = [
        text(&problem.kind),
        text(&problem.key),
        text(&problem.file),
        problem.line.into_pyobject(py)?.into_any(),
        problem.column.into_pyobject(py)?.into_any(),
        text(&problem.message),
        PyBool::new(py, problem.serving_last_good)
            .to_owned()
            .into_any(),
    ];
    classes.maker.build(py, &classes.snapshot_problem, fields)
}

//! `turnout.Explanation`: an answer with the way to it.
use std::time::Duration;

use buffa_types::google::protobuf::Duration as WireDuration;
use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use turnout_dataplane::ExplainedStep;

use crate::classes::Classes;
use crate::moments;
use crate::values;

/// An answer and its steps.
pub fn write<'py>(
    classes: &Classes,
    answer: Bound<'py, PyAny>,
    explained: &[ExplainedStep],
) -> PyResult<Bound<'py, PyAny>> {
    let py = answer.py();
    let steps = steps(py, classes, explained)?;
    classes
        .maker
        .build(py, &classes.explanation, [answer, steps.into_any()])
}

fn steps<'py>(
    py: Python<'py>,
    classes: &Classes,
    explained: &[ExplainedStep],
) -> PyResult<Bound<'py, PyTuple>> {
    let written: PyResult<Vec<_>> = explained
        .iter()
        .map(|explained| step(py, classes, explained))
        .collect();
    PyTuple::new(py, written?)
}

fn step<'py>(
    py: Python<'py>,
    classes: &Classes,
    step: &ExplainedStep,
) -> PyResult<Bound<'py, PyAny>> {
    let text = |text: &str| Ok::<_, PyErr>(text.into_pyobject(py)?.into_any());
    let fields = [
        named(py, &classes.step_kinds, step.kind.to_i32())?,
        text(&step.name)?,
        named(py, &classes.segment_states, step.outcome.to_i32())?,
        text(&step.operator)?,
        text(&step.operand)?,
        named(py, &classes.attribute_states, step.state.to_i32())?,
        match step.value.as_option() {
            Some(value) => values::write(py, value)?,
            None => py.None().into_bound(py),
        },
        step.masked.into_pyobject(py)?.to_owned().into_any(),
        text(&step.unit_kind)?,
        text(&step.unit_id)?,
        step.slot.into_pyobject(py)?.into_any(),
        step.bucket.into_pyobject(py)?.into_any(),
        step.member_count.into_pyobject(py)?.into_any(),
        match step.member_age.as_option() {
            Some(age) => moments::write_duration(py, duration(age))?,
            None => py.None().into_bound(py),
        },
        steps(py, classes, &step.steps)?.into_any(),
    ];
    classes.maker.build(py, &classes.explained_step, fields)
}

/// An age is never negative.
fn duration(age: &WireDuration) -> Duration {
    let seconds = u64::try_from(age.seconds).unwrap_or_default();
    Duration::new(seconds, u32::try_from(age.nanos).unwrap_or_default())
}

fn named<'py>(py: Python<'py>, names: &[Py<PyAny>], number: i32) -> PyResult<Bound<'py, PyAny>> {
    let name = usize::try_from(number).ok().and_then(|at| names.get(at));
    name.map(|name| name.bind(py).clone())
        .ok_or_else(|| PySystemError::new_err(format!("an explanation has the number {number}")))
}

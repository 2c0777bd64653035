//! Assignments that the caller carries: named tuples → records, and back.
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTuple};
use turnout_engine::{Assignment, Instant, Program, Record};
use turnout_sticky::{Key, Ledger, Write};

use crate::classes::Classes;
use crate::failures::invalid_argument;
use crate::moments::{self, type_name};

const NANOS: i64 = 1_000_000_000;

/// What a context carries; may run Python code.
pub fn read(classes: &Classes, given: &Bound<'_, PyAny>) -> PyResult<Ledger<'static>> {
    let py = given.py();
    let refused = || {
        let kind = type_name(given);
        let message = format!("`sticky_assignments` is a `{kind}`: give a list of them");
        invalid_argument(py, &message)
    };
    let class = classes.sticky_assignment.bind(py);
    // One alone is a tuple too, and its fields are no records.
    if given.is_instance(class)? {
        return Err(refused());
    }
    let ledger = Ledger::default();
    for (index, one) in given.try_iter().map_err(|_| refused())?.enumerate() {
        let one = one?;
        if !one.is_instance(class)? {
            let kind = type_name(&one);
            let message = format!(
                "`sticky_assignments[{index}]` is a `{kind}`: give a turnout.StickyAssignment"
            );
            return Err(invalid_argument(py, &message));
        }
        let (key, record) = record(one.cast::<PyTuple>()?).map_err(|error| {
            let why = error.value(py);
            invalid_argument(py, &format!("`sticky_assignments[{index}]` has {why}"))
        })?;
        ledger.carry(key, record);
    }
    Ok(ledger)
}

fn record(fields: &Bound<'_, PyTuple>) -> PyResult<(Key, Record)> {
    let py = fields.py();
    let text = |at: usize, name: &str, may_be_empty: bool| -> PyResult<String> {
        let given = fields.get_item(at)?;
        let text = given.extract::<String>().map_err(|_| {
            let kind = type_name(&given);
            invalid_argument(py, &format!("a `{name}` that is a `{kind}`: give text"))
        })?;
        if text.is_empty() && !may_be_empty {
            let message = format!("no `{name}`: give the record as it was told");
            return Err(invalid_argument(py, &message));
        }
        Ok(text)
    };
    let epoch = fields.get_item(1)?;
    let epoch = epoch.extract::<u32>().map_err(|_| {
        let message = format!("an `epoch` that is `{epoch}`: give a whole number from 0 on");
        invalid_argument(py, &message)
    })?;
    let key = Key::new(
        &text(0, "experiment", false)?,
        &text(2, "unit_kind", false)?,
        &text(3, "unit_id", false)?,
    );
    Ok((
        key,
        Record {
            epoch,
            variant: text(4, "variant", false)?.into(),
            assigned_at: instant(&fields.get_item(5)?)?,
            snapshot: text(6, "snapshot_id", true)?.into(),
        },
    ))
}

fn instant(given: &Bound<'_, PyAny>) -> PyResult<Instant> {
    let py = given.py();
    let wrong = |why: String| invalid_argument(py, &format!("an `assigned_at` that {why}"));
    let Ok(datetime) = given.cast::<PyDateTime>() else {
        let kind = type_name(given);
        return Err(wrong(format!("is a `{kind}`: give an aware datetime")));
    };
    let moment = moments::read(py, datetime).map_err(|error| wrong(error.value(py).to_string()))?;
    let nanos = moment.seconds.checked_mul(NANOS);
    nanos
        .and_then(|nanos| nanos.checked_add(i64::from(moment.nanos)))
        .map(Instant)
        .ok_or_else(|| wrong("is outside the years 1678 to 2261".to_owned()))
}

/// What a decision tells its caller to keep.
pub fn write<'py>(
    py: Python<'py>,
    classes: &Classes,
    program: &Program,
    assignments: &[Assignment],
) -> PyResult<Bound<'py, PyAny>> {
    let told = assignments.iter().filter_map(|assignment| {
        let Write { key, record, .. } = Write::of(program, assignment.clone())?;
        Some((key, record))
    });
    let told: PyResult<Vec<_>> = told
        .map(|(key, record)| {
            let seconds = record.assigned_at.0.div_euclid(NANOS);
            let nanos = i32::try_from(record.assigned_at.0.rem_euclid(NANOS)).unwrap_or(0);
            classes.sticky_assignment.bind(py).call1((
                &*key.experiment,
                record.epoch,
                &*key.unit_kind,
                &*key.unit_id,
                &*record.variant,
                moments::write(py, seconds, nanos)?,
                &*record.snapshot,
            ))
        })
        .collect();
    Ok(PyTuple::new(py, told?)?.into_any())
}

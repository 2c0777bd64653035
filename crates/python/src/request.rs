//! A `turnout.Context` as the engine wants it.
use std::borrow::Cow;

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyMapping, PyString, PyTuple};
use turnout_engine::{Context, Program, ValueRef};
use turnout_sticky::Ledger;

use crate::attributes::{Lists, Stop, prepared, text, walk, walk_units};
use crate::carried;
use crate::classes::Classes;
use crate::failures::invalid_argument;
use crate::memory::Memory;
use crate::moments::type_name;

/// The unit kind that `unit_id` names.
const DEFAULT_UNIT: &str = "user";

/// The parts of a context as they were given.
#[derive(Clone, Copy)]
pub struct Request<'a, 'py> {
    unit_id: Borrowed<'a, 'py, PyAny>,
    attributes: Borrowed<'a, 'py, PyAny>,
    units: Borrowed<'a, 'py, PyAny>,
    unknown: Borrowed<'a, 'py, PyAny>,
    partial: Borrowed<'a, 'py, PyAny>,
    assignments: Borrowed<'a, 'py, PyAny>,
    events_reached: Borrowed<'a, 'py, PyAny>,
}

impl<'a, 'py> Request<'a, 'py> {
    /// Takes a context apart.
    #[inline]
    pub fn read(classes: &Classes, context: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        let class = classes.context.bind(context.py());
        if !context.get_type().is(class) && !context.is_instance(class)? {
            return Err(no_context(context));
        }
        let fields = context.cast::<PyTuple>()?;
        Ok(Self {
            unit_id: fields.get_borrowed_item(0)?,
            attributes: fields.get_borrowed_item(1)?,
            units: fields.get_borrowed_item(2)?,
            unknown: fields.get_borrowed_item(3)?,
            partial: fields.get_borrowed_item(4)?,
            assignments: fields.get_borrowed_item(5)?,
            events_reached: fields.get_borrowed_item(6)?,
        })
    }

    /// Resolves the context against a program and gives it to `evaluate`.
    ///
    /// No Python code runs between the first look at the attributes and the end of `evaluate`:
    /// strings are borrowed from them.
    #[inline]
    pub fn with<R>(
        self,
        classes: &Classes,
        program: &Program,
        memory: &Memory,
        evaluate: impl FnOnce(&mut Context<'_>, Option<&Ledger<'_>>) -> R,
    ) -> PyResult<R> {
        if !self.is_plain(classes) {
            return self.with_parts(classes, program, memory, evaluate);
        }
        let py = self.unit_id.py();
        let mut lists = Lists::new();
        let mut context = memory.take(py, program);
        if let Ok(attributes) = self.attributes.cast_exact::<PyDict>() {
            match walk(classes, program, attributes, &mut context, &mut lists) {
                Ok(()) => {}
                Err(Stop::Raised(error)) => return Err(error),
                Err(Stop::Unprepared) => {
                    return self.with_parts(classes, program, memory, evaluate);
                }
            }
        }
        if !self.unit_id.is_none() {
            context.unit(program, DEFAULT_UNIT, unit_text(self.unit_id)?);
        }
        context.partial(self.partial.is(PyBool::new(py, true)));
        let evaluate = |context: &mut Context<'_>| evaluate(context, None);
        Ok(finish(py, program, memory, context, &lists, evaluate))
    }

    /// Nothing but an id and a dict of attributes: nearly every request.
    #[inline]
    fn is_plain(&self, classes: &Classes) -> bool {
        self.units.is_none()
            && self.unknown.is(&classes.nothing)
            && (self.attributes.is_none() || self.attributes.is_exact_instance_of::<PyDict>())
            && self.partial.is_exact_instance_of::<PyBool>()
            && self.assignments.is(&classes.nothing)
            && self
                .events_reached
                .is(PyBool::new(self.partial.py(), false))
    }

    /// As [`Request::with`], whatever the parts are.
    #[inline(never)]
    fn with_parts<R>(
        self,
        classes: &Classes,
        program: &Program,
        memory: &Memory,
        evaluate: impl FnOnce(&mut Context<'_>, Option<&Ledger<'_>>) -> R,
    ) -> PyResult<R> {
        let py = self.unit_id.py();
        // All that may run Python code, before the first string is borrowed.
        let units = mapping("units", self.units)?;
        let attributes = mapping("attributes", self.attributes)?
            .map(|given| prepared(program, given.as_borrowed()))
            .transpose()?;
        let unknown = names(&self.unknown)?;
        let partial = self.partial.is_truthy()?;
        let events_reached = self.events_reached.is_truthy()?;
        let carried = if self.assignments.is(&classes.nothing) {
            None
        } else {
            Some(carried::read(classes, &self.assignments)?)
        };
        if let Some(units) = &units {
            check_user(units, self.unit_id)?;
        }
        let mut lists = Lists::new();
        let mut context = memory.take(py, program);
        if let Some(attributes) = &attributes {
            match walk(
                classes,
                program,
                attributes.as_borrowed(),
                &mut context,
                &mut lists,
            ) {
                Ok(()) => {}
                Err(Stop::Raised(error)) => return Err(error),
                Err(Stop::Unprepared) => {
                    return Err(PySystemError::new_err("a prepared context is not ready"));
                }
            }
        }
        if let Some(units) = &units {
            walk_units(program, units.as_borrowed(), &mut context)?;
        }
        if !self.unit_id.is_none() {
            context.unit(program, DEFAULT_UNIT, unit_text(self.unit_id)?);
        }
        for name in &unknown {
            context.unknown(program, name);
        }
        context.partial(partial);
        context.events_reached(events_reached);
        let carried = carried.as_ref();
        let evaluate = |context: &mut Context<'_>| evaluate(context, carried);
        Ok(finish(py, program, memory, context, &lists, evaluate))
    }
}

/// Sets the lists, which stay where they are from now on, and evaluates.
#[inline]
fn finish<'a, R>(
    py: Python<'_>,
    program: &Program,
    memory: &Memory,
    mut context: Box<Context<'a>>,
    lists: &'a Lists<'a>,
    evaluate: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    for (index, list) in lists {
        context.set_at(*index, ValueRef::List(list));
    }
    let answer = evaluate(&mut context);
    memory.put(py, program, context);
    answer
}

#[cold]
fn no_context(context: &Bound<'_, PyAny>) -> PyErr {
    let kind = type_name(context);
    invalid_argument(
        context.py(),
        &format!("`context` is a `{kind}`: give a turnout.Context"),
    )
}

/// Two different ids of the default kind contradict each other.
fn check_user(units: &Bound<'_, PyDict>, unit_id: Borrowed<'_, '_, PyAny>) -> PyResult<()> {
    let user = units.get_item(DEFAULT_UNIT)?;
    match user.filter(|_| !unit_id.is_none()) {
        Some(user) if !user.eq(unit_id)? => Err(invalid_argument(
            units.py(),
            "`unit_id` and `units` name different ids of the unit kind `user`",
        )),
        _ => Ok(()),
    }
}

fn unit_text<'a>(id: Borrowed<'a, '_, PyAny>) -> PyResult<&'a str> {
    text(id).map_err(|error| {
        let kind = type_name(&id);
        let reason = error.value(id.py()).to_string();
        invalid_argument(
            id.py(),
            &format!("`unit_id` is a `{kind}`: give text ({reason})"),
        )
    })
}

fn mapping<'py>(
    what: &str,
    value: Borrowed<'_, 'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return Ok(Some(dict.to_owned()));
    }
    let py = value.py();
    let Ok(mapping) = value.cast::<PyMapping>() else {
        let message = format!("`{what}` is a `{}`: give a dict", type_name(&value));
        return Err(invalid_argument(py, &message));
    };
    let dict = PyDict::new(py);
    dict.update(&mapping)?;
    Ok(Some(dict))
}

fn names(unknown: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let py = unknown.py();
    let refused = || {
        let kind = type_name(unknown);
        invalid_argument(
            py,
            &format!("`unknown` is a `{kind}`: give a list of names"),
        )
    };
    if unknown.is_instance_of::<PyString>() {
        return Err(refused());
    }
    let names = unknown.try_iter().map_err(|_| refused())?;
    let name = |name: PyResult<Bound<'_, PyAny>>| {
        let name = name?;
        let text = name.extract::<Cow<'_, str>>().map_err(|_| {
            let kind = type_name(&name);
            invalid_argument(py, &format!("`unknown` holds a `{kind}`: give names"))
        })?;
        Ok(text.into_owned())
    };
    names.map(name).collect()
}

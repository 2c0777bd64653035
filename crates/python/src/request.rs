//! A `turnout.Context` as the engine wants it.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use turnout_engine::{Context, Program, ValueRef};

use crate::attributes::{Lists, Stop, prepared, text, walk, walk_units};
use crate::classes::Classes;
use crate::failures::invalid_argument;
use crate::moments::type_name;

/// The parts of a context, held; names that could not be known are read already.
pub struct Request<'py> {
    unit_id: Option<Bound<'py, PyAny>>,
    attributes: Option<Bound<'py, PyDict>>,
    units: Option<Bound<'py, PyDict>>,
    unknown: Vec<String>,
    partial: bool,
}

impl<'py> Request<'py> {
    /// Takes a context apart; may run Python code.
    pub fn read(classes: &Classes, context: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = context.py();
        let class = classes.context.bind(py);
        if !context.get_type().is(class) && !context.is_instance(class)? {
            let kind = type_name(context);
            let message = format!("`context` is a `{kind}`: give a turnout.Context");
            return Err(invalid_argument(py, &message));
        }
        let fields = context.cast::<PyTuple>()?;
        let part = |at: usize| fields.get_item(at);
        let unknown = part(3)?;
        let request = Self {
            unit_id: Some(part(0)?).filter(|id| !id.is_none()),
            attributes: mapping("attributes", part(1)?)?,
            units: mapping("units", part(2)?)?,
            unknown: if unknown.is(&classes.nothing) {
                Vec::new()
            } else {
                names(&unknown)?
            },
            partial: part(4)?.is_truthy()?,
        };
        request.check_user(py)?;
        Ok(request)
    }

    /// Resolves the context against a program and gives it to `evaluate`.
    ///
    /// No Python code runs between the first look at the attributes and the end of `evaluate`:
    /// strings are borrowed from them.
    pub fn with<R>(
        &self,
        classes: &Classes,
        program: &Program,
        memory: Context<'static>,
        evaluate: impl FnOnce(&mut Context<'_>) -> R,
    ) -> PyResult<(R, Context<'static>)> {
        match self.fill(classes, program, memory, self.attributes.as_ref(), evaluate) {
            Ok(done) => Ok(done),
            Err((Stop::Raised(error), _)) => Err(error),
            Err((Stop::Unprepared, evaluate)) => {
                let ready = self
                    .attributes
                    .as_ref()
                    .map(|dict| prepared(program, dict))
                    .transpose()?;
                let memory = Context::new(program);
                self.fill(classes, program, memory, ready.as_ref(), evaluate)
                    .map_err(|(stop, _)| match stop {
                        Stop::Raised(error) => error,
                        Stop::Unprepared => pyo3::exceptions::PySystemError::new_err(
                            "a converted context is not ready",
                        ),
                    })
            }
        }
    }

    fn fill<R, F: FnOnce(&mut Context<'_>) -> R>(
        &self,
        classes: &Classes,
        program: &Program,
        memory: Context<'static>,
        attributes: Option<&Bound<'py, PyDict>>,
        evaluate: F,
    ) -> Result<(R, Context<'static>), (Stop, F)> {
        let mut lists = Lists::new();
        let mut context: Context<'_> = memory;
        if let Err(stop) = self.set(classes, program, attributes, &mut context, &mut lists) {
            return Err((stop, evaluate));
        }
        let outcome = {
            let lists = &lists;
            let mut context = context;
            for (index, list) in lists {
                context.set_at(*index, ValueRef::List(list));
            }
            (evaluate(&mut context), context.recycle(program))
        };
        Ok(outcome)
    }

    fn set<'a>(
        &'a self,
        classes: &Classes,
        program: &Program,
        attributes: Option<&'a Bound<'py, PyDict>>,
        context: &mut Context<'a>,
        lists: &mut Lists<'a>,
    ) -> Result<(), Stop> {
        if let Some(attributes) = attributes {
            walk(classes, program, attributes, context, lists)?;
        }
        if let Some(units) = &self.units {
            walk_units(program, units, context)?;
        }
        if let Some(id) = &self.unit_id {
            context.unit(program, "user", unit_text(id)?);
        }
        for name in &self.unknown {
            context.unknown(program, name);
        }
        context.partial(self.partial);
        Ok(())
    }

    /// Two different ids of the default kind contradict each other.
    fn check_user(&self, py: Python<'py>) -> PyResult<()> {
        let (Some(units), Some(id)) = (&self.units, &self.unit_id) else {
            return Ok(());
        };
        match units.get_item(pyo3::intern!(py, "user"))? {
            Some(user) if !user.eq(id)? => Err(invalid_argument(
                py,
                "`unit_id` and `units` name different ids of the unit kind `user`",
            )),
            _ => Ok(()),
        }
    }
}

fn unit_text<'a>(id: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    text(id.as_borrowed()).map_err(|error| {
        let kind = type_name(id);
        let reason = error.value(id.py()).to_string();
        invalid_argument(
            id.py(),
            &format!("`unit_id` is a `{kind}`: give text ({reason})"),
        )
    })
}

fn mapping<'py>(what: &str, value: Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    if value.is_none() {
        return Ok(None);
    }
    let value = match value.cast_into::<PyDict>() {
        Ok(dict) => return Ok(Some(dict)),
        Err(error) => error.into_inner(),
    };
    let py = value.py();
    let dict = PyDict::new(py);
    match value.cast::<pyo3::types::PyMapping>() {
        Ok(mapping) => dict.update(mapping)?,
        Err(_) => {
            let message = format!("`{what}` is a `{}`: give a dict", type_name(&value));
            return Err(invalid_argument(py, &message));
        }
    }
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
    names
        .map(|name| {
            let name = name?;
            name.extract::<String>().map_err(|_| {
                let kind = type_name(&name);
                invalid_argument(py, &format!("`unknown` holds a `{kind}`: give names"))
            })
        })
        .collect()
}

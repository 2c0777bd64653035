//! A `turnout.Context` as the engine wants it.
use std::borrow::Cow;

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyMapping, PyString, PyTuple};
use turnout_engine::{Context, Program, ValueRef};

use crate::attributes::{Lists, Stop, prepared, text, walk, walk_units};
use crate::classes::Classes;
use crate::failures::invalid_argument;
use crate::moments::type_name;

/// The parts of a context, borrowed from it; names that could not be known are read already.
pub struct Request<'a, 'py> {
    unit_id: Option<Borrowed<'a, 'py, PyAny>>,
    attributes: Mapping<'a, 'py>,
    units: Mapping<'a, 'py>,
    unknown: Vec<String>,
    partial: bool,
}

/// A dict as given, or one made of another mapping.
type Mapping<'a, 'py> = Option<Dict<'a, 'py>>;

enum Dict<'a, 'py> {
    Given(Borrowed<'a, 'py, PyDict>),
    Made(Bound<'py, PyDict>),
}

impl<'py> Dict<'_, 'py> {
    fn get(&self) -> &Bound<'py, PyDict> {
        match self {
            Self::Given(dict) => dict,
            Self::Made(dict) => dict,
        }
    }
}

impl<'a, 'py> Request<'a, 'py> {
    /// Takes a context apart; may run Python code.
    pub fn read(classes: &Classes, context: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        let py = context.py();
        let class = classes.context.bind(py);
        if !context.get_type().is(class) && !context.is_instance(class)? {
            let kind = type_name(context);
            let message = format!("`context` is a `{kind}`: give a turnout.Context");
            return Err(invalid_argument(py, &message));
        }
        let fields = context.cast::<PyTuple>()?;
        let part = |at: usize| fields.get_borrowed_item(at);
        let unit_id = part(0)?;
        let unknown = part(3)?;
        let partial = part(4)?;
        let request = Self {
            unit_id: (!unit_id.is_none()).then_some(unit_id),
            attributes: mapping("attributes", part(1)?)?,
            units: mapping("units", part(2)?)?,
            unknown: if unknown.is(&classes.nothing) {
                Vec::new()
            } else {
                names(&unknown)?
            },
            partial: !partial.is(PyBool::new(py, false)) && partial.is_truthy()?,
        };
        if request.units.is_some() {
            request.check_user(py)?;
        }
        Ok(request)
    }

    /// Resolves the context against a program and gives it to `evaluate`.
    ///
    /// No Python code runs between the first look at the attributes and the end of `evaluate`:
    /// strings are borrowed from them.
    #[inline]
    pub fn with<R>(
        &self,
        classes: &Classes,
        program: &Program,
        memory: Context<'static>,
        evaluate: impl FnOnce(&mut Context<'_>) -> R,
    ) -> PyResult<(R, Context<'static>)> {
        let attributes = self.attributes.as_ref().map(Dict::get);
        match self.fill(classes, program, memory, attributes, evaluate) {
            Ok(done) => Ok(done),
            Err((Stop::Raised(error), _)) => Err(error),
            Err((Stop::Unprepared, evaluate)) => {
                let ready = attributes.map(|dict| prepared(program, dict)).transpose()?;
                let memory = Context::new(program);
                let filled = self.fill(classes, program, memory, ready.as_ref(), evaluate);
                filled.map_err(|(stop, _)| match stop {
                    Stop::Raised(error) => error,
                    Stop::Unprepared => PySystemError::new_err("a prepared context is not ready"),
                })
            }
        }
    }

    #[inline]
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
        let lists = &lists;
        let mut context = context;
        for (index, list) in lists {
            context.set_at(*index, ValueRef::List(list));
        }
        let answer = evaluate(&mut context);
        Ok((answer, context.recycle(program)))
    }

    #[inline]
    fn set<'s>(
        &'s self,
        classes: &Classes,
        program: &Program,
        attributes: Option<&'s Bound<'py, PyDict>>,
        context: &mut Context<'s>,
        lists: &mut Lists<'s>,
    ) -> Result<(), Stop> {
        if let Some(attributes) = attributes {
            walk(classes, program, attributes, context, lists)?;
        }
        if let Some(units) = &self.units {
            walk_units(program, units.get(), context)?;
        }
        if let Some(id) = self.unit_id {
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
        match units.get().get_item(pyo3::intern!(py, "user"))? {
            Some(user) if !user.eq(id)? => Err(invalid_argument(
                py,
                "`unit_id` and `units` name different ids of the unit kind `user`",
            )),
            _ => Ok(()),
        }
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

fn mapping<'a, 'py>(what: &str, value: Borrowed<'a, 'py, PyAny>) -> PyResult<Mapping<'a, 'py>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return Ok(Some(Dict::Given(dict)));
    }
    let py = value.py();
    let Ok(mapping) = value.cast::<PyMapping>() else {
        let message = format!("`{what}` is a `{}`: give a dict", type_name(&value));
        return Err(invalid_argument(py, &message));
    };
    let dict = PyDict::new(py);
    dict.update(&mapping)?;
    Ok(Some(Dict::Made(dict)))
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

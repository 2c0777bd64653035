//! A Python dict of attributes into the engine's context, strings borrowed.
#![allow(unsafe_code)]
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use turnout_engine::{AttributeIndex, Context, Program, ValueRef};

use crate::classes::Classes;
use crate::failures::invalid_argument;
use crate::moments::{self, Moment, type_name};

/// Why a walk ended before its end.
pub enum Stop {
    /// A value needs Python code to run: [`prepared`] gives a dict that does not.
    Unprepared,
    /// The context is wrong.
    Raised(PyErr),
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// Lists of one request: the engine refers to their memory.
pub type Lists<'a> = Vec<(AttributeIndex, Vec<ValueRef<'a>>)>;

/// Sets every attribute that a condition of the program looks at; lists are gathered, to be set
/// when all of them stay in place.
#[inline]
pub fn walk<'a>(
    classes: &Classes,
    program: &Program,
    attributes: Borrowed<'a, '_, PyDict>,
    context: &mut Context<'a>,
    lists: &mut Lists<'a>,
) -> Result<(), Stop> {
    // SAFETY: no Python code runs before the entries are used up: strings, numbers, plain
    // datetimes and lists are read by C code alone, and everything else ends the walk.
    for (name, value) in unsafe { entries(attributes) } {
        let name = match text(name) {
            Ok(name) => name,
            Err(error) => return Err(nameless(name, error).into()),
        };
        let Some(index) = Context::looks_at(program, name) else {
            continue;
        };
        // The two types that nearly all values have; built in registers, not handed through.
        if value.is_exact_instance_of::<PyString>() {
            match text(value) {
                Ok(value) => context.set_at(index, ValueRef::String(value)),
                Err(error) => return Err(not_text(name, value, error).into()),
            }
        } else if value.is_exact_instance_of::<PyInt>() {
            match integer(value) {
                Some(value) => context.set_at(index, ValueRef::Integer(value)),
                None => return Err(too_large(name, value).into()),
            }
        } else {
            set_other(classes, index, name, value, context, lists)?;
        }
    }
    Ok(())
}

#[inline(never)]
fn set_other<'a>(
    classes: &Classes,
    index: AttributeIndex,
    name: &str,
    value: Borrowed<'a, '_, PyAny>,
    context: &mut Context<'a>,
    lists: &mut Lists<'a>,
) -> Result<(), Stop> {
    match read(classes, name, value)? {
        Read::One(value) => context.set_at(index, value),
        Read::List(list) => lists.push((index, list)),
    }
    Ok(())
}

/// Units by kind; ids are borrowed.
pub fn walk_units<'a>(
    program: &Program,
    units: Borrowed<'a, '_, PyDict>,
    context: &mut Context<'a>,
) -> PyResult<()> {
    // SAFETY: as in `walk`: nothing but strings is read.
    for (kind, id) in unsafe { entries(units) } {
        let kind = text(kind).map_err(|error| nameless(kind, error))?;
        let id = text(id).map_err(|error| unusable(&format!("unit `{kind}`"), id, error))?;
        context.unit(program, kind, id);
    }
    Ok(())
}

/// A copy of the attributes that the program looks at, with datetimes already converted.
pub fn prepared<'py>(
    program: &Program,
    attributes: Borrowed<'_, 'py, PyDict>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = attributes.py();
    let copy = attributes.copy()?;
    let ready = PyDict::new(py);
    for (name, value) in copy.iter() {
        let looked_at = name.cast::<PyString>().is_ok_and(|name| {
            name.to_str()
                .is_ok_and(|name| program.attribute(name).is_some())
        });
        if !looked_at {
            continue;
        }
        let value = if let Ok(list) = value.cast::<PyList>() {
            let elements: PyResult<Vec<_>> =
                list.iter().map(|element| plain(&name, element)).collect();
            PyList::new(py, elements?)?.into_any()
        } else if let Ok(list) = value.cast::<PyTuple>() {
            let elements: PyResult<Vec<_>> =
                list.iter().map(|element| plain(&name, element)).collect();
            PyList::new(py, elements?)?.into_any()
        } else {
            plain(&name, value)?
        };
        ready.set_item(name, value)?;
    }
    Ok(ready)
}

fn plain<'py>(name: &Bound<'py, PyAny>, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let Ok(datetime) = value.cast::<PyDateTime>() else {
        return Ok(value);
    };
    let moment = moments::read(py, datetime).map_err(|error| {
        invalid_argument(py, &format!("attribute `{name}` {}", error.value(py)))
    })?;
    Ok(Bound::new(py, moment)?.into_any())
}

enum Read<'a> {
    One(ValueRef<'a>),
    List(Vec<ValueRef<'a>>),
}

fn read<'a>(
    classes: &Classes,
    name: &str,
    value: Borrowed<'a, '_, PyAny>,
) -> Result<Read<'a>, Stop> {
    if let Some(one) = scalar(classes, name, value)? {
        return Ok(Read::One(one));
    }
    if let Ok(list) = value.cast::<PyList>() {
        let mut read = Vec::with_capacity(list.len());
        for at in 0..list.len() {
            // SAFETY: `at` is within the list, which nothing changes while it is read.
            let element = unsafe {
                Borrowed::from_ptr(
                    value.py(),
                    ffi::PyList_GetItem(value.as_ptr(), at.cast_signed()),
                )
            };
            read.push(inner(classes, name, element)?);
        }
        return Ok(Read::List(read));
    }
    if let Ok(list) = value.cast::<PyTuple>() {
        let mut read = Vec::with_capacity(list.len());
        for at in 0..list.len() {
            // SAFETY: `at` is within the tuple, which nothing changes.
            let element = unsafe {
                Borrowed::from_ptr(
                    value.py(),
                    ffi::PyTuple_GetItem(value.as_ptr(), at.cast_signed()),
                )
            };
            read.push(inner(classes, name, element)?);
        }
        return Ok(Read::List(read));
    }
    if let Ok(object) = value.cast::<PyDict>() {
        // SAFETY: as in `walk`: no Python code runs while the entries are read.
        let fields = unsafe { entries(object) };
        return Ok(Read::One(ValueRef::object(fields.filter_map(field))));
    }
    Err(unusable(&format!("attribute `{name}`"), value, no_conversion()).into())
}

/// A field of an object. No operator looks at anything but numbers and texts there.
fn field<'a>(
    (name, value): (Borrowed<'a, '_, PyAny>, Borrowed<'a, '_, PyAny>),
) -> Option<(&'a str, ValueRef<'a>)> {
    let name = name
        .is_instance_of::<PyString>()
        .then(|| text(name).ok())??;
    let value = if value.is_instance_of::<PyBool>() {
        ValueRef::Null
    } else if value.is_instance_of::<PyString>() {
        text(value).map_or(ValueRef::Null, ValueRef::String)
    } else if value.is_instance_of::<PyInt>() {
        integer(value).map_or(ValueRef::Null, ValueRef::Integer)
    } else if value.is_instance_of::<PyFloat>() {
        ValueRef::Double(double(value))
    } else {
        ValueRef::Null
    };
    Some((name, value))
}

/// An element of a list. What is inside a list inside a list, no operator looks at.
fn inner<'a>(
    classes: &Classes,
    name: &str,
    value: Borrowed<'a, '_, PyAny>,
) -> Result<ValueRef<'a>, Stop> {
    if let Some(one) = scalar(classes, name, value)? {
        return Ok(one);
    }
    if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
        return Ok(ValueRef::List(&[]));
    }
    if value.cast::<PyDict>().is_ok() {
        return Ok(ValueRef::Object);
    }
    Err(unusable(&format!("attribute `{name}`"), value, no_conversion()).into())
}

/// A value that is no list or dict.
fn scalar<'a>(
    classes: &Classes,
    name: &str,
    value: Borrowed<'a, '_, PyAny>,
) -> Result<Option<ValueRef<'a>>, Stop> {
    if value.is_exact_instance_of::<PyBool>() {
        let truth = value.is(PyBool::new(value.py(), true));
        return Ok(Some(ValueRef::Boolean(truth)));
    }
    if value.is_none() {
        return Ok(Some(ValueRef::Null));
    }
    if value.is_instance_of::<PyString>() {
        let read = text(value).map_err(|error| not_text(name, value, error))?;
        return Ok(Some(ValueRef::String(read)));
    }
    if value.is_instance_of::<PyInt>() {
        let number = integer(value).ok_or_else(|| too_large(name, value))?;
        return Ok(Some(ValueRef::Integer(number)));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Some(ValueRef::Double(double(value))));
    }
    if let Ok(moment) = value.cast::<Moment>() {
        let Moment { seconds, nanos } = *moment.get();
        return Ok(Some(ValueRef::Timestamp { seconds, nanos }));
    }
    if let Ok(datetime) = value.cast::<PyDateTime>() {
        if !moments::is_plain(classes, &datetime)? {
            return Err(Stop::Unprepared);
        }
        let Moment { seconds, nanos } = moments::read(value.py(), &datetime)
            .map_err(|error| prefixed(value.py(), name, &error))?;
        return Ok(Some(ValueRef::Timestamp { seconds, nanos }));
    }
    Ok(None)
}

/// The number of an int object, if it fits.
#[inline]
fn integer(value: Borrowed<'_, '_, PyAny>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: the object is an int, for which this neither fails nor runs Python code.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// The number of a float object.
fn double(value: Borrowed<'_, '_, PyAny>) -> f64 {
    // SAFETY: the object is a float, for which this neither fails nor runs Python code.
    unsafe { ffi::PyFloat_AsDouble(value.as_ptr()) }
}

/// The text of a str object, which keeps it.
#[inline]
pub fn text<'a>(value: Borrowed<'a, '_, PyAny>) -> PyResult<&'a str> {
    let mut length = 0;
    // SAFETY: the interpreter is held. For a str this gives UTF-8 that lives as long as the
    // object, which lives for 'a; for anything else null and an exception.
    unsafe {
        let start = ffi::PyUnicode_AsUTF8AndSize(value.as_ptr(), &raw mut length);
        if start.is_null() {
            return Err(PyErr::fetch(value.py()));
        }
        let bytes = std::slice::from_raw_parts(start.cast::<u8>(), length.cast_unsigned());
        Ok(std::str::from_utf8_unchecked(bytes))
    }
}

/// The entries of a dict, borrowed from it.
///
/// # Safety
///
/// As long as an entry is used, no Python code runs: it could change the dict.
unsafe fn entries<'a, 'py>(
    dict: Borrowed<'a, 'py, PyDict>,
) -> impl Iterator<Item = (Borrowed<'a, 'py, PyAny>, Borrowed<'a, 'py, PyAny>)> {
    let py = dict.py();
    let mut position = 0;
    std::iter::from_fn(move || {
        let mut key = std::ptr::null_mut();
        let mut value = std::ptr::null_mut();
        // SAFETY: the object is a dict that nothing changes meanwhile, as the caller promises; a
        // nonzero answer has set both pointers to objects that the dict holds.
        unsafe {
            let found = ffi::PyDict_Next(
                dict.as_ptr(),
                &raw mut position,
                &raw mut key,
                &raw mut value,
            );
            (found != 0).then(|| (Borrowed::from_ptr(py, key), Borrowed::from_ptr(py, value)))
        }
    })
}

fn no_conversion() -> PyErr {
    PyTypeError::new_err("give None, str, int, float, bool, an aware datetime, list, tuple or dict")
}

#[cold]
fn too_large(name: &str, value: Borrowed<'_, '_, PyAny>) -> PyErr {
    let message = format!("attribute `{name}` is an integer that does not fit in 64 bits");
    invalid_argument(value.py(), &message)
}

#[cold]
fn not_text(name: &str, value: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyErr {
    unusable(&format!("attribute `{name}`"), value, error)
}

#[cold]
fn nameless(name: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyErr {
    unusable("a name in the context", name, error)
}

#[cold]
fn unusable(what: &str, value: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyErr {
    let py = value.py();
    let reason = error.value(py).to_string();
    invalid_argument(
        py,
        &format!("{what} is a `{}`: {reason}", type_name(&value)),
    )
}

#[cold]
fn prefixed(py: Python<'_>, name: &str, error: &PyErr) -> PyErr {
    invalid_argument(py, &format!("attribute `{name}` {}", error.value(py)))
}

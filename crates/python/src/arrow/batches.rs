//! Ids that come array by array, for who counts or stops on the way.
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use turnout_members::Builder;

use super::abi::{Array, Stream};
use super::column::Taker;
use super::{Reader, Source};

/// The arrays of a column of texts or integers, one after the other.
#[pyclass(frozen, module = "turnout.engine")]
pub struct IdBatches {
    left: Mutex<Left>,
    reader: Reader,
}

enum Left {
    Stream(Stream),
    Array(Option<Array>),
}

#[pymethods]
impl IdBatches {
    /// `source` has `__arrow_c_stream__` or `__arrow_c_array__`; a table needs the name of a
    /// `column` unless it has only one.
    #[new]
    #[pyo3(signature = (source, *, column=None))]
    fn new(py: Python<'_>, source: &Bound<'_, PyAny>, column: Option<&str>) -> PyResult<Self> {
        let source = Source::of(source)?;
        py.detach(|| {
            let (schema, left) = match source {
                Source::Array(schema, array) => (schema, Left::Array(Some(array))),
                Source::Stream(mut stream) => {
                    let schema = stream.schema().map_err(PyValueError::new_err)?;
                    (schema, Left::Stream(stream))
                }
            };
            Ok(Self {
                left: Mutex::new(left),
                reader: Reader::of(&schema, column)?,
            })
        })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<IdBatch>> {
        // Detached: the source may compute for minutes.
        let array = py.detach(|| match &mut *locked(&self.left) {
            Left::Stream(stream) => stream.next().map_err(PyValueError::new_err),
            Left::Array(array) => Ok(array.take()),
        })?;
        Ok(array.map(|array| IdBatch {
            array: Mutex::new(array),
            reader: self.reader,
        }))
    }
}

/// Some ids of a column.
#[pyclass(frozen, module = "turnout.engine")]
pub struct IdBatch {
    array: Mutex<Array>,
    reader: Reader,
}

#[pymethods]
impl IdBatch {
    /// How many rows, those without an id included.
    fn __len__(&self) -> usize {
        usize::try_from(locked(&self.array).length).unwrap_or(0)
    }

    /// The ids as texts, without the rows that have none.
    fn texts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let mut listed = Listed { py, ids: vec![] };
        self.reader.give(&locked(&self.array), &mut listed)?;
        PyList::new(py, listed.ids)
    }
}

impl IdBatch {
    /// Gives the ids to a builder, and says how many rows had none.
    pub fn add_to(&self, builder: &mut Builder) -> PyResult<u64> {
        self.reader.give(&locked(&self.array), builder)
    }
}

struct Listed<'py> {
    py: Python<'py>,
    ids: Vec<Bound<'py, PyString>>,
}

impl Taker for Listed<'_> {
    fn text(&mut self, id: &str) {
        self.ids.push(PyString::new(self.py, id));
    }

    fn integer(&mut self, id: u64) {
        self.text(&id.to_string());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Columns of ids that come through the Arrow PyCapsule interface.
//!
//! Read by hand: the crates of Arrow would bring two dozen others for four structures.
mod abi;
mod batches;
mod column;

use std::ffi::CStr;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use turnout_members::Builder;

use abi::{Array, Released, Schema, Stream};
pub use batches::{IdBatch, IdBatches};
use column::{Column, Taker, Type};

const TABLE: &str = "+s";

/// What a Python object gave: many arrays or one.
pub enum Source {
    /// From `__arrow_c_stream__`.
    Stream(Stream),
    /// From `__arrow_c_array__`.
    Array(Schema, Array),
}

impl Source {
    /// Takes what the object exports.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.hasattr("__arrow_c_stream__")? {
            let capsule = object.call_method0("__arrow_c_stream__")?;
            return Ok(Self::Stream(taken(&capsule, c"arrow_array_stream")?));
        }
        if !object.hasattr("__arrow_c_array__")? {
            return Err(PyTypeError::new_err(
                "the column has neither `__arrow_c_stream__` nor `__arrow_c_array__`",
            ));
        }
        let pair = object.call_method0("__arrow_c_array__")?;
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        Ok(Self::Array(
            taken(&schema, c"arrow_schema")?,
            taken(&array, c"arrow_array")?,
        ))
    }

    /// Gives all ids of a column to the builder, and says how many rows had none.
    ///
    /// Without the name of a column, the array or the only column of the table.
    pub fn add_to(self, builder: &mut Builder, column: Option<&str>) -> Result<u64, PyErr> {
        match self {
            Self::Array(schema, array) => Reader::of(&schema, column)?.give(&array, builder),
            Self::Stream(mut stream) => {
                let schema = stream.schema().map_err(PyValueError::new_err)?;
                let reader = Reader::of(&schema, column)?;
                let mut nulls = 0;
                while let Some(array) = stream.next().map_err(PyValueError::new_err)? {
                    nulls += reader.give(&array, builder)?;
                }
                Ok(nulls)
            }
        }
    }
}

/// Moves the structure out of a capsule, which then holds nothing.
#[allow(unsafe_code)]
fn taken<T: Released>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<T> {
    let pointer = capsule
        .cast::<PyCapsule>()?
        .pointer_checked(Some(name))?
        .cast();
    // SAFETY: a capsule of this name holds such a structure, and we have the interpreter's lock.
    Ok(unsafe { T::take(pointer.as_ptr()) })
}

impl Taker for Builder {
    fn text(&mut self, id: &str) {
        self.add(id);
    }

    fn integer(&mut self, id: u64) {
        self.add_integer(id);
    }
}

/// Where the ids are in each array of a schema.
#[derive(Clone, Copy)]
struct Reader {
    /// The number of the column in a table.
    column: Option<usize>,
    of: Type,
}

impl Reader {
    fn of(schema: &Schema, name: Option<&str>) -> PyResult<Self> {
        if schema.format() != TABLE {
            return match name {
                None => Ok(Self {
                    column: None,
                    of: type_of(schema)?,
                }),
                Some(name) => Err(no_column(name)),
            };
        }
        let columns = schema.children();
        let found = match name {
            Some(name) => columns.iter().position(|column| column.name() == name),
            None if columns.len() == 1 => Some(0),
            None => {
                let message = format!("the table has {} columns: name one", columns.len());
                return Err(PyValueError::new_err(message));
            }
        };
        let column = found.ok_or_else(|| no_column(name.unwrap_or_default()))?;
        let of = type_of(columns.get(column).ok_or_else(|| no_column(""))?)?;
        Ok(Self {
            column: Some(column),
            of,
        })
    }

    #[allow(unsafe_code)]
    fn give(&self, array: &Array, taker: &mut impl Taker) -> PyResult<u64> {
        let column = match self.column {
            None => Column::whole(array),
            Some(number) => match array.children().get(number) {
                Some(column) => Column::of_table(array, column),
                None => return Err(PyValueError::new_err("the table lacks a column")),
            },
        };
        // SAFETY: the array came with the schema that the type was read from.
        column
            .and_then(|column| unsafe { column.give_to(taker, self.of) })
            .map_err(|damaged| PyValueError::new_err(damaged.to_string()))
    }
}

fn type_of(schema: &Schema) -> PyResult<Type> {
    let format = schema.format();
    Type::of(&format)
        .filter(|_| !schema.is_dictionary())
        .ok_or_else(|| {
            let what = if schema.is_dictionary() {
                "a dictionary".to_owned()
            } else {
                format!("the type `{format}`")
            };
            PyTypeError::new_err(format!(
                "the column has {what}: ids are texts or integers, cast them"
            ))
        })
}

fn no_column(name: &str) -> PyErr {
    PyValueError::new_err(format!("there is no column `{name}`"))
}

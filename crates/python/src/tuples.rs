//! Named tuples, as `tuple.__new__(class, fields)` makes them.
#![allow(unsafe_code)]
use std::ptr::null_mut;

use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

/// Makes instances of named tuples without their Python constructors.
#[derive(Clone, Copy)]
pub struct Maker {
    new: ffi::newfunc,
    /// From Python 3.14 on a tuple keeps its hash, which only `tuple.__new__` prepares.
    fills: bool,
}

impl Maker {
    /// Looks up what this interpreter offers.
    pub fn new(py: Python<'_>) -> PyResult<Self> {
        // SAFETY: `tuple` is a static type that is never freed; the slot is read, not written.
        let slot = unsafe { ffi::PyType_GetSlot(&raw mut ffi::PyTuple_Type, ffi::Py_tp_new) };
        if slot.is_null() {
            return Err(PySystemError::new_err("`tuple` has no constructor"));
        }
        Ok(Self {
            // SAFETY: the slot Py_tp_new of a type holds a `newfunc`, and is not null.
            new: unsafe { std::mem::transmute::<*mut std::ffi::c_void, ffi::newfunc>(slot) },
            fills: py.version_info() < (3, 14),
        })
    }

    /// Builds an instance of `class`, a subclass of `tuple` with exactly these fields.
    #[inline]
    pub fn build<'py, const N: usize>(
        self,
        py: Python<'py>,
        class: &Py<PyType>,
        fields: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyAny>> {
        if self.fills {
            Self::fill(py, class, fields)
        } else {
            self.call(py, class, fields)
        }
    }

    /// Allocates the instance and sets its fields: no tuple in between.
    fn fill<'py, const N: usize>(
        py: Python<'py>,
        class: &Py<PyType>,
        fields: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: `class` is a type derived from `tuple`, whose instances have room for as many
        // items as are asked for; the result is a new reference, or null with an exception set.
        let made = unsafe {
            let made = ffi::PyType_GenericAlloc(class.as_ptr().cast(), N.cast_signed());
            Bound::from_owned_ptr_or_err(py, made)?
        };
        for (at, field) in fields.into_iter().enumerate() {
            // SAFETY: the tuple is new and nobody else's, `at` is within it, and the reference
            // to the field is given away.
            unsafe { ffi::PyTuple_SetItem(made.as_ptr(), at.cast_signed(), field.into_ptr()) };
        }
        Ok(made)
    }

    fn call<'py, const N: usize>(
        self,
        py: Python<'py>,
        class: &Py<PyType>,
        fields: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyAny>> {
        let arguments = PyTuple::new(py, [PyTuple::new(py, fields)?])?;
        // SAFETY: `class` is a type derived from `tuple`, `arguments` a tuple of one tuple; the
        // result is a new reference, or null with an exception set.
        unsafe {
            let made = (self.new)(class.as_ptr().cast(), arguments.as_ptr(), null_mut());
            Bound::from_owned_ptr_or_err(py, made)
        }
    }
}

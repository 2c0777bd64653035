//! Named tuples, as `tuple.__new__(class, fields)` makes them.
#![allow(unsafe_code)]
use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

/// Builds an instance of a named tuple's class without calling its Python constructor.
///
/// `class` is a subclass of `tuple` whose fields are the given ones, in order.
pub fn build<'py, const N: usize>(
    py: Python<'py>,
    class: &Py<PyType>,
    fields: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = PyTuple::new(py, [PyTuple::new(py, fields)?])?;
    // SAFETY: `tuple` is a static type that is never freed; the slot is read, not written.
    let slot = unsafe { ffi::PyType_GetSlot(&raw mut ffi::PyTuple_Type, ffi::Py_tp_new) };
    if slot.is_null() {
        return Err(PySystemError::new_err("`tuple` has no constructor"));
    }
    // SAFETY: the slot Py_tp_new of a type holds a `newfunc`, and was just seen not to be null.
    let new: ffi::newfunc = unsafe { std::mem::transmute(slot) };
    // SAFETY: `class` is a type derived from `tuple`, `arguments` a tuple of one tuple; the result
    // is a new reference, or null with an exception set.
    unsafe {
        let made = new(
            class.as_ptr().cast(),
            arguments.as_ptr(),
            std::ptr::null_mut(),
        );
        Bound::from_owned_ptr_or_err(py, made)
    }
}

//! The memory of a request, kept for the next one.
#![allow(unsafe_code)]
use std::cell::Cell;

use pyo3::prelude::*;
use turnout_engine::Context;

/// One emptied context, or none while a request has it.
#[derive(Default)]
pub struct Memory(Cell<Option<Context<'static>>>);

// SAFETY: both methods need the interpreter, whose lock lets one thread in at a time; the module
// is declared to need that lock, and the stable ABI it is built for has no build without it.
unsafe impl Sync for Memory {}

impl Memory {
    /// Takes the context, if no request has it.
    #[inline]
    pub fn take(&self, _py: Python<'_>) -> Option<Context<'static>> {
        self.0.take()
    }

    /// Puts an emptied context back.
    #[inline]
    pub fn put(&self, _py: Python<'_>, context: Context<'static>) {
        self.0.set(Some(context));
    }
}

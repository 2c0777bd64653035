//! What is kept of one request for the next one.
#![allow(unsafe_code)]
use std::cell::Cell;

use pyo3::prelude::*;
use turnout_engine::{Context, Decision, Program};

/// One emptied context, or none while a request has it.
#[derive(Default)]
pub struct Memory(Cell<Option<Box<Context<'static>>>>);

// SAFETY: both methods need the interpreter, whose lock lets one thread in at a time; the module
// is declared to need that lock, and the stable ABI it is built for has no build without it.
unsafe impl Sync for Memory {}

impl Memory {
    /// An empty context of the program, whose strings may live as long as its user likes.
    #[inline]
    pub fn take<'a>(&self, _py: Python<'_>, program: &Program) -> Box<Context<'a>> {
        match self.0.take() {
            Some(context) => context,
            None => Box::new(Context::new(program)),
        }
    }

    /// Empties the context and keeps it for the next request.
    #[inline]
    pub fn put(&self, _py: Python<'_>, program: &Program, mut context: Box<Context<'_>>) {
        context.reset(program);
        // SAFETY: the two types differ in the lifetime of what is borrowed, and an emptied
        // context borrows nothing.
        let context = unsafe { Box::from_raw(Box::into_raw(context).cast::<Context<'static>>()) };
        self.0.set(Some(context));
    }
}

/// A decision and the answer that was made of it, for the next decision that is the same: answers
/// are immutable, and most decisions for a variant differ in nothing.
#[derive(Default)]
pub struct Latest(Cell<Option<Box<Answered>>>);

type Answered = (Decision, Py<PyAny>);

// SAFETY: as for `Memory`.
unsafe impl Sync for Latest {}

impl Latest {
    /// The answer, if the latest decision was the same.
    #[inline]
    pub fn get<'py>(&self, py: Python<'py>, decision: &Decision) -> Option<Bound<'py, PyAny>> {
        let latest = self.0.take()?;
        let (of, answer) = &*latest;
        let answer = (of == decision).then(|| answer.bind(py).clone());
        self.0.set(Some(latest));
        answer
    }

    /// Keeps an answer in the place of the one before.
    pub fn put(&self, _py: Python<'_>, decision: Decision, answer: &Bound<'_, PyAny>) {
        let answer = answer.clone().unbind();
        match self.0.take() {
            None => self.0.set(Some(Box::new((decision, answer)))),
            Some(mut latest) => {
                *latest = (decision, answer);
                self.0.set(Some(latest));
            }
        }
    }
}

/// The largest piece that allocators may take from what is shared: larger ones are apart, and go
/// back to the system when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const APART_BYTES: libc::c_int = 256 * 1024;

/// Keeps large pieces apart. Left alone, the allocator puts the next snapshot among the parts of a
/// program once it has seen a large one freed, and the room stays with the process.
pub fn keep_large_apart() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it has no precondition, and any thread may call it.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, APART_BYTES);
    }
}

/// Gives memory that is free back to the system: after a swap that is a whole snapshot and a whole
/// program, which the allocator would keep for the next ones.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it has no precondition, and any thread may call it.
    unsafe {
        libc::malloc_trim(0);
    }
}

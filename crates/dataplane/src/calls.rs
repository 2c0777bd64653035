//! The calls of HTTP/2 connections, run by the connection that they came on.
//!
//! Nearly every call ends the first time it is polled: its message has come with its head, and deciding
//! waits for nothing. A task of its own would cost more than the decision.
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Calls that run one after the other before other connections have their turn.
const IN_A_ROW: usize = 64;

thread_local! {
    static ARRIVED: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what arrives while a connection is polled; [`run`] has to follow on the same thread.
#[derive(Clone, Copy)]
pub(crate) struct Calls;

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Calls {
    fn execute(&self, call: F) {
        ARRIVED.with_borrow_mut(|arrived| arrived.push(Box::pin(call)));
    }
}

/// Polls each call that has arrived once; what has to wait becomes a task.
pub(crate) fn run() {
    let mut arrived = ARRIVED.take();
    for (position, mut call) in arrived.drain(..).enumerate() {
        // Nobody is woken by this poll: a task polls again, with a waker of its own.
        let mut cx = Context::from_waker(Waker::noop());
        let poll = || position < IN_A_ROW && call.as_mut().poll(&mut cx).is_ready();
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(true) => {}
            Ok(false) => drop(tokio::spawn(call)),
            // The call is dropped, and its stream reset; the other calls of the connection go on.
            Err(_) => tracing::error!("a call ended in a bug outside of its answer"),
        }
    }
    // The emptied list keeps its memory.
    ARRIVED.set(arrived);
}

//! One call being answered: how often it is evaluated, and what of that counts.
use std::cell::RefCell;

use turnout_engine::{Reason, Truth};
use turnout_sticky::Ledger;

use crate::answer::Thread;
use crate::metrics::ThreadCounters;

/// A call being answered: by one evaluation, or by several when assignments have to be read first,
/// or members.
pub(crate) struct Attempt<'t> {
    pub thread: &'t Thread,
    /// What is known of sticky assignments.
    pub ledger: Ledger<'t>,
    /// What the last evaluation came to, counted when it is the answer.
    outcomes: RefCell<Vec<Outcome>>,
}

#[derive(Clone, Copy)]
enum Outcome {
    Decided(Reason),
    Checked(Truth),
}

impl Outcome {
    #[inline]
    fn count(self, counters: &ThreadCounters) {
        match self {
            Outcome::Decided(reason) => counters.decided(reason),
            Outcome::Checked(state) => counters.checked(state),
        }
    }
}

impl<'t> Attempt<'t> {
    #[inline]
    pub(crate) fn new(thread: &'t Thread) -> Attempt<'t> {
        Attempt {
            thread,
            ledger: Ledger::new(thread.outside.as_ref()),
            outcomes: RefCell::default(),
        }
    }

    /// Begins with another evaluation.
    pub(crate) fn begin_again(&mut self) {
        self.ledger.begin_again();
        self.outcomes.get_mut().clear();
    }

    /// Counts a decision.
    #[inline]
    pub(crate) fn decided(&self, reason: Reason) {
        self.came_to(Outcome::Decided(reason));
    }

    /// Counts a segment check.
    #[inline]
    pub(crate) fn checked(&self, state: Truth) {
        self.came_to(Outcome::Checked(state));
    }

    #[inline]
    fn came_to(&self, outcome: Outcome) {
        if self.ledger.may_ask() {
            self.outcomes.borrow_mut().push(outcome);
        } else {
            outcome.count(&self.thread.counters);
        }
    }

    /// The last evaluation is the answer.
    #[inline]
    pub(crate) fn answered(&mut self) {
        for outcome in self.outcomes.get_mut().drain(..) {
            outcome.count(&self.thread.counters);
        }
    }
}

//! The door for `fuzz/`: calls without a connection.
use std::sync::Arc;
use std::time::Instant;

use crate::answer::{Call, Thread, answer};
use crate::attempt::Attempt;
use crate::method::Method;
use crate::plane::Plane;
use crate::settings::Settings;

/// A field that no request has: with it in front, a request is read by its view.
const UNUSUAL: [u8; 2] = [15 << 3, 0];

/// A data plane that serves one snapshot to whoever is in the same thread.
pub struct Door {
    thread: Thread,
}

impl Door {
    /// Loads a snapshot.
    ///
    /// # Panics
    /// It is refused.
    #[must_use]
    pub fn open(sealed: &[u8]) -> Door {
        let plane = Arc::new(Plane::new(Settings::default(), None));
        if let Err(error) = plane.holder.load(sealed, None, None) {
            panic!("a golden snapshot is refused: {error}");
        }
        let counters = Arc::clone(&plane.counters[0]);
        Door {
            thread: Thread::new(&plane, &counters),
        }
    }

    /// Answers one of the unary calls, by its number.
    ///
    /// # Panics
    /// The usual form of a request and the whole one are not answered alike.
    pub fn check(&self, call: usize, request: &[u8]) {
        let method = Method::ALL[call % Method::ALL.len()];
        // One instant for both, for a reply tells the age of the snapshot.
        let call = Call {
            started: Instant::now(),
            deadline: None,
        };
        let whole = [&UNUSUAL, request].concat();
        assert_eq!(
            self.answer(method, request, &call),
            self.answer(method, &whole, &call),
            "{method:?} is answered in another way when it is read as a whole"
        );
    }

    /// The reply; of several things that are wrong, either way may tell another one first.
    fn answer(&self, method: Method, request: &[u8], call: &Call) -> Option<Vec<u8>> {
        let attempt = Attempt::new(&self.thread);
        let mut out = Vec::new();
        let answered = answer(&attempt, method, request, call, &mut out);
        answered.ok().map(|()| out)
    }
}

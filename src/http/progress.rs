//! What a connection waits for, which the socket alone can't tell.

use std::cell::Cell;
use std::rc::Rc;

/// The phase of a connection; shared by its socket and its requests, which one thread serves.
#[derive(Debug, Clone, Default)]
pub struct Progress(Rc<Cell<Phase>>);

/// What happens on a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing, or a response is being sent.
    #[default]
    Idle,
    /// The head of a request has begun to arrive.
    Head,
    /// A request is being answered, and nothing of the response has been sent.
    Handling,
}

impl Progress {
    /// The phase now.
    pub fn phase(&self) -> Phase {
        self.0.get()
    }

    /// Begins a phase.
    pub fn enter(&self, phase: Phase) {
        self.0.set(phase);
    }
}

//! The gate: how many bytes may be on their way between the walk and the segments.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Lets work in as long as what is under way stays within a budget; one piece larger than that goes in alone.
#[derive(Debug)]
pub struct Gate {
    budget: u64,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: u64,
    open: bool,
}

/// A share of the budget, given back when dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    bytes: u64,
}

impl Gate {
    /// A gate with a budget in bytes.
    pub fn new(budget: u64) -> Arc<Self> {
        Arc::new(Self { budget, state: Mutex::default(), freed: Condvar::new() })
    }

    /// Waits until there is room.
    pub fn enter(self: &Arc<Self>, bytes: u64) -> Pass {
        let mut state = self.lock();
        while !state.open && state.inside > 0 && state.inside + bytes > self.budget {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.inside += bytes;
        Pass { gate: Arc::clone(self), bytes }
    }

    /// Lets all in from now on: after an error what is inside may never come out.
    pub fn open(&self) {
        self.lock().open = true;
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.lock().inside -= self.bytes;
        self.gate.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_gate_lets_all_in_and_frees_who_waits() {
        let gate = Gate::new(10);
        let first = gate.enter(8);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| gate.enter(8).bytes);
            gate.open();
            assert_eq!(waits.join().ok(), Some(8));
        });
        assert_eq!(gate.enter(100).bytes, 100);
        drop(first);
        assert_eq!(gate.lock().inside, 0);
    }
}

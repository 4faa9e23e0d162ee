//! The gate: how many bytes may be on their way between the walk and the segments.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Lets work in as long as what is under way stays within a budget; one piece larger than that goes in alone.
#[derive(Debug)]
pub struct Gate {
    budget: u64,
    inside: Mutex<u64>,
    freed: Condvar,
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
        Arc::new(Self { budget, inside: Mutex::new(0), freed: Condvar::new() })
    }

    /// Waits until there is room.
    pub fn enter(self: &Arc<Self>, bytes: u64) -> Pass {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        while *inside > 0 && *inside + bytes > self.budget {
            inside = self.freed.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        *inside += bytes;
        Pass { gate: Arc::clone(self), bytes }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        *inside -= self.bytes;
        self.gate.freed.notify_one();
    }
}

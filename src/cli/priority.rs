//! What runs for long gives way to those who wait for answers.

use std::path::Path;

use imr::index::is_served;

use super::message;

/// How far this process stands back: a thirtieth of the processors, where others want all of them.
#[cfg(target_os = "linux")]
const BACK: i32 = 15;

/// Lets questions to a server that answers from an index go first. Before any thread is started: each takes after the one
/// that starts it. Who chose a priority by `nice` keeps it.
pub fn give_way(index: &Path) {
    if is_served(index) && stand_back() {
        message::note("`imr serve` answers from this index, and its questions go first");
    }
}

#[cfg(target_os = "linux")]
fn stand_back() -> bool {
    use rustix::process::{getpriority_process, nice};
    getpriority_process(None).is_ok_and(|priority| priority == 0) && nice(BACK).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn stand_back() -> bool {
    false
}

//! What runs for long gives way to those who wait for answers.

use std::path::Path;

use imr::index::is_served;

use super::message;

/// Lets questions to a server that answers from an index go first. Before any thread is started: each takes after the one
/// that starts it. Who chose a policy by `chrt` keeps it.
pub fn give_way(index: &Path) {
    if is_served(index) && stand_back() {
        message::note("`imr serve` answers from this index, and its questions go first");
    }
}

/// Runs only while a processor has nothing else to do. A lower priority alone would not be enough: what waits for an answer
/// sleeps between its parts, and would find the processor taken for some milliseconds each time.
#[cfg(target_os = "linux")]
fn stand_back() -> bool {
    use thread_priority::ThreadPriority;
    use thread_priority::unix::{
        NormalThreadSchedulePolicy as Normal, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        thread_schedule_policy,
    };
    let is_usual = thread_schedule_policy().is_ok_and(|policy| policy == ThreadSchedulePolicy::Normal(Normal::Other));
    let idle = ThreadSchedulePolicy::Normal(Normal::Idle);
    is_usual && set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn stand_back() -> bool {
    false
}

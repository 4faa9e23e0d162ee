//! Work with a time limit: done on a helper thread, which is left behind if it does not come back.

use std::cell::RefCell;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::Limits;
use crate::error::Result;

/// What is done with a file.
type Work = fn(Vec<u8>, &Limits) -> Result<String>;

type Job = (Work, Vec<u8>, Limits);

/// A thread that reads one file after the other for the thread that owns it: starting one for each file would take a
/// fifth of the time of reading a letter.
struct Helper {
    jobs: Sender<Job>,
    results: Receiver<Result<String>>,
}

thread_local! {
    static HELPER: RefCell<Option<Helper>> = const { RefCell::new(None) };
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Lost {
    /// The time is over.
    Time,
    /// The helper ended without a result.
    Helper,
    /// No thread can be started.
    Start(std::io::Error),
}

fn start() -> std::io::Result<Helper> {
    let (jobs, inbox) = mpsc::channel::<Job>();
    let (outbox, results) = mpsc::channel();
    // Objects nest up to 512 deep, and reading them recurses.
    thread::Builder::new().name("pdf".to_owned()).stack_size(8 << 20).spawn(move || {
        // Ends when the owner does, or has given this helper up.
        while let Ok((work, bytes, limits)) = inbox.recv() {
            if outbox.send(work(bytes, &limits)).is_err() {
                break;
            }
        }
    })?;
    Ok(Helper { jobs, results })
}

/// Does the work on this thread's helper.
pub(super) fn run(work: Work, bytes: Vec<u8>, limits: &Limits, time: Duration) -> Result<Result<String>, Lost> {
    HELPER.with_borrow_mut(|slot| {
        let helper = match slot.take() {
            Some(helper) => helper,
            None => start().map_err(Lost::Start)?,
        };
        if helper.jobs.send((work, bytes, *limits)).is_err() {
            return Err(Lost::Helper);
        }
        match helper.results.recv_timeout(time) {
            Ok(result) => {
                *slot = Some(helper);
                Ok(result)
            }
            Err(RecvTimeoutError::Timeout) => Err(Lost::Time),
            Err(RecvTimeoutError::Disconnected) => Err(Lost::Helper),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(bytes: Vec<u8>, _: &Limits) -> Result<String> {
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn hang(_: Vec<u8>, _: &Limits) -> Result<String> {
        loop {
            thread::park();
        }
    }

    fn run_with(work: Work, time: Duration) -> Result<Result<String>, Lost> {
        run(work, b"file".to_vec(), &Limits::default(), time)
    }

    #[test]
    fn a_file_that_hangs_costs_itself_only() {
        let long = Duration::from_secs(60);
        assert!(matches!(run_with(echo, long), Ok(Ok(text)) if text == "file"));
        assert!(matches!(run_with(hang, Duration::from_millis(1)), Err(Lost::Time)));
        // The next file has a new helper, and no result of the one before.
        assert!(matches!(run_with(echo, long), Ok(Ok(text)) if text == "file"));
    }
}

//! Progress on stderr; hidden where it is no terminal.

use std::time::Duration;

use imr::ingest::{Observer, Report};
use indicatif::{ProgressBar, ProgressStyle};

use super::message;

/// A bar for an indexing run: files, letters a second, MB a second, time left.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar without a length, until the files are counted.
    pub fn new() -> Self {
        let bar = ProgressBar::no_length();
        bar.set_style(template("{spinner} {human_pos} files  {msg}  {elapsed}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━ ")
}

impl Observer for Bar {
    fn wants_total(&self) -> bool {
        message::is_watched()
    }

    fn total(&self, files: u64) {
        self.0.set_length(files);
        self.0.set_style(template("{bar:24} {human_pos}/{human_len} files  {msg}  {eta} left"));
    }

    fn done(&self, report: &Report) {
        // Not every container tells how much it holds.
        if self.0.length().is_some_and(|length| length < report.files) {
            self.0.set_length(report.files);
        }
        self.0.set_position(report.files);
        // The text is made only as often as a person can read it.
        if report.files.is_multiple_of(64) {
            let seconds = self.0.elapsed().as_secs_f64().max(0.001);
            let letters = (report.letters + report.unknown + report.unchanged) as f64 / seconds;
            let megabytes = report.bytes as f64 / 1e6 / seconds;
            self.0.set_message(format!("{letters:.0} letters/s  {megabytes:.1} MB/s"));
        }
    }

    fn finishing(&self) {
        self.0.set_style(template("{spinner} {human_pos} files, writing the index  {elapsed}"));
    }
}

/// A bar for what is published: letters, MB a second, and how much the server postponed.
pub struct Sent(ProgressBar);

impl Sent {
    /// A bar of so many letters.
    pub fn new(letters: u64) -> Self {
        let bar = ProgressBar::new(letters);
        bar.set_style(template("{bar:24} {human_pos}/{human_len} letters  {msg}  {eta} left"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// So many letters are done, of so many bytes, with so many documents postponed.
    pub fn at(&self, letters: u64, bytes: u64, postponed: u64) {
        self.0.set_position(letters);
        let megabytes = bytes as f64 / 1e6 / self.0.elapsed().as_secs_f64().max(0.001);
        let busy = if postponed > 0 { format!("  {postponed} postponed") } else { String::new() };
        self.0.set_message(format!("{megabytes:.1} MB/s{busy}"));
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// A bar for something whose length is known.
pub struct Counter(ProgressBar);

impl Counter {
    /// A bar of so many of something, which a person sees where `is_shown`.
    pub fn new(total: u64, what: &str, is_shown: bool) -> Self {
        if !is_shown {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(total);
        bar.set_style(template(&format!("{{bar:24}} {{human_pos}}/{{human_len}} {what}  {{eta}} left")));
        Self(bar)
    }

    /// So many more are done.
    pub fn add(&self, count: u64) {
        self.0.inc(count);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

//! What was asked, counted, in the text format of Prometheus (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

/// The upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The counts since the server began.
#[derive(Default)]
pub struct Metrics(Mutex<Counts>);

/// Counts by route, which are few, whatever addresses are asked for.
#[derive(Default)]
struct Counts {
    requests: BTreeMap<(String, u16), u64>,
    durations: BTreeMap<String, Durations>,
    stopped: u64,
}

#[derive(Default)]
struct Durations {
    buckets: [u64; BUCKETS.len()],
    seconds: f64,
    count: u64,
}

/// What is counted elsewhere: the name, what it is, and the value now.
pub type Gauge = (&'static str, &'static str, u64);

impl Metrics {
    /// Counts an answer. What no route fits is one.
    pub fn count(&self, route: Option<&str>, status: StatusCode, took: Duration) {
        let route = route.unwrap_or("none");
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((route.to_owned(), status.as_u16())).or_default() += 1;
        let durations = counts.durations.entry(route.to_owned()).or_default();
        let seconds = took.as_secs_f64();
        for (count, bound) in durations.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(seconds <= bound);
        }
        durations.seconds += seconds;
        durations.count += 1;
    }

    /// Counts a piece of work that was given up, since nobody waited for it any more.
    pub fn count_stopped(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stopped += 1;
    }

    /// All of it as text.
    pub fn print(&self, gauges: &[Gauge]) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from(
            "# HELP imr_http_requests_total Requests answered, by route and status.\n# TYPE imr_http_requests_total counter\n",
        );
        // Writing to a string cannot fail. Routes are the program's own and need no escape.
        for ((route, status), count) in &counts.requests {
            let _ = writeln!(text, "imr_http_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}");
        }
        text.push_str(
            "# HELP imr_http_request_duration_seconds How long it took until an answer began.\n# TYPE imr_http_request_duration_seconds histogram\n",
        );
        for (route, durations) in &counts.durations {
            let name = "imr_http_request_duration_seconds";
            for (count, bound) in durations.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}");
            }
            let Durations { count, seconds, .. } = durations;
            let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{name}_sum{{route=\"{route}\"}} {seconds}");
            let _ = writeln!(text, "{name}_count{{route=\"{route}\"}} {count}");
        }
        let name = "imr_stopped_total";
        let about = "Queries and exports given up in the middle, since nobody waited for them any more.";
        let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} counter\n{name} {}", counts.stopped);
        for (name, about, value) in gauges {
            let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_below_them() {
        let metrics = Metrics::default();
        for (route, milliseconds) in [(Some("/api/search"), 7), (Some("/api/search"), 70), (None, 70_000)] {
            metrics.count(route, StatusCode::OK, Duration::from_millis(milliseconds));
        }
        let text = metrics.print(&[("imr_documents", "Documents.", 3)]);
        for line in [
            "imr_http_requests_total{route=\"/api/search\",status=\"200\"} 2",
            "imr_http_request_duration_seconds_bucket{route=\"/api/search\",le=\"0.005\"} 0",
            "imr_http_request_duration_seconds_bucket{route=\"/api/search\",le=\"0.01\"} 1",
            "imr_http_request_duration_seconds_bucket{route=\"/api/search\",le=\"+Inf\"} 2",
            "imr_http_request_duration_seconds_bucket{route=\"none\",le=\"10\"} 0",
            "imr_http_request_duration_seconds_count{route=\"none\"} 1",
            "imr_documents 3",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
    }
}

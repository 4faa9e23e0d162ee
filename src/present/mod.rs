//! Answers to text, JSON, CSV and Markdown. Each printer takes a writer, and knows of no terminal but what [`Style`] tells.

mod citations;
mod columns;
mod context;
mod delimited;
mod facets;
mod health;
mod hits;
mod info;
mod json;
mod letter;
mod markdown;
mod marked;
mod queries;
mod report;
mod similar;
mod status;
mod style;
mod table;
mod template;

pub use citations::citations;
pub use columns::{Column, Columns};
pub use context::{context, context_csv};
pub use delimited::{count_csv, hits_csv, hits_tabs, table_csv};
pub use health::{Listed, health, health_json, listed, listed_json};
pub use hits::{count, hits};
pub use info::{info, info_json, optimized};
pub use json::{count_json, hits_json, hits_jsonl, record_json, report_json, table_json};
pub use letter::{Reading, letter};
pub use markdown::{count_markdown, hits_markdown};
pub use queries::{Answered, queries, queries_csv, queries_json};
pub use report::{report, timings};
pub use similar::{Original, similar, similar_csv, similar_json};
pub use status::{duplicates, duplicates_json, failures, failures_json, listed_states, status, status_json};
pub use style::{Style, lines, one_line};
pub use table::table;
pub use template::{Template, hits_template};

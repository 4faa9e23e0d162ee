//! Answers to text, JSON, CSV and Markdown. Each printer takes a writer, and knows of no terminal but what [`Style`] tells.

mod citations;
mod columns;
mod context;
mod delimited;
mod export;
mod facets;
mod health;
mod hits;
mod info;
mod json;
mod letter;
mod markdown;
mod marked;
mod page;
mod publish;
mod queries;
mod report;
pub mod shell;
mod similar;
mod stats;
mod status;
mod style;
mod table;
mod template;

pub use citations::{citation, citations};
pub use columns::{Column, Columns};
pub use context::{context, context_csv};
pub use delimited::{count_csv, hits_csv, hits_tabs};
pub use export::{FileFormat, Of, Row, Rows, rows};
pub use health::{Listed, health, health_json, listed, listed_json};
pub use hits::{count, hits};
pub use info::{info, info_json, optimized};
pub use json::{count_json, hits_json, hits_jsonl, json_line, record_json, report_json};
pub use letter::{Reading, letter};
pub use markdown::{count_markdown, hits_markdown};
pub use page::{
    CAVEATS, CHART_STYLE, Report, about as report_about, chart, command as report_command, figures as report_figures,
    report_html, report_markdown, report_page_json, report_text, section_csv,
};
pub use publish::{Told, account, account_json, diagnosis, diagnosis_json};
pub use queries::{Answered, queries, queries_csv, queries_json};
pub use report::{report, timings};
pub use shell::flag_of;
pub use similar::{Original, similar, similar_csv, similar_json};
pub use stats::{
    CellRow, Cells, Extras, Figure, NO_TEST, comparison, comparison_csv, comparison_json, comparison_markdown, cross,
    cross_csv, cross_markdown, exceptions, stats, stats_csv, stats_json, stats_markdown, tested,
    told as told_of_comparison,
};
pub use status::{duplicates, duplicates_json, failures, failures_json, listed_states, status, status_json};
pub use style::{Style, counted, lines, one_line, thousands};
pub use template::{Template, hits_template};

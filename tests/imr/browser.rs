//! Pages in a real browser: `tests/browser/` drives Debian's Chromium by Playwright, and tells what is to be seen.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::report::run_printed;
use crate::support::{Folder, python_with};

/// The status of a script that finds no browser.
const ABSENT: i32 = 77;

/// What a script of `tests/browser/` tells of a page; `None` where there is no browser.
fn seen(script: &str, page: &Path) -> Option<Value> {
    let skipped =
        || eprintln!("skipped: there is no Chromium with Playwright for Python; `scripts/test` installs both");
    let Some(python) = python_with("playwright") else {
        skipped();
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(script);
    let output = Command::new(python).arg("-B").arg(script).arg(page).output().unwrap();
    if output.status.code() == Some(ABSENT) {
        skipped();
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_report_opens_in_a_browser_light_dark_and_on_a_phone() {
    let folder = Folder::new();
    folder.invent("letters", 1..=120);
    folder.write("letters/note.txt", "A covering note.");
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["report", "-o", "report.html"]).succeeds();
    let Some(seen) = seen("report.py", &folder.path().join("report.html")) else { return };
    let views = seen["views"].as_object().unwrap();
    assert_eq!(views.len(), 4);
    for (name, view) in views {
        assert_eq!(view["faults"], serde_json::json!([]), "{name}");
        assert!(view["overflow"] == 0 && view["wide"] == serde_json::json!([]), "{name}: {view}");
        assert!(view["title"].as_str().is_some_and(|title| !title.is_empty()) && view["lang"] == "en", "{view}");
    }
    assert_ne!(views["light"]["ground"], views["dark"]["ground"]);
    assert_ne!(views["light"]["text"], views["dark"]["text"]);
    assert_eq!(seen["dead_links"], serde_json::json!([]));
    let sections = seen["sections"].as_array().unwrap();
    assert!(sections.len() > 12);
    let mut charts = 0;
    for section in sections {
        let (id, rows) = (&section["id"], section["rows"].as_array().unwrap());
        assert!(section["tables"] == 1 && section["caption"] == section["title"] && section["scopes"] == true, "{id}");
        for chart in section["charts"].as_array().unwrap() {
            charts += 1;
            assert!(
                chart["role"] == "img" && chart["drawn"] == true && chart["outside"] == serde_json::json!([]),
                "{id}: {chart}"
            );
            let named: Vec<_> = chart["named"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert!(named[0] == section["title"] && named.len() == 2 && named[1].len() > 20, "{id}: {named:?}");
            assert!(chart["shapes"].as_u64().unwrap() >= rows.len() as u64 / 2 && !rows.is_empty(), "{id}: {chart}");
        }
        // The command gives the table that is shown, cell by cell.
        let markdown = run_printed(&folder, section["command"].as_str().unwrap(), "markdown");
        let mut lines = markdown.lines().take_while(|line| line.starts_with('|')).map(cells);
        assert_eq!(lines.next().unwrap(), texts(&section["head"]), "{id}");
        let expected: Vec<_> = rows.iter().map(texts).collect();
        let printed: Vec<_> = lines.skip(1).take(expected.len()).collect();
        assert_eq!(printed, expected, "{id}");
    }
    assert!(charts > 8, "{charts}");
}

/// What is in a cell without what keeps Markdown from acting on it.
fn plain(cell: &str) -> String {
    cell.replace('\\', "").replace('\u{0}', "|").replace("&lt;", "<").replace("&amp;", "&")
}

/// The cells of a line of a Markdown table.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    let cells = inner.replace("\\|", "\u{0}");
    cells.split('|').map(|cell| plain(cell.trim())).collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().trim().to_owned()).collect()
}

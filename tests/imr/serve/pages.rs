//! The pages: what they say is what the command line says, whatever is asked; and in a real browser they do what they say,
//! for which `tests/browser/pages.py` drives one.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Server;
use crate::invented::Letter;
use crate::support::Folder;

/// The status of a script that finds no browser.
const ABSENT: i32 = 77;

/// The Python that `scripts/test` installs, if it can drive a browser.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python3");
    let known = Command::new(&python).args(["-c", "import playwright, axe_playwright_python"]).output();
    known.is_ok_and(|output| output.status.success()).then_some(python)
}

#[test]
fn the_pages_do_in_a_browser_what_they_say() {
    let skipped = || {
        eprintln!("skipped: there is no Chromium with Playwright and axe for Python; `scripts/test` installs them");
    };
    let Some(python) = python() else { return skipped() };
    let folder = Folder::new();
    folder.invent("letters", 1..=300);
    for number in 301..=305 {
        let letter = Letter::invent(7, number);
        folder.write(&format!("letters/{}", letter.path("pdf")), letter.to_pdf());
    }
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["save", "needles", "issue:acupuncture", "--outcome", "upheld"]).succeeds();
    let server = Server::start(&folder, &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/pages.py");
    let closed = Server::start(&folder, &["--token=an-invented-token"]);
    let addresses = [&server, &closed].map(|server| format!("http://{}", server.addr));
    let output = Command::new(python).arg("-B").arg(script).args(addresses).output().unwrap();
    if output.status.code() == Some(ABSENT) {
        return skipped();
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = told["failed"].as_object().unwrap();
    let failed: Vec<_> = failed.iter().map(|(name, how)| format!("{name}:\n{}", how.as_str().unwrap())).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(told["passed"].as_array().unwrap().len() >= 20, "{told}");
}

/// The part of a page between two texts, the first of which it has.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(begin).unwrap_or_else(|| panic!("there is no `{begin}` in\n{page}"));
    rest.split(end).next().unwrap()
}

/// How many issues a page says that it found.
fn found(page: &str) -> u64 {
    let total = between(page, "id=\"count\"><strong>", "</strong>");
    let number = total.split(' ').next().unwrap().replace(',', "");
    if total == "Nothing found" { 0 } else { number.parse().unwrap_or_else(|_| panic!("{total}")) }
}

#[test]
fn pages_count_as_the_command_line_does() {
    let folder = Folder::indexed(150);
    folder.imr(&["save", "needles", "issue:acupuncture", "--outcome", "upheld"]).succeeds();
    let server = Server::start(&folder, &[]);
    for (address, args) in [
        ("/", &[][..]),
        ("/?q=acupuncture+upheld", &["acupuncture upheld"]),
        (
            "/?q=lumbar&outcome=upheld&outcome=overturned&basis=mtus",
            &["lumbar", "--outcome", "upheld,overturned", "--basis", "mtus"],
        ),
        ("/?q=lumbar&outcome=upheld,overturned", &["lumbar", "--outcome", "upheld,overturned"]),
        (
            "/?from=2015&to=2016-06&category=rehabilitation",
            &["--decided", "2015..2016-06", "--category", "rehabilitation"],
        ),
        ("/?to=2016", &["--decided", "<=2016"]),
        ("/?q=%40needles+lumbar", &["@needles", "lumbar"]),
        ("/?q=was+acupuncture+approved+for+neck+pain&any=1", &["was acupuncture approved for neck pain", "--any"]),
        ("/?q=PT&exact=1", &["PT", "--exact"]),
        ("/?age=30..39&sex=male", &["--age", "30..39", "--sex", "male"]),
        ("/?q=nothinglikethis", &["nothinglikethis"]),
    ] {
        let page = server.get(address).with(200).text();
        let wanted = folder.imr(&[&["search", "--count", "--format", "json"], args].concat()).json();
        assert_eq!(found(&page), wanted["total"]["issues"].as_u64().unwrap(), "{address}");
        // What is asked first is counted once and remembered, and must stay what it is.
        assert_eq!(server.get(address).with(200).text(), page, "{address}");
        let stats = server.get(&address.replacen('/', "/stats", 1)).with(200).text();
        let counted = between(&stats, "id=\"count\"><strong>", " issue").replace(',', "");
        assert_eq!(counted, wanted["total"]["issues"].to_string(), "{address}");
    }
}

#[test]
fn values_of_a_facet_say_what_they_would_find() {
    let folder = Folder::indexed(150);
    let server = Server::start(&folder, &[]);
    let page = server.get("/?q=lumbar&outcome=upheld&more=1").with(200).text();
    let mut tried = 0;
    for label in page.split("<label class=\"value\">").skip(1) {
        let name = between(label, "name=\"", "\"");
        let value = between(label, "value=\"", "\"").replace("&#38;", "&").replace("&#62;", ">");
        let count = between(between(label, "<span class=\"n\"", "</span>"), ">", "<").replace(',', "");
        // The other outcome is counted as if this one were not chosen.
        let outcome = if name == "outcome" { value.clone() } else { "upheld".to_owned() };
        let mut args = vec!["search", "lumbar", "--count", "--format", "json", "--outcome", &outcome];
        let flag = format!("--{}", name.replace('_', "-"));
        if name != "outcome" {
            args.extend([flag.as_str(), &value]);
        }
        let wanted = folder.imr(&args).json();
        assert_eq!(count, wanted["total"]["issues"].to_string(), "{name}: {value}");
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn whatever_is_asked_is_a_page_that_runs_nothing() {
    let folder = Folder::indexed(20);
    let server = Server::start(&folder, &[]);
    let hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%3E%3Cimg+src%3Dx+onerror%3Dalert(2)%3E%E2%80%AE%00%FF";
    for path in ["/", "/stats", "/stats.csv", "/stats.svg", "/compare", "/report", "/letter", "/similar", "/facet/body"]
    {
        for name in
            ["q", "q2", "from", "outcome", "specialty", "sort", "view", "page", "by", "over", "top", "at", "find"]
        {
            let reply = server.get(&format!("{path}?{name}={hostile}"));
            assert!([200, 400, 404].contains(&reply.status), "{path}?{name}: {}", reply.status);
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(
                !text.contains("<script>") && !text.contains("<img") && !text.contains('\u{202e}'),
                "{path}?{name}"
            );
            assert!(!reply.header("content-security-policy").contains("unsafe"), "{path}");
        }
    }
    for path in ["/letter/..%2F..%2Fetc%2Fpasswd", "/letter/CM99-0000000", "/similar/CM99-0000000/1", "/facet/nothing"]
    {
        assert!(server.get(path).with(404).header("content-type").starts_with("text/html"), "{path}");
    }
    let page = server.get("/?q=MRI+AND+(lumbar").with(400).text();
    assert!(page.contains("column 9") && page.contains("aria-invalid"), "{page}");
    assert!(found(&server.get("/?page=99999999999999999999&limit=-1").with(200).text()) > 0);
    assert_eq!(server.ask("POST", "/", &[]).status, 405);
}

#[test]
fn assets_have_their_digest_in_the_address_and_stay() {
    let folder = Folder::indexed(2);
    let server = Server::start(&folder, &[]);
    let page = server.get("/").with(200).text();
    let assets: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(assets.len() >= 5, "{assets:?}");
    for asset in &assets {
        let reply = server.get(asset).with(200);
        assert!(reply.header("cache-control").contains("immutable") && !reply.body.is_empty(), "{asset}");
    }
    let old = assets[0].replacen(|c: char| c.is_ascii_digit(), "x", 1);
    server.get(&old).with(404);
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("onclick"), "{page}");
}

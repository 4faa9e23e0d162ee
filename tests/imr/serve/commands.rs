//! Commands that pages tell can be typed, and do what the page says.

use serde_json::Value;

use super::Server;
use crate::report::{run_printed, typed};
use crate::support::Folder;

/// The text behind a beginning, up to an end, as a browser reads it.
fn told(page: &str, begin: &str, end: &str) -> String {
    let (_, rest) = page.split_once(begin).unwrap_or_else(|| panic!("there is no `{begin}` in\n{page}"));
    let text = rest.split(end).next().unwrap();
    text.replace("&#39;", "'").replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

/// How many issues a page says that it found.
fn found(page: &str) -> u64 {
    let total = told(page, "id=\"count\"><strong>", "</strong>");
    total.split(' ').next().unwrap().replace(',', "").parse().unwrap_or(0)
}

#[test]
fn tables_are_those_of_their_commands() {
    let folder = Folder::indexed(60);
    let server = Server::start(&folder, &[]);
    let mut empty = 0;
    for address in [
        "",
        "?q=lumbar&outcome=upheld&by=category_group&by=outcome",
        "?q=-surgery&by=sex",
        "?q=mri+OR+%22it%27s%22&specialty=-medicine&drug=-x&from=2014&to=2017&order=-issues&min=1",
        "?specialty=-pain&over=year",
        "?age=%3E%3D40&over=year&exact=1&any=1&q=lumbar+cervical+spine",
        "?by=year&days=assigned&q=NOT+%60pwd%60",
        "?by=basis&by=outcome&test=1&flat=1&order=-share&show=share",
        "?drug=it%27s&sex=male&by=state&top=3",
    ] {
        let page = server.get(&format!("/stats{address}")).with(200).text();
        let command = told(&page, "<code id=\"command\">", "</code>");
        let counted: Value = serde_json::from_str(&run_printed(&folder, &command, "json")).unwrap();
        assert_eq!(counted["total"]["issues"], found(&page), "{command}");
        empty += usize::from(found(&page) == 0);
        // The rows, too.
        let csv = told(&page, "<a href=\"/stats.csv", "\"");
        let table = server.get(&format!("/stats.csv{csv}")).with(200).text();
        assert_eq!(run_printed(&folder, &command, "csv"), table, "{command}");
    }
    assert!(empty <= 3, "{empty}");
}

#[test]
fn what_saves_a_search_can_be_typed() {
    let folder = Folder::indexed(60);
    let server = Server::start(&folder, &[]);
    for (number, address) in [
        "?q=lumbar&outcome=upheld",
        "?q=-surgery&drug=-x&exact=1",
        "?any=1&sex=male&from=2014",
        "?q=%22it%27s%22+OR+mri",
    ]
    .iter()
    .enumerate()
    {
        let page = server.get(&format!("/{address}")).with(200).text();
        let command = told(&page, "<code id=\"save\">", "</code>");
        let rest = command.strip_prefix("imr save NAME").expect(&command);
        typed(&folder, &format!("save s{number}{rest}")).succeeds();
        let again = server.get(&format!("/?q=%40s{number}{}", if address.contains("exact") { "&exact=1" } else { "" }));
        let again = again.with(200).text();
        assert_eq!(found(&again), found(&page), "{command}");
        // One that is saved already is not saved once more.
        assert!(!again.contains("id=\"save\"") && again.contains("is saved already"), "{command}");
    }
    let list = server.get("/").text();
    assert!(list.contains("--drug=-x -- -surgery"), "{list}");
}

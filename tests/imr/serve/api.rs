//! The API answers as the command line does, and keeps to the schemas.

use proptest::prelude::*;

use super::Server;
use super::client::until;
use crate::schema::keeps_to;
use crate::support::Folder;

#[test]
fn answers_are_those_of_the_command_line() {
    let folder = Folder::indexed(150);
    folder.write("letters/note.txt", "A cover note.");
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["save", "mris", "issue:mri"]).succeeds();
    let server = Server::start(&folder, &[]);
    let case = folder.imr(&["search", "--limit", "1", "--fields", "case_number"]).out.trim().to_owned();
    for (address, args, schema) in [
        ("/api/search", &["search", "--format", "json"][..], "search"),
        ("/api/search?q=acupuncture+upheld", &["search", "acupuncture upheld", "--format", "json"], "search"),
        ("/api/search?q=%40mris+lumbar", &["search", "@mris", "lumbar", "--format", "json"], "search"),
        (
            "/api/search?q=lumbar&outcome=upheld,overturned&limit=3&snippets=2&facets=outcome&facets=year",
            &[
                "search",
                "lumbar",
                "--outcome",
                "upheld,overturned",
                "--limit",
                "3",
                "--snippets",
                "2",
                "--facets",
                "outcome,year",
                "--format",
                "json",
            ],
            "search",
        ),
        (
            "/api/search?q=mri&group=letter&sort=-decided&offset=2",
            &["search", "mri", "--group", "letter", "--sort=-decided", "--offset", "2", "--format", "json"],
            "search",
        ),
        ("/api/search?q=mri&collapse", &["search", "mri", "--collapse", "--format", "json"], "search"),
        ("/api/search?count=true&q=mri", &["search", "mri", "--count", "--format", "json"], "search"),
        ("/api/search?q=mri&exact=1", &["search", "mri", "--exact", "--format", "json"], "search"),
        ("/api/search?sample=5&seed=3", &["search", "--sample", "5", "--seed", "3", "--format", "json"], "search"),
        ("/api/search?q=lumbar&context=4", &["search", "lumbar", "--context=4", "--format", "json"], "search"),
        ("/api/search?q=acupunture", &["search", "acupunture", "--format", "json"], "search"),
        (
            "/api/search?q=mri&fields=case_number,outcome",
            &["search", "mri", "--fields", "case_number,outcome", "--format", "json"],
            "search-fields",
        ),
        ("/api/search?path=letters", &["search", "--path", "letters", "--format", "json"], "search"),
        (
            "/api/search?decided=2015..&age=%3E%3D40",
            &["search", "--decided", "2015..", "--age", ">=40", "--format", "json"],
            "search",
        ),
        ("/api/stats", &["stats", "--format", "json"], "stats"),
        (
            "/api/stats?q=mri&by=sex,outcome&test=1&min=2",
            &["stats", "mri", "--by", "sex,outcome", "--test", "--min", "2", "--format", "json"],
            "stats",
        ),
        (
            "/api/stats?over=year&show=issues,share&days=assigned",
            &["stats", "--over", "year", "--show", "issues,share", "--days", "assigned", "--format", "json"],
            "stats",
        ),
        ("/api/stats?by=sex,outcome&cross", &["stats", "--by", "sex,outcome", "--cross", "--format", "json"], "stats"),
        (
            "/api/stats?q=sex:female&compare=sex:male&by=basis",
            &["stats", "sex:female", "--compare", "sex:male", "--by", "basis", "--format", "json"],
            "comparison",
        ),
        (&format!("/api/letters/{case}"), &["show", &case, "--format", "json"], "letter"),
        (&format!("/api/letters/{case}?issue=1"), &["show", &format!("{case}/1"), "--format", "json"], "letter"),
        ("/api/letters?path=letters/note.txt", &["show", "letters/note.txt", "--format", "json"], "letter"),
        (&format!("/api/similar?of={case}/1"), &["similar", &format!("{case}/1"), "--format", "json"], "similar"),
        (
            &format!("/api/similar?of={case}%2F1&outcome=upheld&limit=3"),
            &["similar", &format!("{case}/1"), "--outcome", "upheld", "-n", "3", "--format", "json"],
            "similar",
        ),
    ] {
        let reply = server.get(address).with(200);
        assert_eq!(reply.header("content-type"), "application/json", "{address}");
        let run = folder.imr(args);
        assert!(run.status <= 1, "{args:?}: {}", run.err);
        assert_eq!(reply.text(), run.out, "{address}");
        keeps_to(&format!("{schema}.schema.json"), &reply.json());
    }
    keeps_to("health.schema.json", &server.get("/api/health").with(200).json());
}

#[test]
fn what_cannot_be_answered_is_told() {
    let folder = Folder::indexed(20);
    let server = Server::start(&folder, &[]);
    for (address, status, code, told) in [
        ("/api/search?q=(a+OR", 400, "query", "column 6"),
        ("/api/search?drug_group=%2C", 400, "query", "drug_group:"),
        ("/api/search?q=a&q=b", 400, "usage", "twice"),
        (&format!("/api/search?q={}", "a+".repeat(1001)), 400, "usage", "2000"),
        ("/api/search?limit=1001", 400, "usage", "from 0 to 1000"),
        ("/api/search?offset=10001", 400, "usage", "from 0 to 10000"),
        ("/api/search?limit=-1", 400, "usage", "limit"),
        ("/api/search?exact=maybe", 400, "usage", "exact"),
        ("/api/search?group=page", 400, "usage", "issue, letter"),
        ("/api/search?qq=a", 400, "usage", "`qq`"),
        ("/api/search?after=zzz", 400, "usage", "cursor"),
        ("/api/search?sample=5&sort=case", 400, "usage", "no order"),
        ("/api/search?sample=5&limit=3", 400, "usage", "no limit"),
        ("/api/search?q=%00", 400, "usage", "NUL"),
        ("/api/search?q=%FF%FE", 400, "usage", "UTF-8"),
        ("/api/search?q=%40nobody", 400, "usage", "@nobody"),
        ("/api/stats?by=nothing", 400, "usage", "nothing"),
        ("/api/stats?cross=1", 400, "usage", "`cross`"),
        ("/api/stats?compare=a&over=year", 400, "usage", "`compare`"),
        ("/api/similar", 400, "usage", "named"),
        ("/api/similar?of=CM99-9999999/1", 404, "not_found", "CM99-9999999"),
        ("/api/letters/CM99-9999999", 404, "not_found", "CM99-9999999"),
        ("/api/letters/nothing", 400, "usage", "nothing"),
        ("/api/letters/CM99-9999999/original", 404, "not_found", "CM99-9999999"),
        ("/api/letters", 400, "usage", "named"),
        ("/api/suggest?field=issue", 400, "usage", "issue"),
        ("/api/export?format=xml", 400, "usage", "csv, jsonl, parquet, citations"),
        ("/api/export?q=(", 400, "query", "column"),
        ("/api/export?format=citations&of=issues", 400, "usage", "citations"),
        ("/api/nothing", 404, "not_found", "address"),
        ("/nothing", 404, "not_found", "address"),
    ] {
        let problem = server.get(address).with(status).problem();
        assert_eq!(problem["code"], code, "{address}: {problem}");
        assert!(problem["message"].as_str().unwrap().contains(told), "{address}: {problem}");
        assert!(!problem.to_string().contains("--"), "{address}: {problem}");
    }
    let problem = server.get("/api/search?q=(a+OR").problem();
    assert_eq!((&problem["column"], &problem["parameter"]), (&6.into(), &"q".into()));
    // What a form leaves empty is as if it were not there.
    assert_eq!(server.get("/api/search?q=&outcome=&limit=").text(), server.get("/api/search").text());
}

#[test]
fn pages_are_gone_through_by_cursors() {
    let folder = Folder::indexed(40);
    let server = Server::start(&folder, &[]);
    let whole = server.get("/api/search?q=upheld&limit=1000").json();
    let (mut ranks, mut address) = (Vec::new(), "/api/search?q=upheld&limit=7".to_owned());
    loop {
        let page = server.get(&address).with(200).json();
        ranks.extend(page["hits"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        address = format!("/api/search?q=upheld&limit=7&after={next}");
    }
    assert_eq!(&ranks, whole["hits"].as_array().unwrap());
}

#[test]
fn a_selection_is_exported_as_the_command_line_does() {
    let folder = Folder::indexed(60);
    let server = Server::start(&folder, &[]);
    for (address, args, kind) in [
        ("/api/export", &["export"][..], "application/x-ndjson"),
        (
            "/api/export?q=mri&format=csv&of=issues",
            &["export", "mri", "--format", "csv", "--of", "issues"],
            "text/csv; charset=utf-8",
        ),
        (
            "/api/export?format=parquet&outcome=upheld",
            &["export", "--format", "parquet", "--outcome", "upheld"],
            "application/vnd.apache.parquet",
        ),
        (
            "/api/export?format=citations&q=upheld",
            &["search", "upheld", "--format", "citations", "--limit", "100000"],
            "text/plain; charset=utf-8",
        ),
        (
            "/api/export?format=citations&q=upheld&limit=3&sort=-decided",
            &["search", "upheld", "--format", "citations", "--limit", "3", "--sort=-decided"],
            "text/plain; charset=utf-8",
        ),
    ] {
        let reply = server.get(address).with(200);
        let output = folder.command(args).output().unwrap();
        assert!(output.status.success());
        assert_eq!(reply.header("content-type"), kind);
        assert!(reply.header("content-disposition").starts_with("attachment; filename=\"imr-"));
        assert!(reply.body == output.stdout, "{address}: {} and {} bytes", reply.body.len(), output.stdout.len());
    }
    let lines = server.get("/api/export?of=issues&limit=5").text();
    assert!(folder.imr(&["export", "--of", "issues"]).out.starts_with(&lines) && lines.lines().count() == 5);
    assert_eq!(server.get("/api/export?limit=0").with(200).body, b"");
}

#[test]
fn words_are_completed_and_misspelt_ones_put_right() {
    let folder = Folder::indexed(100);
    folder.imr(&["save", "mris", "issue:mri"]).succeeds();
    let server = Server::start(&folder, &[]);
    let ask = |address: &str| {
        let json = server.get(&format!("/api/suggest?{address}")).with(200).json();
        keeps_to("suggest.schema.json", &json);
        let texts: Vec<String> =
            json["completions"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap().to_owned()).collect();
        (json["from"].as_u64().unwrap(), texts, json["suggestion"].as_str().map(str::to_owned))
    };
    assert_eq!(ask("q=mri+outc"), (4, vec!["outcome:".to_owned()], None));
    assert_eq!(ask("q=(a+OR+outcome:u"), (6, vec!["outcome:upheld".to_owned()], None));
    assert_eq!(ask("q=%40m"), (0, vec!["@mris".to_owned()], None));
    assert_eq!(ask("field=outcome").1, ["overturned", "upheld"]);
    assert_eq!(ask("field=outcome&begin=o&limit=1").1, ["overturned"]);
    assert_eq!(ask("q=acupunture&spelling=1").2.as_deref(), Some("acupuncture"));
    assert_eq!(ask("q=acupunture").2, None);
    assert_eq!(ask("q=(&spelling=1").2, None);
    let cases = ask("q=cm&limit=3").1;
    assert!(cases.len() == 3 && cases.iter().all(|case| case.starts_with("CM")), "{cases:?}");
}

#[test]
fn a_commit_is_noticed() {
    let folder = Folder::indexed(10);
    let server = Server::start(&folder, &[]);
    let letters = || server.get("/api/search?count=1").json()["total"]["letters"].as_u64().unwrap();
    let generation = || server.get("/api/health").json()["generation"].as_u64().unwrap();
    let (before, first) = (letters(), generation());
    folder.invent("letters", 11..=30);
    let indexed = folder.imr(&["index", "letters"]).succeeds();
    // People wait for the server, and nobody for the index.
    assert_eq!(indexed.err.contains("its questions go first"), cfg!(target_os = "linux"), "{}", indexed.err);
    until(|| letters() == before + 20, || server.log());
    assert!(generation() > first);
    // Deleted and made anew: the old one answers until the new one is there.
    std::fs::remove_dir_all(folder.path().join(".imr")).unwrap();
    assert_eq!(letters(), before + 20);
    std::fs::remove_dir_all(folder.path().join("letters")).unwrap();
    folder.invent("letters", 1..=3);
    folder.imr(&["index", "letters"]).succeeds();
    until(|| letters() == 3, || server.log());
}

#[test]
fn counts_are_there_for_prometheus() {
    let folder = Folder::indexed(10);
    let server = Server::start(&folder, &[]);
    (0..3).for_each(|_| _ = server.get("/api/search?q=mri").with(200));
    server.get("/api/search?q=(").with(400);
    server.get("/api/letters/CM99-9999999").with(404);
    server.get("/no/such/address").with(404);
    let metrics = || server.get("/metrics").with(200);
    assert!(metrics().header("content-type").starts_with("text/plain; version=0.0.4"));
    // That a client has closed its connection is noticed a little later.
    let quiet = |text: &String| text.lines().any(|line| line == "imr_connections 1");
    let waited = || std::thread::sleep(std::time::Duration::from_millis(20));
    let text = (0..500)
        .map(|_| metrics().text())
        .inspect(|text| {
            if !quiet(text) {
                waited()
            }
        })
        .find(quiet);
    let text = text.unwrap_or_else(|| metrics().text());
    let documents = server.get("/api/health").json()["documents"].as_u64().unwrap();
    for line in [
        "imr_http_requests_total{route=\"/api/search\",status=\"200\"} 3",
        "imr_http_requests_total{route=\"/api/search\",status=\"400\"} 1",
        "imr_http_requests_total{route=\"/api/letters/{case}\",status=\"404\"} 1",
        "imr_http_requests_total{route=\"none\",status=\"404\"} 1",
        "imr_http_request_duration_seconds_count{route=\"/api/search\"} 4",
        &format!("imr_documents {documents}"),
        "imr_connections 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(text.contains("imr_index_generation ") && !text.contains("/no/such"));
}

#[test]
fn any_query_string_is_answered_or_refused() {
    let folder = Folder::indexed(10);
    let server = Server::start(&folder, &[]);
    let routes = ["search", "stats", "similar", "suggest", "export", "letters", "letters/CM16-0000001"];
    let names = prop::sample::select(vec![
        "q", "by", "over", "sort", "limit", "offset", "after", "facets", "outcome", "path", "of", "field", "begin",
        "format", "decided", "context", "show", "compare", "any", "fields", "nonsense",
    ]);
    // What a well-formed address can have, and values that are no nonsense to a query.
    let values = prop_oneof![
        "[!#$'()*+,\\-./0-9:;=?@A-Z_a-z~%]{0,40}",
        "(mri|\"|\\(|\\)|OR|NOT|w/5|~|\\*|:|\\^|\\[|TO|\\.\\.| |outcome|upheld){0,12}",
    ];
    let config = ProptestConfig { cases: 96, ..ProptestConfig::default() };
    proptest!(config, |(route in prop::sample::select(routes.to_vec()), pairs in prop::collection::vec((names, values), 0..4))| {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+").replace('"', "%22").replace(['[', ']', '^'], "%5B"))).collect();
        let address = format!("/api/{route}?{}", pairs.join("&"));
        let reply = server.get(&address);
        prop_assert!(matches!(reply.status, 200 | 400 | 404), "{address}: {}", reply.status);
        if reply.status != 200 {
            reply.problem();
        }
    });
}

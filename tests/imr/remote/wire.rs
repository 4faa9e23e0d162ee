//! What goes over the wire is what the engines' own clients send.

use serde_json::{Value, json};

use super::publish::publish;
use super::stub::Stub;
use crate::support::Folder;

/// How the official clients send a bulk request: what the recordings of them have in common with ours. The client of
/// Elasticsearch is elasticsearch-py 8.19, that of OpenSearch opensearch-py 3.2.
const OFFICIAL: [(&str, &str, &str, &str); 2] = [
    (
        "elasticsearch",
        "PUT /_bulk",
        "application/vnd.elasticsearch+x-ndjson; compatible-with=8",
        "application/vnd.elasticsearch+json; compatible-with=8",
    ),
    ("opensearch", "POST /_bulk", "application/json", "application/json"),
];

#[test]
fn bulk_requests_are_those_of_the_official_clients() {
    let folder = Folder::indexed(6);
    for (flavor, line, content, accept) in OFFICIAL {
        let stub = Stub::with_index(flavor);
        publish(&folder, &stub, &["--state", flavor]).succeeds();
        let bulks = stub.bulks();
        assert_eq!(bulks.len(), 1);
        let seen = &bulks[0];
        assert_eq!((seen.line.as_str(), seen.head["content-type"].as_str()), (line, content));
        assert_eq!(seen.head["accept"], accept);
        assert_eq!(seen.head["content-length"], seen.body.len().to_string());
        assert!(seen.head["user-agent"].starts_with("imr/"), "{:?}", seen.head);
        assert!(!seen.head.contains_key("authorization") && !seen.head.contains_key("transfer-encoding"));
        // A line that says what is done, byte for byte as the clients write it but for the action, and the document.
        let text = std::str::from_utf8(&seen.body).unwrap();
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        assert_eq!(lines.len() % 2, 0);
        for pair in lines.chunks(2) {
            let document: Value = serde_json::from_str(pair[1]).unwrap();
            let id = document["id"].as_str().unwrap();
            assert_eq!(pair[0], format!("{{\"index\":{{\"_id\":\"{id}\",\"_index\":\"letters\"}}}}"));
            assert!(!pair[1].contains("\\u00"), "characters are sent as they are");
        }
    }
}

#[test]
fn quickwit_gets_what_is_added_and_older_elasticsearch_what_it_knows() {
    let folder = Folder::indexed(2);
    let stub = Stub::with_index("quickwit");
    publish(&folder, &stub, &[]).succeeds();
    let body = stub.bulks()[0].body.clone();
    assert!(body.starts_with(b"{\"create\":{\"_id\":\""), "{}", String::from_utf8_lossy(&body[..80]));
    let target = imr::remote::Target::parse(&stub.target()).unwrap();
    let old = imr::remote::Flavor::Elasticsearch { major: 7 };
    let client = imr::remote::Client::connect(&target, Some(old), &Default::default()).unwrap();
    client.search(&json!({"size": 0})).unwrap();
    let last = stub.inner().seen.last().unwrap().clone();
    assert_eq!((&*last.head["content-type"], &*last.head["accept"]), ("application/json", "application/json"));
    assert_eq!(last.line, "POST /letters/_search");
}

#[test]
fn credentials_are_sent_and_told_to_nobody() {
    let folder = Folder::indexed(4);
    let (password, key) = ("s3cret-passw0rd", "a2V5LW9mLW1pbmU");
    folder.write("key", format!("# mine\nApiKey {key}\n"));
    folder.write("bad", format!("Basic {password}\n"));
    let basic = "Basic YW5uOnMzY3JldC1wYXNzdzByZA==";
    let mut runs = 0;
    let mut run = |wanted: &str, set: &[(&str, &str)], args: &[&str]| {
        runs += 1;
        let state = format!("state-{runs}");
        let stub = Stub::with_index("opensearch");
        stub.inner().wanted = Some(wanted.to_owned());
        let target = stub.target();
        let args = [&["publish", "--to", &target, "--state", &state], args].concat();
        let mut command = folder.command(&args);
        set.iter().for_each(|(name, value)| {
            command.env(name, value);
        });
        let run = folder.run(command, &args);
        for secret in [password, key, "YW5uOnMzY3JldC1wYXNzdzByZA"] {
            assert!(!run.out.contains(secret) && !run.err.contains(secret), "{}\n{}", run.out, run.err);
        }
        run
    };
    let user = [("IMR_REMOTE_USER", "ann"), ("IMR_REMOTE_PASSWORD", password)];
    run(basic, &user, &[]).succeeds();
    run(&format!("ApiKey {key}"), &[("IMR_REMOTE_API_KEY", key)], &[]).succeeds();
    run(&format!("ApiKey {key}"), &[], &["--credentials", "key"]).succeeds();
    // The server repeats what it was sent, and that is not told.
    run("Basic other", &user, &[]).ends_with(2).says(&["401", "***", "IMR_REMOTE_USER"]);
    run("Basic other", &[("IMR_REMOTE_API_KEY", key)], &[]).ends_with(2).says(&["401"]);
    run("Basic other", &[], &[]).ends_with(2).says(&["401"]);
    run(basic, &[], &["--credentials", "bad"]).ends_with(2).says(&["`bad`: the credentials cannot be read"]);
    run(basic, &[("IMR_REMOTE_API_KEY", key), user[0]], &[]).ends_with(2).says(&["both set"]);
    let typed = format!("http://ann:{password}@127.0.0.1:1/letters");
    let run = folder.imr(&["publish", "--to", &typed]).ends_with(2).says(&["credentials do not stand in the address"]);
    assert!(!run.err.contains(password), "{}", run.err);
    // Nothing of it is kept either.
    for file in walkdir::WalkDir::new(folder.path()).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        if ["key", "bad"].iter().any(|name| file.file_name() == *name) {
            continue;
        }
        let bytes = std::fs::read(file.path()).unwrap();
        let has = |secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!has(password) && !has(key), "{}", file.path().display());
    }
}

#[test]
fn targets_are_read_strictly() {
    let folder = Folder::indexed(1);
    for (typed, words) in [
        ("localhost:9200/letters", "begins neither with"),
        ("http://localhost:9200", "names no index"),
        ("http://localhost:9200/", "names no index"),
        ("http://localhost:9200/Letters", "no name of an index"),
        ("http://localhost:9200/_all", "no name of an index"),
        ("http://localhost:9200/a,b", "no name of an index"),
        ("http://localhost:9200/letters?x=1", "neither `?`"),
        ("http://localhost:9200/let*", "no name of an index"),
        ("http://localhost:0/letters", "no port"),
        ("http://localhost:99999/letters", "no port"),
        ("http:///letters", "begins neither with"),
        ("http://localhost:9200/../letters", "a path that cannot"),
        ("ftp://localhost/letters", "begins neither with"),
    ] {
        let run = folder.imr(&["publish", "--to", typed]).ends_with(2);
        assert!(run.err.contains(words), "{typed}: {}", run.err);
    }
    let target = imr::remote::Target::parse("https://one:9200/es/,http://[::1]:9201/letters-2016").unwrap();
    assert_eq!(target.servers, ["https://one:9200/es", "http://[::1]:9201"]);
    assert_eq!(
        (target.to_string().as_str(), target.is_open()),
        ("https://one:9200/es,http://[::1]:9201/letters-2016", false)
    );
    assert!(imr::remote::Target::parse("http://10.0.0.1:9200/letters").unwrap().is_open());
}

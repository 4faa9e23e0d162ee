//! `imr mcp`: what an assistant gets, by hand and through a real client.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, python_with};

/// The server as a process, and messages to it.
struct Assistant {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    id: u64,
}

impl Assistant {
    fn start(folder: &Folder) -> Self {
        let mut command = folder.command(&["mcp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut this = Self { child, to, from, id: 0 };
        let hello = this.ask(
            "initialize",
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}),
        );
        assert_eq!(hello["result"]["serverInfo"]["name"], "imr");
        assert!(hello["result"]["instructions"].as_str().unwrap().contains("case number"));
        this.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        this
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.to.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let message = json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params});
        self.send(&message);
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], self.id, "{answer}");
        answer
    }

    /// What a tool answers, in both forms the same.
    #[track_caller]
    fn call(&mut self, name: &str, arguments: Value) -> Value {
        let result = self.ask("tools/call", json!({"name": name, "arguments": arguments}))["result"].clone();
        assert_ne!(result["isError"], true, "{result}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        text
    }

    /// The fault that a tool tells.
    #[track_caller]
    fn fails(&mut self, name: &str, arguments: Value) -> Value {
        let result = self.ask("tools/call", json!({"name": name, "arguments": arguments}))["result"].clone();
        assert_eq!(result["isError"], true, "{result}");
        let problem: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        crate::schema::keeps_to("problem.schema.json", &problem);
        problem["error"].clone()
    }

    fn ends(mut self) -> Option<i32> {
        drop(self.to.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Assistant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tools_take_and_give_what_they_say() {
    let folder = Folder::indexed(60);
    let mut assistant = Assistant::start(&folder);
    let tools = assistant.ask("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["search", "get_letter", "stats", "similar"]);
    let case = folder.imr(&["search", "--limit", "1", "--fields", "case_number"]).out.trim().to_owned();
    for (tool, arguments) in tools.iter().zip([
        json!({"q": "upheld", "limit": 3, "facets": ["outcome"], "outcome": ["upheld", "overturned"], "exact": true}),
        json!({"case": case}),
        json!({"by": ["outcome", "year"], "top": 3}),
        json!({"of": format!("{case}/1"), "limit": 2}),
    ]) {
        assert!(tool["annotations"]["readOnlyHint"] == true && tool["description"].as_str().unwrap().len() > 50);
        let valid = |schema: &str, value: &Value| jsonschema::validator_for(&tool[schema]).unwrap().is_valid(value);
        assert!(valid("inputSchema", &arguments), "{arguments}");
        assert!(!valid("inputSchema", &json!({"surprise": 1})), "{tool}");
        let answer = assistant.call(tool["name"].as_str().unwrap(), arguments);
        assert!(valid("outputSchema", &answer), "{answer}");
        assert!(!valid("outputSchema", &json!({})));
    }
    assert_eq!(assistant.ends(), Some(0));
}

#[test]
fn answers_can_be_cited_and_say_where_they_are_cut() {
    let folder = Folder::indexed(80);
    let mut assistant = Assistant::start(&folder);
    // Page by page everything is found, as the command line does.
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = assistant.call("search", json!({"q": "upheld", "limit": 7, "after": after}));
        let hits = page["hits"].as_array().unwrap();
        found.extend(hits.iter().map(|hit| format!("{}/{}", hit["case_number"].as_str().unwrap(), hit["number"])));
        after = page["next"].clone();
        let cut = page["cut"].as_str().unwrap_or_default();
        assert_eq!(after.is_null(), !cut.contains("`after`"), "{page}");
        let is_shortened = hits.iter().any(|hit| hit.to_string().contains("… (cut)"));
        assert_eq!(cut.contains("`(cut)`"), is_shortened, "{page}");
        for hit in hits {
            let citation = hit["citation"].as_str().unwrap();
            assert!(
                citation.starts_with(&format!("IMR Case No. {}", hit["case_number"].as_str().unwrap())),
                "{citation}"
            );
            assert!(hit["rationale"].as_str().unwrap().chars().count() < 720);
        }
        if after.is_null() {
            break;
        }
    }
    let lines = folder.imr(&["search", "upheld", "--limit", "100000", "--template", "{case_number}/{number}"]).out;
    assert_eq!(found, lines.lines().collect::<Vec<_>>());
    // A letter of many long issues comes in parts.
    let case = found[0].split('/').next().unwrap();
    let shown = folder.imr(&["show", case, "--format", "json"]).succeeds().out;
    let mut record: imr::record::LetterRecord = serde_json::from_str(shown.trim()).unwrap();
    let issue = record.issues[0].clone();
    record.facts.case_number = "CM99-0000001".parse().ok();
    record.issues = (1..=40)
        .map(|number| imr::record::IssueRecord { number, rationale: Some("word ".repeat(4000)), ..issue.clone() })
        .collect();
    folder.add_records(&[record]);
    drop(assistant);
    let mut assistant = Assistant::start(&folder);
    let (mut numbers, mut first) = (Vec::new(), 1);
    loop {
        let part = assistant.call("get_letter", json!({"case": "CM99-0000001", "first": first}));
        assert!(part.to_string().len() < 120_000);
        let issues = part["letter"]["issues"].as_array().unwrap();
        numbers.extend(issues.iter().map(|issue| issue["number"].as_u64().unwrap()));
        assert!(issues[0]["rationale"].as_str().unwrap().ends_with("… (cut)"));
        if numbers.last() == Some(&40) {
            break;
        }
        assert!(part["cut"].as_str().unwrap().contains("`first`"), "{}", part["cut"]);
        first = numbers.last().unwrap() + 1;
    }
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

#[test]
fn what_is_asked_wrongly_is_told_to_the_assistant() {
    let folder = Folder::indexed(5);
    let mut assistant = Assistant::start(&folder);
    for (tool, arguments, code, told) in [
        ("search", json!({"q": "(a OR"}), "query", "column 6"),
        ("search", json!({"limit": 51}), "usage", "50"),
        ("search", json!({"surprise": 1}), "usage", "surprise"),
        ("search", json!({"q": {"a": 1}}), "usage", "`q`"),
        ("search", json!({"q": "a\u{0}b"}), "usage", "NUL"),
        ("get_letter", json!({}), "usage", "named"),
        ("get_letter", json!({"case": "CM99-9999999"}), "not_found", "CM99-9999999"),
        ("get_letter", json!({"case": "../../etc/passwd"}), "not_found", "passwd"),
        ("stats", json!({"by": ["nothing"]}), "usage", "nothing"),
        ("similar", json!({}), "usage", "named"),
    ] {
        let problem = assistant.fails(tool, arguments);
        assert!(problem["code"] == code && problem["message"].as_str().unwrap().contains(told), "{problem}");
    }
    let unknown = assistant.ask("tools/call", json!({"name": "delete", "arguments": {}}));
    assert!(unknown["error"]["message"].as_str().unwrap().contains("delete"), "{unknown}");
    // It lives on.
    assistant.call("stats", json!({}));
    folder.imr(&["mcp", "--index", "nothing"]).ends_with(2).says(&["there is no such index"]).prints_nothing();
}

#[test]
fn a_real_client_is_served() {
    let Some(python) = python_with("mcp") else {
        eprintln!("skipped: there is no mcp for Python; `scripts/test` installs it");
        return;
    };
    let folder = Folder::indexed(40);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/client.py");
    for mode in ["auto", "legacy"] {
        let mut command = Command::new(&python);
        command.arg(&script).arg(env!("CARGO_BIN_EXE_imr")).arg(folder.path().join(".imr")).arg(mode);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{mode}: {}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["tools"].as_array().unwrap().len(), 4);
        assert_eq!(told["search"]["structuredContent"]["hits"].as_array().unwrap().len(), 2);
        let case = &told["search"]["structuredContent"]["hits"][0]["case_number"];
        assert_eq!(&told["letter"]["structuredContent"]["letter"]["case_number"], case);
        assert_eq!(told["similar"]["structuredContent"]["similar"].as_array().unwrap().len(), 3);
        assert!(told["stats"]["structuredContent"]["table"]["rows"].as_array().unwrap().len() >= 2);
        assert_eq!(told["fault"]["isError"], true);
    }
}

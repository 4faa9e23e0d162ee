//! `imr remote doctor` and `imr remote init`.

use serde_json::Value;

use super::stub::Stub;
use crate::schema::keeps_to;
use crate::support::Folder;

#[test]
fn a_server_is_told_what_it_can_do_and_keeps_nothing_of_it() {
    let folder = Folder::new();
    for flavor in ["opensearch", "elasticsearch", "rsearch"] {
        let stub = Stub::start(flavor);
        let json = folder.imr(&["remote", "doctor", &stub.address, "--format", "json"]).succeeds().json();
        keeps_to("doctor.schema.json", &json);
        assert_eq!((&json["flavor"], &json["fit"]), (&flavor.into(), &true.into()), "{json}");
        assert!(json["checks"].as_array().unwrap().iter().all(|check| check["works"] == true), "{json}");
        let inner = stub.inner();
        assert!(inner.indexes.is_empty() && inner.documents.is_empty());
    }
    let stub = Stub::start("opensearch");
    let told = folder.imr(&["remote", "doctor", &stub.address, "--pretty"]).succeeds().out;
    assert!(told.contains("is opensearch") && told.contains("letters can be published there"), "{told}");
    // One that adds documents, whatever their ids, and says it is something else.
    let stub = Stub::start("quickwit");
    let run = folder.imr(&["remote", "doctor", &stub.address, "--flavor", "opensearch"]).ends_with(2);
    assert!(run.out.contains("no, and it is needed") || run.err.contains("answers"), "{}\n{}", run.out, run.err);
    folder.imr(&["remote", "doctor", "http://127.0.0.1:1"]).ends_with(2).says(&["does not answer"]);
}

#[test]
fn nothing_of_a_doctor_stays_where_it_fails() {
    let folder = Folder::new();
    // An index that is made with other fields than were asked for.
    let stub = Stub::start("opensearch");
    stub.inner().forgotten = Some("outcome");
    folder.imr(&["remote", "doctor", &stub.address]).ends_with(2);
    assert!(stub.inner().indexes.is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_of_a_doctor_stays_where_it_is_interrupted() {
    use std::process::{Command, Stdio};

    let folder = Folder::new();
    let stub = Stub::start("opensearch");
    stub.inner().slowness = 2_000;
    let args = ["remote", "doctor", &stub.address];
    let mut child = folder.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    stub.has_bulks(1, &mut child);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(stub.inner().indexes.is_empty() && stub.bulks().len() < 3);
}

#[test]
fn what_makes_the_index_is_printed_for_each_engine() {
    let folder = Folder::new();
    let print = |flavor: &str| -> Value {
        let args = ["remote", "init", "http://localhost:9200/letters", "--print", "--flavor", flavor, "--shards", "3"];
        folder.imr(&args).succeeds().json()
    };
    for flavor in ["opensearch", "elasticsearch", "rsearch"] {
        let made = print(flavor);
        assert_eq!(made["settings"]["index"]["number_of_shards"], 3);
        assert_eq!(made["mappings"]["dynamic"], "strict");
        assert_eq!(made["settings"]["index"]["mode"] == "document", flavor == "rsearch");
        for field in imr::remote::fields() {
            assert!(made["mappings"]["properties"][&field.name]["type"].is_string(), "{}", field.name);
        }
    }
    let made = print("quickwit");
    let names: Vec<_> =
        made["doc_mapping"]["field_mappings"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
    assert_eq!(
        names,
        imr::remote::fields_of(imr::remote::Flavor::Quickwit)
            .map(|field| Value::from(field.name.clone()))
            .collect::<Vec<_>>()
    );
    folder.imr(&["remote", "init", "http://localhost:9200/letters"]).ends_with(2).says(&["--print"]);
}

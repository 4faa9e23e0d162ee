//! The examples of jobs that write shards. The one for Spark is run by `scripts/spark test`.

use std::fs;
use std::path::Path;

use crate::support::Folder;

/// The items of a list in YAML that stands below a key, each on a line of its own; of a key that comes once.
fn items<'a>(yaml: &'a str, key: &str) -> Vec<&'a str> {
    let (_, below) = yaml.split_once(&format!(" {key}:\n")).unwrap();
    let lines = below.lines().map(str::trim).map_while(|line| line.strip_prefix("- "));
    lines.map(|item| item.trim_matches('"')).collect()
}

/// The value of a key that comes once.
fn value<'a>(yaml: &'a str, key: &str) -> &'a str {
    let mut lines = yaml.lines().filter_map(|line| line.trim().strip_prefix(&format!("{key}: ")));
    let value = lines.next().unwrap();
    assert_eq!(lines.next(), None, "{key}");
    value
}

#[test]
fn the_job_of_kubernetes_writes_all_shards() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scale/kubernetes.yaml");
    let yaml = fs::read_to_string(path).unwrap();
    assert_eq!((value(&yaml, "kind"), value(&yaml, "completionMode")), ("Job", "Indexed"));
    assert_eq!(items(&yaml, "command"), ["imr"]);
    let args = items(&yaml, "args");
    assert!(args.len() > 8 && args.contains(&"$(JOB_COMPLETION_INDEX)/64"), "{args:?}");
    // The volumes are folders here.
    let mounts: Vec<_> = yaml.lines().filter_map(|line| line.trim().strip_prefix("mountPath: ")).collect();
    assert_eq!(mounts, ["/letters", "/shards"]);
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=100);
    let paths: Vec<_> = letters
        .iter()
        .map(|letter| folder.path().join("letters").join(letter.path("txt")).to_str().unwrap().to_owned())
        .collect();
    folder.write("letters/list", paths.join("\n"));
    let here = |arg: &str, index: u32| match mounts.iter().any(|mount| arg.starts_with(mount)) {
        true => format!("{}{arg}", folder.path().display()),
        false => arg.replace("$(JOB_COMPLETION_INDEX)", &index.to_string()),
    };
    let completions: u32 = value(&yaml, "completions").parse().unwrap();
    for index in 0..completions {
        let args: Vec<_> = args.iter().map(|arg| here(arg, index)).collect();
        folder.imr(&args.iter().map(String::as_str).collect::<Vec<_>>()).succeeds();
    }
    let told = folder.imr(&["stats", "--from", "shards", "--format", "json"]).succeeds().json();
    assert_eq!(told["total"]["letters"], 100, "{told}");
}

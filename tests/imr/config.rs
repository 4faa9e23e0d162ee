//! Configuration: defaults for flags, strict about what can be set, and without power over anything but how answers look.

use std::process::Command;

use crate::support::{Folder, Run};

/// The program with the user's own configuration.
fn with_user(folder: &Folder, config: &str, args: &[&str]) -> Run {
    folder.write("home/imr/config.toml", config);
    let mut command: Command = folder.command(args);
    command.env("XDG_CONFIG_HOME", folder.path().join("home"));
    folder.run(command, args)
}

fn hits(run: &Run) -> usize {
    run.out.lines().count()
}

#[test]
fn defaults_hold_by_command_and_what_is_typed_wins() {
    let folder = Folder::indexed(40);
    folder.write(".imrrc", "# Mine.\n[search]\nlimit = 3\nformat = \"csv\"\nfields = [\"case_number\", \"outcome\"]\n\n[stats]\nby = [\"outcome\"]\nformat = \"json\"\n");
    let run = folder.imr(&["search"]).succeeds();
    assert!(run.out.starts_with("case_number,outcome\n") && hits(&run) == 4, "{}", run.out);
    assert_eq!(hits(&folder.imr(&["search", "--limit", "5"]).succeeds()), 6);
    let json = folder.imr(&["search", "--format", "json"]).succeeds().json();
    assert!(
        json["hits"].as_array().unwrap().len() == 3 && json["hits"][0].get("rationale").is_some(),
        "fields give way"
    );
    assert!(folder.imr(&["search", "--fields", "age"]).succeeds().out.starts_with("age\n"));
    assert_eq!(folder.imr(&["search", "--template", "{outcome}", "-n", "1"]).succeeds().out.lines().count(), 1);
    assert_eq!(folder.imr(&["search", "--sample", "7"]).succeeds().out.lines().count(), 8);
    folder.imr(&["search", "--count"]).succeeds();
    // What has to be typed otherwise may be set.
    let by = folder.imr(&["stats"]).succeeds().json();
    assert!(by["rows"][0].get("outcome").is_some());
    assert!(folder.imr(&["stats", "--by", "sex"]).succeeds().json()["rows"][0].get("sex").is_some());
    // From below, and not from elsewhere.
    let mut command = folder.command(&["search"]);
    command.current_dir(folder.path().join("letters"));
    assert_eq!(hits(&folder.run(command, &[])), 4);
    for args in [&["--no-config", "search"][..], &["search", "--no-config"]] {
        assert!(!folder.imr(args).succeeds().out.contains("case_number"), "{args:?}");
    }
    assert!(
        folder.imr(&["stats", "--no-config", "--format", "json"]).succeeds().json()["rows"][0].get("outcome").is_none()
    );
    // Help tells the defaults of the program.
    assert!(!folder.imr(&["search", "--help"]).succeeds().out.contains("[default: 3]"));
}

#[test]
fn the_nearest_folder_goes_before_the_user() {
    let folder = Folder::indexed(20);
    let user = "color = \"always\"\n[search]\nlimit = 2\nformat = \"csv\"\n[index]\nthreads = 1\nmemory = 50\n";
    assert_eq!(hits(&with_user(&folder, user, &["search"]).succeeds()), 3);
    folder.write(".imrrc", "[search]\nlimit = 4\n");
    assert_eq!(hits(&with_user(&folder, user, &["search"]).succeeds()), 5);
    folder.write("letters/.imrrc", "[search]\nlimit = 1\n");
    let mut command = folder.command(&["search", "--format", "csv"]);
    command.current_dir(folder.path().join("letters"));
    assert_eq!(hits(&folder.run(command, &[])), 2);
    with_user(&folder, user, &["index", "letters"]).succeeds();
    let run = with_user(&folder, user, &["search", "--facets", "nothing"]).ends_with(2);
    assert!(run.err.contains("\u{1b}["), "colours reach messages: {:?}", run.err);
    assert!(!with_user(&folder, user, &["search", "--facets", "nothing", "--color", "never"]).err.contains('\u{1b}'));
}

#[test]
fn what_cannot_be_set_is_told_with_file_line_and_the_nearest() {
    let folder = Folder::indexed(3);
    for (config, said) in [
        (
            "[search]\n\nlimt = 3\n",
            &[".imrrc`: line 3: there is no setting `limt` in [search]", "did you mean `limit`?"][..],
        ),
        ("[serch]\nlimit = 3\n", &["line 1: there is nothing to set under the name `serch`", "did you mean `search`?"]),
        ("[search]\nlimit = \"many\"\n", &["line 2: `limit` is a whole number"]),
        ("[search]\nlimit = -1\n", &["line 2: `limit` is a whole number"]),
        ("[search]\nformat = 3\n", &["line 2: `format` is a text"]),
        ("\n[search]\nformat = \"jsn\"\n", &["line 3: `jsn` is no value of `format`", "json"]),
        ("[search]\nfacets = \"year\"\n", &["line 2: `facets` is a list"]),
        (
            "[search]\nfacets = [\"year\", \"yaer\"]\n",
            &["line 2: `facets`: there is nothing to count by under the name `yaer`"],
        ),
        ("[search]\nfields = [\"age,sex\"]\n", &["line 2: `fields` is a list"]),
        ("[search]\nsort = \"decidde\"\n", &["line 2: `sort`: there is no order by `decidde`", "decided"]),
        ("search = 3\n", &["line 1: `search` is a command"]),
        ("color = \"red\"\n", &["line 1: `red` is no value of `color`", "always"]),
        ("[search]\nlimit = 3\nlimit = 4\n", &["line 3"]),
        ("[search\n", &["line 1"]),
        ("[index]\nthreads = 2\n", &["line 2: `threads` in [index] is set in the user's own configuration only"]),
    ] {
        folder.write(".imrrc", config);
        folder.imr(&["search"]).ends_with(2).prints_nothing().says(said);
        folder.imr(&["search", "--no-config"]).succeeds();
        folder.imr(&["--help"]).succeeds();
    }
    // Behind `--` it is a word of the query.
    folder.imr(&["search", "--", "mri", "--no-config"]).ends_with(2).says(&[".imrrc`: line 2"]);
    folder.write(".imrrc", [0xff, 0xfe]);
    folder.imr(&["search"]).ends_with(2).says(&["is no UTF-8"]);
    folder.write(".imrrc", "#".repeat(70_000));
    folder.imr(&["search"]).ends_with(2).says(&["is too long for a configuration"]);
    with_user(&folder, "[index]\nthreads = 0\n", &["search", "--no-config"]).succeeds();
    std::fs::remove_file(folder.path().join(".imrrc")).unwrap();
    with_user(&folder, "[index]\nthreads = 0\n", &["search"])
        .ends_with(2)
        .says(&["config.toml`: line 2: `0` is no value"]);
}

#[test]
fn a_folder_from_elsewhere_can_neither_write_nor_run_nor_hide() {
    let folder = Folder::indexed(10);
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    for config in [
        "[export]\noutput = \"stolen.jsonl\"\n",
        "[index]\nindex = \"elsewhere\"\n",
        "[index]\nprune = true\n",
        "[search]\nindex = \"elsewhere\"\n",
        "[search]\noutcome = [\"upheld\"]\n",
        "[search]\nqueries = \"list\"\n",
        "[search]\ntemplate = \"x\"\n",
        "[search]\npager = \"sh -c evil\"\n",
        "[show]\nopen = true\n",
        "[man]\noutput = \"here\"\n",
        "[save]\nforce = true\n",
        "pager = \"evil\"\n",
        "editor = \"evil\"\n",
    ] {
        folder.write(".imrrc", config);
        folder.imr(&["search", "--count"]).ends_with(2).prints_nothing().says(&[".imrrc`: line "]);
    }
    std::fs::remove_file(folder.path().join(".imrrc")).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before);
}

#[cfg(unix)]
#[test]
fn a_pipe_of_that_name_is_no_configuration() {
    let folder = Folder::indexed(3);
    let made = Command::new("mkfifo").arg(folder.path().join(".imrrc")).status();
    if made.is_ok_and(|status| status.success()) {
        folder.imr(&["search", "--count"]).succeeds();
    }
}

#[test]
fn a_limit_that_nobody_typed_brings_no_remark() {
    let folder = Folder::indexed(20);
    folder.write(".imrrc", "[search]\nlimit = 2\n");
    let goes_on = |args: &[&str]| folder.imr(&[&["search", "the"], args].concat()).succeeds().err.contains("--after");
    assert!(!goes_on(&[]));
    assert_eq!(folder.imr(&["search", "the"]).out.lines().count(), 2);
    assert!(goes_on(&["--limit", "2"]) && goes_on(&["-n3"]));
}

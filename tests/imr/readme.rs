//! The README's own commands, run on the letters that `scripts/demo` makes.

use std::path::Path;
use std::process::Command;

/// A command of the README and the lines that it prints there.
fn examples(readme: &str) -> Vec<(Vec<String>, Vec<&str>)> {
    let mut examples = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let mut lines = block.lines();
        let command = lines.next().and_then(|l| l.strip_prefix("$ imr ")).expect("a block begins with `$ imr`");
        examples.push((command.split(' ').map(str::to_owned).collect(), lines.collect()));
    }
    examples
}

/// Whether a line is as expected; `[..]` stands for anything.
fn agrees(expected: &str, line: &str) -> bool {
    match expected.split_once("[..]") {
        Some((head, tail)) => line.starts_with(head.trim_end()) && line.ends_with(tail),
        None => expected.trim_end() == line.trim_end(),
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let imr = Path::new(env!("CARGO_BIN_EXE_imr"));
    let maker = imr.with_file_name("examples").join("make-corpus");
    assert!(maker.exists(), "{} is built by `cargo test`", maker.display());
    let dir = tempfile::tempdir().unwrap();
    let letters = dir.path().join("letters");
    let made = Command::new(maker).args(["2000".as_ref(), letters.as_os_str()]).args(["--format", "mixed"]).status();
    assert!(made.unwrap().success());
    let run = |args: &[String]| {
        let mut command = Command::new(imr);
        command.args(args).arg("--pretty").current_dir(dir.path());
        let output = command.env("XDG_STATE_HOME", dir.path().join("state")).output().unwrap();
        assert!(output.status.success(), "imr {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // The README shows a second run; the first is this one.
    run(&["index".to_owned(), "letters".to_owned()]);
    let examples = examples(include_str!("../../README.md"));
    assert!(examples.len() >= 5);
    for (command, expected) in examples {
        let printed = run(&command);
        let lines: Vec<_> = printed.lines().collect();
        let agree = lines.len() == expected.len() && expected.iter().zip(&lines).all(|(e, l)| agrees(e, l));
        assert!(agree, "`imr {}` prints\n{printed}\nbut the README shows\n{}", command.join(" "), expected.join("\n"));
    }
}

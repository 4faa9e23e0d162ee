//! Commands that are told come out of a shell as the words that they were made of.

use std::process::Command;

use imr::present::shell;
use proptest::prelude::*;

/// The shells that this machine has, of those by which commands are meant to be typed.
fn shells() -> Vec<&'static str> {
    let is_there = |shell: &&str| Command::new(shell).args(["-c", "true"]).output().is_ok_and(|o| o.status.success());
    let shells: Vec<_> = ["sh", "dash", "bash", "zsh"].into_iter().filter(is_there).collect();
    if shells.is_empty() {
        eprintln!("skipped: there is no shell");
    }
    shells
}

#[test]
fn a_shell_gives_back_the_words_of_a_line() {
    let shells = shells();
    let words = prop_oneof![
        "[^\0]{0,12}",
        "[-=~#!$`'\"\\\\*?{}()<>|&;: \n\ta,.@%^+/\\[\\]]{0,12}",
        prop::sample::select(vec![
            "", "-", "--", "-x", "=ls", "~", "~root", "!!", "{a,b}", "a=b", "$HOME", "-n", "\\", "'", "é"
        ])
        .prop_map(str::to_owned),
    ];
    let config = ProptestConfig { cases: 64, ..ProptestConfig::default() };
    proptest!(config, |(words in prop::collection::vec(words, 1..12))| {
        for program in &shells {
            let line = format!("printf '%s\\0' {}", shell::line(&words));
            let output = Command::new(program).args(["-c", &line]).output().unwrap();
            prop_assert!(output.status.success(), "{program}: {line}: {}", String::from_utf8_lossy(&output.stderr));
            let wanted: String = words.iter().map(|word| format!("{word}\0")).collect();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{}: {}", program, line);
        }
    });
}

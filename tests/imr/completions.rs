//! Completions: what a shell is answered, and that shells take what they are given.

use std::process::Command;

use crate::support::{Folder, Run};

/// What a shell is answered behind these words, of which the last is being typed.
fn asked(folder: &Folder, shell: &str, words: &[&str]) -> Run {
    let args = [&["--", "imr"], words].concat();
    let mut command = folder.command(&args);
    command.env("IMR_COMPLETE", shell);
    command.env("_IMR_PLACE", words.len().to_string()).env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    folder.run(command, &args)
}

/// The candidates without what is told about them.
#[track_caller]
fn candidates(folder: &Folder, words: &[&str]) -> Vec<String> {
    let run = asked(folder, "zsh", words).succeeds();
    assert!(run.err.is_empty(), "{}", run.err);
    run.out.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn commands_flags_and_names_are_completed() {
    let folder = Folder::new();
    assert_eq!(candidates(&folder, &["sea"]), ["search"]);
    assert!(candidates(&folder, &["search", "--spec"]).contains(&"--specialty".to_owned()));
    assert_eq!(candidates(&folder, &["search", "--format", "j"]), ["json", "jsonl"]);
    assert_eq!(candidates(&folder, &["search", "--facets", "category_"]), ["category_group"]);
    assert_eq!(candidates(&folder, &["search", "--facets", "year,age"]), ["year,age_band"]);
    assert_eq!(candidates(&folder, &["stats", "--by", "claims"]), ["claims_chapter"]);
    assert_eq!(candidates(&folder, &["search", "--sort", "-dec"]), ["-decided"]);
    assert_eq!(candidates(&folder, &["search", "--fields", "rati"]), ["rationale"]);
    assert_eq!(candidates(&folder, &["search", "ratio"]), ["rationale:"]);
    // Without an index what is known by definition.
    assert_eq!(candidates(&folder, &["search", "--outcome", ""]), ["upheld", "overturned"]);
    assert_eq!(candidates(&folder, &["search", "basis:n"]), ["basis:non_mtus", "basis:none"]);
    assert!(candidates(&folder, &["search", "--specialty", ""]).is_empty());
    assert!(candidates(&folder, &["show", "CM"]).is_empty());
}

#[test]
fn values_and_cases_come_from_the_index_above() {
    let folder = Folder::indexed(60);
    folder.imr(&["save", "acu", "acupuncture"]).succeeds();
    let counted = folder.imr(&["stats", "--by", "specialty", "--format", "json"]).succeeds().json();
    let mut specialties: Vec<_> = counted["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["specialty"].as_str().map(str::to_owned))
        .collect();
    specialties.sort();
    assert_eq!(candidates(&folder, &["search", "--specialty", ""]), specialties);
    let first = specialties.iter().find(|name| name.contains(' ')).unwrap();
    let begin = first[..4].to_uppercase();
    assert!(candidates(&folder, &["export", "--specialty", &begin]).contains(first));
    assert!(
        candidates(&folder, &["search", &format!("specialty:{begin}")]).contains(&format!("specialty:\"{first}\""))
    );
    // Categories have levels.
    let categories = candidates(&folder, &["search", "--category", "reha"]);
    assert!(categories[0] == "rehabilitation" && categories[1].starts_with("rehabilitation/"), "{categories:?}");
    // A flag with a list goes on behind the comma.
    assert_eq!(candidates(&folder, &["search", "--outcome", "upheld,o"]), ["upheld,overturned"]);
    let rows = folder.imr(&["search", "--sort", "case", "--fields", "case_number", "--limit", "999"]).succeeds().out;
    let mut cases: Vec<_> = rows.lines().map(str::to_owned).collect();
    cases.dedup();
    let begin = &cases[0][..6].to_owned();
    cases.retain(|case| case.starts_with(begin));
    for words in [["show", begin], ["show", &begin.to_lowercase()], ["search", begin]] {
        assert_eq!(candidates(&folder, &words), cases, "{words:?}");
    }
    let whole = candidates(&folder, &["search", &format!("case:{begin}")]);
    assert_eq!(whole, cases.iter().map(|case| format!("case:{case}")).collect::<Vec<_>>());
    assert_eq!(candidates(&folder, &["search", "@"]), ["@acu"]);
    assert_eq!(candidates(&folder, &["save", "--delete", "a"]), ["acu"]);
    // From below, and by its name.
    for (place, args) in
        [("letters", &["search", "--sex", "f"][..]), ("/", &["search", "--index", "INDEX", "--sex", "f"])]
    {
        let index = folder.path().join(".imr");
        let args: Vec<_> = ["--", "imr"]
            .iter()
            .chain(args)
            .map(|arg| if *arg == "INDEX" { index.to_str().unwrap() } else { arg })
            .collect();
        let mut command = folder.command(&args);
        command.env("IMR_COMPLETE", "fish").current_dir(folder.path().join(place));
        assert_eq!(folder.run(command, &args).succeeds().out, "female\n", "{place}");
    }
}

#[test]
fn nothing_is_said_where_nothing_can_be_offered() {
    let folder = Folder::indexed(5);
    for entry in std::fs::read_dir(folder.path().join(".imr/segments")).unwrap() {
        std::fs::write(entry.unwrap().path(), "damaged").unwrap();
    }
    folder.write(".imrrc", "[nonsense");
    for words in [
        &["search", "--specialty", ""][..],
        &["show", "CM"],
        &["search", "case:CM"],
        &["search", "@"],
        &["nothing", "x"],
        &["search", "a\u{e9}"],
        &["show", "\u{e9}"],
    ] {
        for shell in ["bash", "zsh", "fish"] {
            let run = asked(&folder, shell, words).succeeds();
            assert!(run.out.trim().is_empty() && run.err.is_empty(), "{words:?}: {}{}", run.out, run.err);
        }
    }
    asked(&folder, "no shell", &["sea"]).succeeds().prints_nothing();
}

#[test]
fn every_shell_gets_a_script() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.imr(&["completions", shell]).succeeds().out;
        assert!(script.contains("IMR_COMPLETE") && script.contains("imr"), "{script}");
        folder.write(&format!("completions.{shell}"), script);
        let checked = Command::new(shell).arg("-n").arg(folder.path().join(format!("completions.{shell}"))).output();
        match checked {
            Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
            Err(_) => eprintln!("skipped: there is no {shell}"),
        }
    }
    folder.imr(&["completions", "cmd"]).ends_with(2).says(&["bash, zsh, fish"]);
}

#[test]
fn bash_completes_words_with_colons_and_blanks() {
    let folder = Folder::indexed(60);
    folder.imr(&["save", "acu", "acupuncture"]).succeeds();
    let script = folder.imr(&["completions", "bash"]).succeeds().out;
    folder.write("completions.bash", script);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_imr")).parent().unwrap().to_owned();
    // Sets the variables as Bash does for a line that ends at the cursor, with the words that it makes of it.
    let replies = |line: &str, words: &[&str]| {
        let quoted: Vec<_> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        let script = format!(
            "source completions.bash; COMP_WORDBREAKS=$' \\t\\n\"\\'@><=;|&(:'; COMP_LINE='{line}'; \
             COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({}); COMP_CWORD={}; _imr_complete; printf '<%s>\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1
        );
        let path = std::env::join_paths(
            std::iter::once(program.clone()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &script])
            .env("PATH", path.unwrap())
            .current_dir(folder.path())
            .output();
        let output = output.ok()?;
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap())
    };
    if replies("imr sea", &["imr", "sea"]).is_none() {
        eprintln!("skipped: there is no bash");
        return;
    }
    for (line, words, expected) in [
        ("imr sea", &["imr", "sea"][..], "<search >\n"),
        ("imr search sex:f", &["imr", "search", "sex", ":", "f"], "<female >\n"),
        ("imr search sex:", &["imr", "search", "sex", ":"], "<female>\n<male>\n"),
        ("imr search rationa", &["imr", "search", "rationa"], "<rationale:>\n"),
        ("imr search @a", &["imr", "search", "@", "a"], "<acu >\n"),
        ("imr search --sex=f", &["imr", "search", "--sex", "=", "f"], "<female >\n"),
    ] {
        assert_eq!(replies(line, words).unwrap(), expected, "{line}");
    }
    let with_blank =
        candidates(&folder, &["search", "--specialty", ""]).into_iter().find(|name| name.contains(' ')).unwrap();
    let begin = with_blank.split(' ').next().unwrap();
    let line = format!("imr search --specialty {begin}");
    let out = replies(&line, &["imr", "search", "--specialty", begin]).unwrap();
    assert!(out.contains(&with_blank.replace(' ', "\\ ")), "{out}");
    let line = format!("imr search --specialty \"{with_blank}");
    let out = replies(&line, &["imr", "search", "--specialty", &format!("\"{with_blank}")]).unwrap();
    assert!(out.contains(&format!("<{with_blank}")), "{out}");
}

/// What a line becomes when Fish completes it, each candidate as Fish has it before it quotes it.
fn in_fish(folder: &Folder, line: &str) -> Option<Vec<String>> {
    let script = "source completions.fish; complete -C $argv[1]";
    let output = shell(folder, "fish").args(["--no-config", "-c", script, line]).output().ok()?;
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let out = String::from_utf8(output.stdout).unwrap();
    Some(out.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect())
}

/// What a line becomes when Zsh completes it: on a terminal of its own, since it completes on no other.
fn in_zsh(folder: &Folder, line: &str) -> Option<String> {
    let script = r#"zmodload zsh/zpty || exit 77
zpty shell 'TERM=dumb zsh -f'
zpty -w shell 'PROMPT=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -d ./zcompdump; source ./completions.zsh'
zpty -w shell 'show() { print -r -- "<BEGIN>$BUFFER<END>"; exit }; zle -N show; bindkey "^Xs" show; print READ""Y'
zpty -r shell out '*READY*'
zpty -w -n shell "$1"$'\t'$'\C-Xs'
zpty -r shell out '*<END>*' && print -r -- "${${out##*<BEGIN>}%%<END>*}"
zpty -d shell"#;
    let output = shell(folder, "zsh").args(["-f", "-c", script, "zsh", line]).output().ok()?;
    (output.status.code() != Some(77)).then(|| String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
}

/// A shell in the folder, that finds the program.
fn shell(folder: &Folder, name: &str) -> Command {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_imr")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&others))).unwrap();
    let mut command = Command::new(name);
    command.env("PATH", path).env("HOME", folder.path()).env_remove("IMR_INDEX").current_dir(folder.path());
    command
}

#[test]
fn fish_and_zsh_complete_values_with_blanks() {
    let folder = Folder::indexed(60);
    for shell in ["fish", "zsh"] {
        let script = folder.imr(&["completions", shell]).succeeds().out;
        folder.write(&format!("completions.{shell}"), script);
    }
    let specialties = candidates(&folder, &["search", "--specialty", ""]);
    // One that is the only one to begin so.
    let begins = |name: &str, begin: &str| name.to_lowercase().starts_with(&begin.to_lowercase());
    let lone = |name: &&String| {
        let at = name.find(' ').map(|at| at + 2).filter(|at| name.is_char_boundary(*at) && *at < name.len());
        at.is_some_and(|at| specialties.iter().filter(|other| begins(other, &name[..at])).count() == 1)
    };
    let name = specialties.iter().find(lone).expect("a specialty of two words");
    let begin = &name[..name.find(' ').unwrap() + 2];
    let small = begin.to_lowercase();
    let escaped = |text: &str| text.replace(' ', "\\ ");
    let quoted = format!("specialty:\"{name}\"");
    let is_value = |candidate: &str| candidate.eq_ignore_ascii_case(&quoted);
    for (line, inserted) in [
        (format!("imr search 'specialty:\"{begin}"), format!("imr search 'specialty:\"{name}\"'")),
        (
            format!("imr search specialty:{}", escaped(&small)),
            format!("imr search specialty:\\\"{}\\\"", escaped(name)),
        ),
        (format!("imr search specialty:\"{begin}"), format!("imr search specialty:\\\"{}\\\"", escaped(name))),
    ] {
        match in_fish(&folder, &line) {
            Some(found) => assert!(found.len() == 1 && is_value(&found[0]), "{line}: {found:?}"),
            None => eprintln!("skipped: there is no fish"),
        }
        match in_zsh(&folder, &line) {
            Some(found) => assert_eq!(found, inserted, "{line}"),
            None => eprintln!("skipped: there is no zsh"),
        }
    }
    for (line, inserted) in [
        (format!("imr search --specialty \"{begin}"), format!("imr search --specialty \"{name}\"")),
        (format!("imr search --specialty {}", escaped(&small)), format!("imr search --specialty {}", escaped(name))),
        ("imr search rationa".to_owned(), "imr search rationale:".to_owned()),
        ("imr sea".to_owned(), "imr search".to_owned()),
    ] {
        if let Some(found) = in_fish(&folder, &line) {
            assert!(found.len() == 1 && inserted.replace(['\\', '"'], "").ends_with(&found[0]), "{line}: {found:?}");
        }
        if let Some(found) = in_zsh(&folder, &line) {
            assert_eq!(found.trim_end(), inserted, "{line}");
        }
    }
}

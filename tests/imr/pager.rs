//! Answers longer than the screen go through a pager; others, and those in pipes, do not.

use std::fs;

use crate::support::Folder;

/// Runs a search on a terminal of ten rows; gives what was printed there and what the pager got.
#[cfg(target_os = "linux")]
fn on_terminal(folder: &Folder, args: &str, settings: &[(&str, &str)]) -> Option<(String, Option<String>)> {
    use std::process::{Command, Stdio};
    let paged = folder.path().join("paged");
    let _ = fs::remove_file(&paged);
    let line = format!("stty rows 10 cols 80; {} {args}", env!("CARGO_BIN_EXE_imr"));
    let mut command = Command::new("script");
    command.args(["-qefc", &line, "/dev/null"]).current_dir(folder.path()).stdin(Stdio::null());
    command
        .env_remove("IMR_INDEX")
        .env_remove("IMR_PAGER")
        .env_remove("PAGER")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1");
    command.env("XDG_STATE_HOME", folder.path().join("state"));
    command.envs(settings.iter().copied());
    let Ok(output) = command.output() else {
        eprintln!("skipped: there is no program `script` that makes a terminal");
        return None;
    };
    assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stdout));
    let printed = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
    Some((printed, fs::read_to_string(paged).ok()))
}

#[test]
#[cfg(target_os = "linux")]
fn only_what_is_longer_than_the_screen_goes_through_the_pager() {
    let folder = Folder::indexed(30);
    let pager = ("IMR_PAGER", "sh -c 'cat > paged'");
    let long = "search therapy --format csv";
    let Some((printed, paged)) = on_terminal(&folder, long, &[pager]) else { return };
    let whole = folder.imr(&long.split(' ').collect::<Vec<_>>()).succeeds().out;
    assert_eq!((printed.as_str(), paged.as_deref()), ("", Some(whole.as_str())));
    for long in ["stats --by year", "search therapy --format jsonl"] {
        assert!(on_terminal(&folder, long, &[pager]).unwrap().1.is_some(), "{long}");
    }
    // One that fits, and where none is wanted.
    let count = on_terminal(&folder, "search therapy --count", &[pager]).unwrap();
    assert!(count.0.contains(" issues in ") && count.1.is_none(), "{count:?}");
    for settings in [
        &[("PAGER", "sh -c 'cat > paged'"), ("IMR_PAGER", "")][..],
        &[("PAGER", "sh -c 'cat > paged'"), ("IMR_PAGER", "cat")],
        &[("PAGER", "sh -c 'cat > paged'"), ("TERM", "dumb")],
        &[("IMR_PAGER", "no-such-pager --at all")],
    ] {
        let (printed, paged) = on_terminal(&folder, long, settings).unwrap();
        assert_eq!((printed.as_str(), paged), (whole.as_str(), None), "{settings:?}");
    }
    let (printed, paged) = on_terminal(&folder, &format!("{long} --no-pager"), &[pager]).unwrap();
    assert_eq!((printed, paged), (whole.clone(), None));
    // The general variable counts where the own one is not set.
    assert_eq!(on_terminal(&folder, long, &[("PAGER", "sh -c 'cat > paged'")]).unwrap().1, Some(whole));
    // One that stops reading is no error.
    assert_eq!(on_terminal(&folder, "search --format csv", &[("IMR_PAGER", "true")]).unwrap().0, "");
}

#[test]
fn a_pipe_has_no_pager() {
    let folder = Folder::indexed(5);
    let args = ["search", "--limit", "100", "--format", "csv"];
    let mut command = folder.command(&args);
    command.env("IMR_PAGER", "sh -c 'cat > paged'");
    let run = folder.run(command, &args).succeeds();
    assert!(run.out.lines().count() > 5 && !fs::exists(folder.path().join("paged")).unwrap());
}

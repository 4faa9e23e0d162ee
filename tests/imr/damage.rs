//! An index that is damaged, or that this user can only read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::invented::Rng;
use crate::support::Folder;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// The length of what ends a segment's file, and is looked at first.
const FOOTER: usize = 150;

#[test]
fn damage_anywhere_is_an_error_and_no_panic() {
    let folder = Folder::new();
    folder.invent("letters", 1..=60);
    folder.imr(&["index", "letters", "--threads", "1"]).succeeds();
    let (dir, saved) = (folder.path().join(".imr"), folder.path().join("saved"));
    copy(&dir, &saved);
    let mut rng = Rng::new(17, 0);
    let (mut damaged, mut stumbled) = (0, 0);
    let segments = files(&saved.join("segments")).into_iter();
    let all: Vec<_> = segments.filter(|f| f.extension().is_some_and(|e| e != "lock" && e != "json")).collect();
    for file in all.into_iter().chain([saved.join("manifest.redb")]) {
        let name = file.strip_prefix(&saved).unwrap().to_str().unwrap().to_owned();
        let good = fs::read(&file).unwrap();
        let size = good.len();
        // With the ends whole that are looked at first, what is read later meets the damage.
        let parts = match name.ends_with("redb") {
            true => [512..size, 4096..size],
            false => [0..size.saturating_sub(FOOTER), size / 4..size / 2],
        };
        for part in parts {
            let mut bytes = good.clone();
            bytes[part].fill_with(|| rng.below(256) as u8);
            folder.write(&format!(".imr/{name}"), &bytes);
            for args in [
                &["search", "lumbar", "--facets", "year,specialty"][..],
                &["search", "\"physical therapy\" OR opioid", "--sort", "decided"],
                &["stats", "--by", "outcome,basis"],
                &["index", "letters"],
            ] {
                let run = folder.imr(args);
                assert!([0, 1, 2].contains(&run.status), "{name}, {args:?}: {} {}", run.status, run.err);
                assert!(!run.err.contains("panicked"), "{name}, {args:?}: {}", run.err);
                if run.status == 2 {
                    damaged += 1;
                    stumbled += u32::from(run.err.contains("the program stumbled over it"));
                    run.says(&["error: ", ".imr", "hint: delete the index folder"]);
                }
            }
            fs::remove_dir_all(&dir).unwrap();
            copy(&saved, &dir);
        }
    }
    assert!(damaged > 10 && stumbled > 4, "{damaged} found, {stumbled} of them by stumbling");
}

/// The parts of a segment's store: the head of its first block, all blocks, the head of their index, the whole index, what
/// ends the store, and what ends the file.
#[cfg(target_os = "linux")]
fn parts(store: &[u8]) -> [std::ops::Range<usize>; 6] {
    let number = |at: usize| u32::from_le_bytes(store[at..at + 4].try_into().unwrap()) as usize;
    let size = store.len();
    let end = size - 8 - number(size - 8);
    let (index, footer) = (number(end - 24), end - 28);
    assert!(index > 1000 && index < footer, "{index} of {footer}");
    [0..16, 0..index, index..index + 3, index..footer, footer..end, end..size]
}

/// A store with some damage to one of its parts.
#[cfg(target_os = "linux")]
fn damage(store: &[u8], part: std::ops::Range<usize>, way: u64, rng: &mut Rng) -> Vec<u8> {
    let mut bytes = store.to_vec();
    let at = part.start + rng.below(part.len() as u64) as usize;
    let end = (at + 1 + rng.below(12) as usize).min(part.end);
    match way {
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes[at..end].fill([0, 0x7f, 0x80, 0xff][rng.below(4) as usize]),
        2 => bytes[at..end].fill_with(|| rng.below(256) as u8),
        3 => drop(bytes.drain(at..end)),
        _ => bytes.truncate(at),
    }
    bytes
}

#[cfg(target_os = "linux")]
#[test]
fn a_damaged_store_asks_for_no_memory_that_there_is_not() {
    let folder = Folder::in_memory();
    folder.invent("letters", 1..=12);
    folder.imr(&["index", "letters", "--threads", "1"]).succeeds();
    let is_store = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "store");
    let stores: Vec<_> = files(&folder.path().join(".imr/segments")).into_iter().filter(is_store).collect();
    let [path] = &stores[..] else { panic!("{stores:?}") };
    let (whole, name) = (fs::read(path).unwrap(), path.file_name().unwrap().to_str().unwrap());
    let mut rng = Rng::new(23, 0);
    let (mut answers, mut errors, mut named) = (0, 0, 0);
    for turn in 0..300 {
        let part = parts(&whole)[turn % 6].clone();
        fs::write(path, damage(&whole, part.clone(), turn as u64 / 6 % 5, &mut rng)).unwrap();
        let args = [&["search", "treatment", "--limit", "20"][..], &["search", "--format", "jsonl"]][turn / 30 % 2];
        // What asks for more dies.
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -v 4000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_imr")]).args(args);
        command.current_dir(folder.path()).env_remove("IMR_INDEX");
        let run = folder.run(command, args);
        assert!([0, 1, 2].contains(&run.status), "{turn}, {part:?}, {args:?}: {} {}", run.status, run.err);
        assert!(!run.err.contains("panicked"), "{turn}, {part:?}, {args:?}: {}", run.err);
        if run.status == 2 {
            errors += 1;
            named += u32::from(run.err.contains(name));
            run.says(&["error: ", ".imr", "hint: delete the index folder and run `imr index` again"]);
        } else {
            answers += 1;
        }
    }
    assert!(answers > 10 && errors > 150 && named > 100, "{answers} answers, {errors} errors, {named} of them named");
}

/// Copies a folder with all below it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        let target = to.join(file.file_name().unwrap());
        if file.is_dir() {
            copy(&file, &target);
        } else {
            fs::copy(&file, &target).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn files_of_an_index_are_as_readable_as_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::indexed(3);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let plain = mode(&folder.write("plain", "x"));
    for file in files(&folder.path().join(".imr/segments")).iter().chain(&files(&folder.path().join(".imr"))) {
        assert!(file.is_dir() || mode(file) == plain, "{}: {:o}", file.display(), mode(file));
    }
}

#[cfg(unix)]
#[test]
fn an_index_that_can_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::indexed(5);
    let here = folder.imr(&["search", "--count"]).succeeds().out;
    let Some(run) = folder.imr_as_nobody(&["search", "--count"]) else { return };
    assert_eq!(run.succeeds().out, here);
    folder.imr_as_nobody(&["stats", "--by", "outcome"]).unwrap().succeeds();
    let run = folder.imr_as_nobody(&["index", "letters"]).unwrap().ends_with(2).prints_nothing();
    run.says(&["cannot be written", "ermission denied", "hint: look at the permissions"]);
    // What may not be read is no damage.
    let meta = folder.path().join(".imr/segments/meta.json");
    fs::set_permissions(&meta, fs::Permissions::from_mode(0o600)).unwrap();
    let run = folder.imr_as_nobody(&["search", "--count"]).unwrap().ends_with(2);
    assert_eq!(run.err.matches("ermission denied").count(), 1, "{}", run.err);
    assert!(!run.err.contains("delete the index") && !run.err.contains("{ "), "{}", run.err);
    run.says(&[".imr`: the index cannot be read", "hint: look at the permissions"]);
}

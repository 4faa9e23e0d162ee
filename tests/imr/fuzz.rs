//! What is fuzzed is what is built: the fuzz targets are locked to the crates that the program is locked to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The names of all crates of a lock, with their versions.
fn crates(lock: &str) -> BTreeSet<(&str, &str)> {
    let packages = lock.split("[[package]]\n").skip(1);
    packages
        .map(|package| {
            let mut lines = package.lines().map(|line| line.split('"').nth(1).unwrap_or_default());
            (lines.next().unwrap(), lines.next().unwrap())
        })
        .collect()
}

#[test]
fn the_fuzz_targets_are_locked_to_the_crates_of_the_program() {
    let (own, fuzz, manifest) = (read("Cargo.lock"), read("tests/fuzz/Cargo.lock"), read("Cargo.toml"));
    let (own, fuzz) = (crates(&own), crates(&fuzz));
    let names: BTreeSet<_> = own.iter().map(|(name, _)| *name).collect();
    let others: Vec<_> = fuzz.iter().filter(|found| names.contains(found.0) && !own.contains(*found)).collect();
    let hint = "copy Cargo.lock to tests/fuzz, and run `cargo metadata` there";
    assert!(others.is_empty(), "{others:?}: {hint}");
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let wanted = dependencies.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let wanted: Vec<_> = wanted.filter_map(|line| line.split(" = ").next()).collect();
    assert!(wanted.len() > 20, "{wanted:?}");
    for name in wanted {
        assert!(
            fuzz.iter().any(|(locked, _)| *locked == name),
            "{name} is not in the lock of the fuzz targets: {hint}"
        );
    }
}

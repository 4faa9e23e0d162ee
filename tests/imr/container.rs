//! Containers: what is in them comes out whole, in order and within bounds, whatever their bytes are.

use std::io::Cursor;
use std::path::Path;

use imr::archive::container::{self, Format, Limits, Member, MemberKind, Members};
use proptest::prelude::*;

use crate::container_build::{RawEntry, gzip, raw_zip, tar, tar_header, zip, zip_stored, zstd};

/// An address, and the bytes there or what was said instead.
type Told = (String, Result<Vec<u8>, String>);

/// What became of each member: the address, and its bytes or the code of its error; and the container's own error.
fn go_through(name: &str, bytes: Vec<u8>, limits: &Limits) -> (Vec<Told>, Option<String>) {
    let members = match Members::of_bytes(bytes, Format::of(name).unwrap(), limits) {
        Ok(members) => members,
        Err(error) => return (Vec::new(), Some(said(&error))),
    };
    let (mut found, mut damage) = (Vec::new(), None);
    for member in members {
        assert!(damage.is_none(), "nothing comes after an error");
        match member {
            Ok(member) => {
                let address = member.address.clone();
                found.push((address, read(member)));
            }
            Err(error) => damage = Some(said(&error)),
        }
    }
    (found, damage)
}

fn read(member: Member) -> Result<Vec<u8>, String> {
    let is_read = matches!(member.kind, MemberKind::Letter | MemberKind::Record | MemberKind::Container);
    let kind = format!("{:?}", member.kind);
    match member.read() {
        Ok(bytes) if is_read => Ok(bytes),
        Ok(_) => Err(kind),
        Err(error) => Err(said(&error)),
    }
}

fn said(error: &imr::Error) -> String {
    format!("{}: {}", error.kind().code(), error.reason())
}

/// The members of a container in which everything is well.
fn contents(name: &str, bytes: Vec<u8>) -> Vec<(String, String)> {
    let (found, damage) = go_through(name, bytes, &Limits::default());
    assert_eq!(damage, None);
    let text = |bytes: Result<Vec<u8>, String>| bytes.map(|b| String::from_utf8(b).unwrap()).unwrap_or_else(|e| e);
    found.into_iter().map(|(address, bytes)| (address, text(bytes))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

const RECORD: &str = "{\"case_number\":null}";
const LETTERS: &[(&str, &[u8])] = &[("b/2.txt", b"two"), ("a.txt", b"one"), ("b/c/3.PDF", b"three"), ("x.doc", b"no")];
const FOUND: &[(&str, &str)] = &[("b/2.txt", "two"), ("a.txt", "one"), ("b/c/3.PDF", "three"), ("x.doc", "Other")];

#[test]
fn every_format_gives_its_entries_in_its_own_order() {
    let plain = tar(LETTERS);
    for (name, bytes) in [
        ("a.zip", zip(LETTERS)),
        ("a.ZIP", zip_stored(LETTERS)),
        ("a.tar", plain.clone()),
        ("a.tar.gz", gzip(&plain)),
        ("a.tgz", gzip(&plain)),
        ("a.tar.zst", zstd(&plain)),
    ] {
        assert_eq!(contents(name, bytes), pairs(FOUND), "{name}");
    }
    let records = "\u{feff}{\"case_number\":1}\n\n  \n{\"b\":2}\r\n{\"c\":3}";
    let expected = pairs(&[("0000001", "{\"case_number\":1}"), ("0000004", "{\"b\":2}"), ("0000005", "{\"c\":3}")]);
    assert_eq!(contents("a.jsonl", records.into()), expected);
    assert_eq!(contents("a.jsonl.gz", gzip(records.as_bytes())), expected);
    assert_eq!(contents("a.jsonl.zst", zstd(records.as_bytes())), expected);
    // The name of a single file is the container's.
    let several = [gzip(b"one "), gzip(b"two")].concat();
    assert_eq!(contents("letter.gz", several), pairs(&[("letter", "one two")]));
}

#[test]
fn what_is_no_container_by_its_name_is_none() {
    for name in ["a.pdf", "zip", "a.zip.txt", "gz", "tar", "a.jsonl.bak", ""] {
        assert_eq!(Format::of(name), None, "{name}");
    }
}

#[test]
fn containers_within_containers_are_read_one_level_deep() {
    let inner = zip(&[("c.txt", b"deep")]);
    let packed = gzip(&tar(&[("d.txt", b"tar")]));
    let deeper = zip(&[("inner.zip", &inner)]);
    let entries: &[(&str, &[u8])] = &[
        ("b.zip", &inner),
        ("t.tgz", &packed),
        ("r.jsonl", RECORD.as_bytes()),
        ("l.txt.gz", &gzip(b"single")),
        ("other.bin.gz", b"no letter"),
        ("deeper.zip", &deeper),
        ("z.txt", b"last"),
    ];
    let found = [
        ("b.zip!/c.txt", "deep"),
        ("t.tgz!/d.txt", "tar"),
        ("r.jsonl!/0000001", RECORD),
        ("l.txt.gz!/l.txt", "single"),
        ("other.bin.gz", "Other"),
        (
            "deeper.zip!/inner.zip",
            "container_limit: lies too deep: containers are read within one container, not within two",
        ),
        ("z.txt", "last"),
    ];
    for (name, bytes) in [
        ("a.zip", zip(entries)),
        ("a.zip", zip_stored(entries)),
        ("a.tar", tar(entries)),
        ("a.tar.gz", gzip(&tar(entries))),
    ] {
        assert_eq!(contents(name, bytes), pairs(&found), "{name}");
    }
    // A zip file too large to be held is read in the order of its bytes, with the same result.
    let mut limits = Limits::default();
    limits.held_bytes = 10;
    let (members, damage) = go_through("a.zip", zip(&[("b.zip", &inner)]), &limits);
    assert_eq!((members, damage), (vec![("b.zip!/c.txt".to_owned(), Ok(b"deep".to_vec()))], None));
}

#[test]
fn a_container_that_holds_itself_comes_to_an_end() {
    // A zip file whose entry is the file again, as a quine is: each level is opened, as deep as is allowed.
    let mut bytes = zip(&[("a.txt", b"x")]);
    for _ in 0..40 {
        bytes = zip(&[("self.zip", &bytes), ("a.txt", b"x")]);
    }
    let found = contents("a.zip", bytes);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].1.starts_with("container_limit"), "{found:?}");
}

#[test]
fn odd_names_are_data() {
    let names: &[&[u8]] = &[
        b"../../etc/passwd.txt",
        b"/etc/passwd.txt",
        b"C:\\letters\\..\\a.txt",
        b"nul\0 and \x1b[2J.txt",
        b"caf\x82.txt",
        b"same.txt",
        b"same.txt",
        b"./same.txt",
        b"same.txt!7",
        b"in!/side.txt",
        b"",
        b"turned \xe2\x80\xae fdp.txt",
    ];
    let entries: Vec<_> = (1..).zip(names).map(|(n, name)| RawEntry::new(*name, format!("{n}"))).collect();
    let expected = [
        ("etc/passwd.txt", "1"),
        ("etc/passwd.txt!2", "2"),
        ("C:/letters/a.txt", "3"),
        ("nul\u{fffd} and \u{fffd}[2J.txt", "4"),
        ("café.txt", "5"),
        ("same.txt", "6"),
        ("same.txt!7", "7"),
        ("same.txt!8", "8"),
        // Ends in no `.txt`: no letter, and yet it has an address of its own.
        ("same.txt!7!9", "Other"),
        ("in\u{fffd}/side.txt", "10"),
        ("\u{fffd}", "Other"),
        ("turned \u{fffd} fdp.txt", "12"),
    ];
    assert_eq!(contents("a.zip", raw_zip(&entries)), pairs(&expected));
    let long = format!("{}.txt", "x".repeat(60_000));
    let found = contents("a.zip", raw_zip(&[RawEntry::new(long.as_str(), "long"), RawEntry::new("b.txt", "b")]));
    assert!(found[0].0.len() < 500 && found[0].0.ends_with("x.txt"), "{}", found[0].0);
    assert!(found[0].1.starts_with("container_damaged: has a name"), "{found:?}");
    assert_eq!(found[1].1, "b");
}

#[test]
fn an_address_is_taken_apart_at_its_container() {
    let split = |path: &'static str| {
        container::split_address(path.as_bytes())
            .map(|(container, address)| (str::from_utf8(container).unwrap(), address))
    };
    assert_eq!(split("d/2016.zip!/b.zip!/c.pdf"), Some(("d/2016.zip", "b.zip!/c.pdf")));
    assert_eq!(split("export.jsonl!/0000017"), Some(("export.jsonl", "0000017")));
    assert_eq!(split("hurry!/2016.zip!/c.pdf"), Some(("hurry!/2016.zip", "c.pdf")));
    assert_eq!(split("hurry!/2016/c.pdf"), None);
    assert_eq!(split("d/2016.zip"), None);
    assert_eq!(container::address(Path::new("d/2016.zip"), "c.pdf"), Path::new("d/2016.zip!/c.pdf"));
}

#[test]
fn an_entry_that_cannot_be_read_costs_itself_only() {
    let entry = |name: &str| RawEntry::new(name, "the letter of this entry");
    let entries = [
        entry("first.txt"),
        RawEntry { flags: 1, ..entry("encrypted.txt") },
        RawEntry { crc: Some(7), ..entry("checksum.txt") },
        RawEntry { size: Some(5), ..entry("longer.txt") },
        RawEntry { size: Some(500), ..entry("shorter.txt") },
        RawEntry { size: Some(u32::MAX - 1), ..entry("huge.txt") },
        RawEntry { method: 14, ..entry("lzma.txt") },
        RawEntry { mode: 0o120_777, ..entry("link.txt") },
        RawEntry { mode: 0o010_644, ..entry("pipe.txt") },
        entry("last.txt"),
    ];
    let found = contents("a.zip", raw_zip(&entries));
    let starts = [
        "the letter",
        "container_encrypted: is encrypted",
        "container_damaged: does not match its checksum",
        "container_damaged: has another length",
        "container_damaged: has another length",
        "container_limit: it unpacks to far more",
        "container_damaged: is packed by method 14",
        "Link",
        "Special",
        "the letter",
    ];
    for ((address, said), start) in found.iter().zip(starts) {
        assert!(said.starts_with(start), "{address}: {said}");
    }
    assert_eq!(found.len(), entries.len());
}

#[test]
fn a_container_that_was_cut_off_gives_what_came_before() {
    let entries: Vec<_> = (0..20).map(|n| (format!("{n}.txt"), format!("letter {n}").repeat(50))).collect();
    let borrowed: Vec<_> = entries.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let later: Vec<_> = entries
        .iter()
        .map(|(name, text)| RawEntry { later: true, ..RawEntry::new(name.as_str(), text.as_str()) })
        .collect();
    let lines = entries.iter().map(|(_, text)| format!("{{\"case_number\":\"{text}\"}}\n")).collect::<String>();
    for (name, whole) in [
        ("a.zip", zip(&borrowed)),
        ("a.zip", raw_zip(&later)),
        ("a.tar", tar(&borrowed)),
        ("a.tar.gz", gzip(&tar(&borrowed))),
        ("a.tar.zst", zstd(&tar(&borrowed))),
        ("a.jsonl.gz", gzip(lines.as_bytes())),
    ] {
        let (all, damage) = go_through(name, whole.clone(), &Limits::default());
        assert_eq!((all.len(), damage), (20, None), "{name}");
        let mut before = 0;
        for end in (0..whole.len()).step_by(7) {
            let (found, damage) = go_through(name, whole[..end].to_vec(), &Limits::default());
            // One block of the two that end a tar file is enough.
            assert!(damage.is_some() || (found == all && name == "a.tar"), "{name} cut at {end} of {}", whole.len());
            let right = found.iter().zip(&all).take_while(|(a, b)| a == b).count();
            // At most the entry in which the cut lies differs, and that is no success.
            assert!(found.len() <= right + 1, "{name} cut at {end}");
            assert!(
                found[right..].iter().all(|(_, bytes)| bytes.is_err() || name.contains("jsonl")),
                "{name} at {end}"
            );
            if !name.ends_with("gz") && !name.ends_with("zst") {
                assert!(right >= before, "{name} cut at {end}: {right} after {before}");
            }
            before = right;
        }
    }
}

#[test]
fn bombs_are_told_by_what_they_unpack_to() {
    let zeros = vec![b' '; 40 << 20];
    let small = gzip(&zeros);
    assert!(small.len() < 50_000);
    let said = |name: &str, bytes: Vec<u8>| {
        let (found, damage) = go_through(name, bytes, &Limits::default());
        let of_member = found.into_iter().next().and_then(|(_, read)| read.err());
        damage.into_iter().chain(of_member).next().unwrap_or_default()
    };
    for (name, bytes) in [
        ("a.txt.gz", small.clone()),
        ("a.jsonl.gz", small),
        ("a.jsonl.zst", zstd(&zeros)),
        ("a.tar.gz", gzip(&tar(&[("a.bin", &zeros)]))),
        ("a.zip", zip(&[("a.txt", &zeros)])),
        ("a.zip", zip(&[("b.jsonl", &zeros)])),
        ("a.zip", raw_zip(&[RawEntry { size: Some(100), ..RawEntry::new("b.jsonl", zeros.clone()) }])),
    ] {
        let said = said(name, bytes);
        assert!(said.starts_with("container_limit") || said.contains("another length"), "{name}: {said}");
    }
    // Many names for one piece of content.
    let mut entries = vec![RawEntry::new("0.txt", "x".repeat(1 << 20))];
    entries.extend(
        (1..2000).map(|n| RawEntry { shared: Some(0), ..RawEntry::new(format!("{n}.txt"), "x".repeat(1 << 20)) }),
    );
    let (found, damage) = go_through("a.zip", raw_zip(&entries), &Limits::default());
    assert!(damage.unwrap().starts_with("container_limit: its entries overlap"));
    assert!(found.len() < 200, "{}", found.len());
}

#[test]
fn the_number_of_entries_is_bounded_over_all_levels() {
    let mut limits = Limits::default();
    limits.entries = 5;
    let inner = zip(&[("1.txt", b"1"), ("2.txt", b"2"), ("f/", b""), ("3.txt", b"3")]);
    let outer = zip(&[("a.zip", &inner), ("b.zip", &inner)]);
    let (found, damage) = go_through("a.zip", outer, &limits);
    assert_eq!(found.len(), 3);
    assert_eq!(damage.unwrap(), "container_limit: holds more than 5 entries");
}

#[test]
fn headers_of_tar_files_that_lie_cost_no_memory() {
    let end = [0; 1024];
    let name = "long/".repeat(60) + "name.txt";
    let long = [
        tar_header(b"././@LongLink", b'L', name.len() as u64 + 1),
        [name.as_bytes(), &vec![0; 512 - name.len()]].concat(),
        tar_header(b"short", b'0', 3),
        [&b"abc"[..], &[0; 509]].concat(),
    ];
    let whole = [&long.concat()[..], &end].concat();
    assert_eq!(contents("a.tar", whole.clone()), [(name.clone(), "abc".to_owned())]);
    assert_eq!(contents("a.tar.gz", gzip(&whole)), [(name, "abc".to_owned())]);
    // A name of many GB, an entry of many GB, a sparse file, a link with a length.
    let huge = [&tar_header(b"././@LongLink", b'L', 1 << 40)[..], &[b'x'; 4096]].concat();
    let (found, damage) = go_through("a.tar", huge.clone(), &Limits::default());
    assert!(found.is_empty() && damage.unwrap().contains("breaks off"));
    let (found, damage) = go_through("a.tar.gz", gzip(&huge), &Limits::default());
    assert!(found.is_empty() && damage.unwrap().contains("breaks off"));
    let entry = [&tar_header(b"a.txt", b'0', 1 << 40)[..], &[b'x'; 4096]].concat();
    for (name, bytes) in [("a.tar", entry.clone()), ("a.tar.gz", gzip(&entry))] {
        let (found, damage) = go_through(name, bytes, &Limits::default());
        assert!(found[0].1.as_ref().unwrap_err().starts_with("too_large"), "{found:?}");
        assert!(damage.unwrap().contains("breaks off"), "{name}");
    }
    let rest = [
        tar_header(b"sparse.txt", b'S', 512),
        vec![b's'; 512],
        tar_header(b"link.txt", b'2', 512),
        tar_header(b"hard.txt", b'1', 0),
        tar_header(b"pipe.txt", b'6', 0),
        tar_header(b"folder.txt/", b'5', 0),
        tar_header(b"pax", b'x', 512),
        [&b"22 path=long/name.txt\n"[..], &[0; 490]].concat(),
        tar_header(b"short", b'0', 0),
    ];
    let found = contents("a.tar", [&rest.concat()[..], &end].concat());
    let expected = [
        ("sparse.txt", "container_damaged: is a sparse file, which imr does not read from a tar file"),
        ("link.txt", "Link"),
        ("hard.txt", "Link"),
        ("pipe.txt", "Special"),
        ("long/name.txt", ""),
    ];
    assert_eq!(found, pairs(&expected));
}

#[test]
fn zip_files_with_more_before_them_and_more_than_16_bits_of_entries_are_read() {
    let one = zip(&[("a.txt", b"one")]);
    let with_program = [&b"#!/bin/sh\nexit\n"[..], &one].concat();
    assert_eq!(contents("a.zip", with_program), pairs(&[("a.txt", "one")]));
    let names: Vec<_> = (0..70_000).map(|n| format!("{n}.txt")).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let many = contents("a.zip", zip_stored(&entries));
    assert_eq!(many.len(), 70_000);
    assert_eq!(many[69_999].0, "69999.txt");
}

#[test]
fn a_directory_that_is_damaged_gives_the_entries_before() {
    let mut bytes = zip(LETTERS);
    let third = bytes.windows(9).rposition(|w| w == b"b/c/3.PDF").unwrap();
    bytes[third - 46] = b'X';
    let (found, damage) = go_through("a.zip", bytes, &Limits::default());
    assert_eq!(found.len(), 2);
    assert_eq!(damage.unwrap(), "container_damaged: its directory is damaged behind entry 2");
}

/// Any of the formats.
fn format() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a.zip", "a.tar", "a.tgz", "a.tar.zst", "a.jsonl", "a.jsonl.gz", "a.txt.gz"])
}

/// Limits that small inputs reach.
fn small() -> Limits {
    let mut limits = Limits::default();
    (limits.entry_bytes, limits.entries, limits.ratio, limits.free_bytes) = (2_000, 12, 20, 500);
    limits
}

fn is_within(name: &str, bytes: Vec<u8>) -> Result<(), TestCaseError> {
    let limits = small();
    let (found, _) = go_through(name, bytes, &limits);
    // The damage of a level within is a member too.
    prop_assert!(found.len() as u64 <= 2 * limits.entries);
    let mut addresses: Vec<_> = found.iter().map(|(address, _)| address).collect();
    addresses.sort();
    addresses.dedup();
    prop_assert_eq!(addresses.len(), found.len());
    for (address, read) in &found {
        prop_assert!(read.as_ref().map_or(0, Vec::len) as u64 <= limits.entry_bytes);
        let is_odd = |part: &str| matches!(part, "" | "." | "..") || part.contains('\0');
        prop_assert!(!address.split('/').any(is_odd), "{}", address);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_within_bounds(name in format(), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        is_within(name, bytes)?;
    }

    #[test]
    fn damage_anywhere_is_read_within_bounds(
        texts in prop::collection::vec("[a-z \n]{0,300}", 1..8),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        name in format(),
        later in any::<bool>(),
    ) {
        let names: Vec<_> = (0..texts.len()).map(|n| format!("d/{n}.txt")).collect();
        let entries: Vec<_> = names.iter().zip(&texts).map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
        let raw: Vec<_> = entries.iter().map(|(n, t)| RawEntry { later, ..RawEntry::new(*n, *t) }).collect();
        let inner = raw_zip(&raw);
        let mut bytes = match name {
            "a.zip" => zip(&[entries.as_slice(), &[("in.zip", &inner), ("in.tar", &tar(&entries))]].concat()),
            "a.tar" => tar(&[entries.as_slice(), &[("in.zip", &inner)]].concat()),
            "a.tgz" => gzip(&tar(&entries)),
            "a.tar.zst" => zstd(&tar(&entries)),
            "a.jsonl" => texts.concat().into_bytes(),
            _ => gzip(texts.concat().as_bytes()),
        };
        for (place, byte) in changes {
            let place = place.index(bytes.len().max(1));
            if let Some(changed) = bytes.get_mut(place) {
                *changed = byte;
            }
        }
        is_within(name, bytes)?;
    }

    #[test]
    fn zip_files_hold_what_an_independent_reader_finds(
        texts in prop::collection::vec("[ -~]{0,400}", 0..12),
        stored in any::<bool>(),
    ) {
        let names: Vec<_> = (0..texts.len()).map(|n| format!("f{}/{n}.txt", n % 3)).collect();
        let entries: Vec<_> = names.iter().zip(&texts).map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
        let bytes = if stored { zip_stored(&entries) } else { zip(&entries) };
        let mut reader = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
        let found = contents("a.zip", bytes);
        prop_assert_eq!(found.len(), reader.len());
        for (at, (address, text)) in found.iter().enumerate() {
            let mut file = reader.by_index(at).unwrap();
            prop_assert_eq!(file.name().unwrap(), address.as_str());
            let mut read = String::new();
            std::io::Read::read_to_string(&mut file, &mut read).unwrap();
            prop_assert_eq!(&read, text);
        }
    }
}

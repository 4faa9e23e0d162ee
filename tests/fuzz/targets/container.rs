//! Containers: any bytes, under any of the formats, give members within the limits, each under an address of its own.

#![no_main]

use std::collections::HashSet;

use imr::archive::container::{Format, Limits, Members};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] =
    ["a.zip", "a.tar", "a.tar.gz", "a.tar.zst", "a.jsonl", "a.jsonl.zst", "a.txt.gz", "a.parquet"];

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the format.
    let Some((first, bytes)) = bytes.split_first() else { return };
    let format = Format::of(NAMES[usize::from(*first) % NAMES.len()]).expect("each is a container");
    let mut limits = Limits::default();
    (limits.entry_bytes, limits.entries, limits.free_bytes) = (1 << 20, 1000, 64 << 10);
    let Ok(members) = Members::of_bytes(bytes.to_vec(), format, &limits) else { return };
    let mut addresses = HashSet::new();
    for member in members {
        let Ok(member) = member else { continue };
        let address = member.address.clone();
        assert!(!address.starts_with('/') && !address.split('/').any(|part| part == ".."), "{address}");
        if let Ok(read) = member.read() {
            assert!(read.len() as u64 <= limits.entry_bytes);
            assert!(addresses.insert(address), "an address is there twice");
        }
    }
    assert!(addresses.len() as u64 <= 2 * limits.entries);
});

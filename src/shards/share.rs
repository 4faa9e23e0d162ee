//! Which files a shard has.

use std::path::Path;

use super::manifest::List;
use crate::archive::Shard;

/// The share of a shard in some files, in the order of their paths, and what tells the list of them from others.
///
/// The list is put in the order of the paths' bytes, without what it names twice, and each shard has a run of it. So a
/// shard depends on nothing but the paths as they are written, and not on their order; and shards one after the other have
/// the paths in the order that decides between versions of a letter.
pub fn share<T: AsRef<Path>>(mut files: Vec<T>, shard: Shard) -> (List, Vec<T>) {
    files.sort_by(|a, b| bytes(a).cmp(bytes(b)));
    files.dedup_by(|a, b| bytes(a) == bytes(b));
    let list = list(files.iter().map(bytes));
    let range = shard.range(files.len());
    files.truncate(range.end);
    (list, files.split_off(range.start))
}

fn bytes<T: AsRef<Path>>(file: &T) -> &[u8] {
    file.as_ref().as_os_str().as_encoded_bytes()
}

/// What tells a list of paths from others.
fn list<'a>(paths: impl Iterator<Item = &'a [u8]>) -> List {
    let (mut hasher, mut count) = (blake3::Hasher::new(), 0);
    for path in paths {
        hasher.update(path);
        // No path has one.
        hasher.update(&[0]);
        count += 1;
    }
    List { paths: count, digest: hasher.finalize().to_hex().to_string() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn shares_depend_on_the_paths_alone_and_are_all_of_them_in_order() {
        let paths = ["b/2.txt", "a.zip", "a/1.txt", "b/2.txt", "c", "é", "a/10.txt"].map(PathBuf::from);
        let mut reversed = paths.to_vec();
        reversed.reverse();
        let (mut all, mut digests) = (Vec::new(), Vec::new());
        for number in 0..4 {
            let shard = Shard::new(number, 4).unwrap();
            let (list, part) = share(paths.to_vec(), shard);
            assert_eq!((&list, &part), (&share(reversed.clone(), shard).0, &share(reversed.clone(), shard).1));
            all.extend(part);
            digests.push(list.digest);
            assert_eq!(list.paths, 6);
        }
        let expected = ["a.zip", "a/1.txt", "a/10.txt", "b/2.txt", "c", "é"].map(PathBuf::from);
        assert_eq!(all, expected);
        digests.dedup();
        assert_eq!(digests.len(), 1);
        let whole = Shard::new(0, 1).unwrap();
        // Names run together are other names.
        assert_ne!(share(vec!["ab", "c"], whole).0, share(vec!["a", "bc"], whole).0);
    }
}

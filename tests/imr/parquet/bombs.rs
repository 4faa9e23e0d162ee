//! Small files of Parquet that stand for more than there is memory.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use crate::support::Folder;

/// The columns without which no table is taken for letters.
const COLUMNS: &str = "message letters {
    required binary case_number (STRING); required binary digest (STRING); repeated binary issues (STRING);
}";

/// Writes one row that has a text so many times; tells how long the file is.
fn write(path: &Path, text: usize, times: usize, how: fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder) -> u64 {
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let message = Arc::new(parse_message_type(COLUMNS).unwrap());
    let out = File::create(path).unwrap();
    let mut file = SerializedFileWriter::new(out, message, Arc::new(how(properties).build())).unwrap();
    let mut group = file.next_row_group().unwrap();
    for values in
        [vec![ByteArray::from("CM16-0000001")], vec![ByteArray::from("")], vec![vec![b'x'; text].into(); times]]
    {
        let mut column = group.next_column().unwrap().unwrap();
        let repeated: Vec<i16> = (0..values.len()).map(|place| i16::from(place > 0)).collect();
        let defined = vec![1; values.len()];
        column.typed::<ByteArrayType>().write_batch(&values, Some(&defined), Some(&repeated)).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    path.metadata().unwrap().len()
}

/// What a row holds: a text of some length, so many times, written in some way; and what is said of it.
type Bomb = (usize, usize, fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder, &'static str);

const BOMBS: &[Bomb] = &[
    // One text of a dictionary, which stands for 26 GB.
    (64 << 10, 400_000, |how| how, "row 1 is larger than 64 MiB"),
    // No text at all, but the places for it.
    (0, 3_000_000, |how| how, "row 1 is larger than 64 MiB"),
    (0, 4_000_001, |how| how, "unpacks to far more bytes than letters do"),
    // A page of one letter of the alphabet.
    (30 << 20, 1, |how| how.set_dictionary_enabled(false), "unpacks to far more bytes than letters do"),
    // Each text is told by how much of it is as before.
    (
        64 << 10,
        400_000,
        |how| how.set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY),
        "cannot be unpacked to its end",
    ),
];

#[test]
fn a_small_file_that_stands_for_more_than_memory_is_an_error_that_names_it() {
    let folder = Folder::new();
    for (text, times, how, says) in BOMBS {
        let bytes = write(&folder.path().join("bomb.parquet"), *text, *times, *how);
        eprintln!("{times} times {text} bytes in {bytes}");
        assert!(bytes < 1 << 20);
        let says = ["bomb.parquet", says];
        folder.imr(&["parse", "bomb.parquet"]).says(&says).prints_nothing();
        let run = folder.imr(&["publish", "bomb.parquet", "--to", "http://127.0.0.1:9/letters", "--dry-run"]);
        run.ends_with(2).says(&says);
        // What lies beside it is indexed.
        folder.invent("letters", 1..=2);
        let told = folder.imr(&["index", "bomb.parquet", "letters", "--format", "json"]).succeeds().json();
        assert_eq!((&told["letters"], &told["failed"]), (&2.into(), &1.into()), "{told}");
        assert!(told["failures"].to_string().contains("bomb.parquet"), "{told}");
        std::fs::remove_dir_all(folder.path().join(".imr")).unwrap();
    }
}

#[test]
fn a_row_that_is_large_and_no_more_is_read() {
    let folder = Folder::new();
    write(&folder.path().join("large.parquet"), 64 << 10, 500, |how| how);
    // It is no letter, which is told of the row.
    folder.imr(&["parse", "large.parquet"]).says(&["large.parquet!/0000001", "no record"]);
}

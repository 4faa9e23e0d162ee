//! Footers that ask for more than there is, or that are read in two ways: each is an error that says why, before it is parsed.

use imr::ErrorKind;
use imr::archive::container::{Format, Limits, Members};

use crate::support::Folder;

// Kinds of values in the compact protocol of Thrift.
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(value: i64) -> Vec<u8> {
    varint(((value << 1) ^ (value >> 63)) as u64)
}

/// A field by its number, not by how much further it is than the one before.
fn field(id: i64, kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind][..], &number(id), value].concat()
}

fn text(value: &str) -> Vec<u8> {
    [&varint(value.len() as u64), value.as_bytes()].concat()
}

/// A list that claims a number of items.
fn list(kind: u8, claimed: u64, items: &[Vec<u8>]) -> Vec<u8> {
    [&[0xf0 | kind][..], &varint(claimed), &items.concat()].concat()
}

fn list_of(items: &[Vec<u8>]) -> Vec<u8> {
    list(STRUCT, items.len() as u64, items)
}

fn structure(fields: &[Vec<u8>]) -> Vec<u8> {
    [&fields.concat()[..], &[0]].concat()
}

/// An element of a schema with so many below it.
fn group(name: &str, children: i64) -> Vec<u8> {
    structure(&[field(3, I32, &number(0)), field(4, BINARY, &text(name)), field(5, I32, &number(children))])
}

/// A column of texts.
fn column(name: &str) -> Vec<u8> {
    structure(&[field(1, I32, &number(6)), field(3, I32, &number(0)), field(4, BINARY, &text(name))])
}

/// A schema of columns that are texts.
fn columns(count: usize) -> Vec<Vec<u8>> {
    let names = ["case_number", "digest", "issues"].map(str::to_owned).into_iter();
    let columns = names.chain((3..count).map(|number| format!("c{number}"))).map(|name| column(&name));
    [group("letters", count as i64)].into_iter().chain(columns).collect()
}

/// A footer of this schema and these row groups, with more fields behind them.
fn footer(schema: &[u8], row_groups: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let fields =
        [field(1, I32, &number(1)), field(2, LIST, schema), field(3, I64, &number(0)), field(4, LIST, row_groups)];
    structure(&[&fields[..], more].concat())
}

/// So many columns of a row group, of which nothing is told.
fn chunks(count: usize) -> Vec<u8> {
    field(1, LIST, &list_of(&vec![structure(&[]); count]))
}

fn file(footer: &[u8]) -> Vec<u8> {
    [b"PAR1", footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

fn read(bytes: Vec<u8>) -> imr::Result<usize> {
    let rows = Members::of_bytes(bytes, Format::of("letters.parquet").unwrap(), &Limits::default())?;
    rows.map(|row| row.map(drop)).collect::<imr::Result<Vec<_>>>().map(|rows| rows.len())
}

#[test]
fn a_footer_without_rows_is_read() {
    let none = list_of(&[]);
    assert_eq!(read(file(&footer(&list_of(&columns(3)), &none, &[]))).unwrap(), 0);
    // Within all limits, with what is not known, and with types of all shapes.
    let mut nested = columns(4);
    nested[4] = group("c3", 1);
    nested.extend((0..30).map(|_| group("g", 1)));
    let logical = |variant: &[u8]| {
        structure(&[
            field(1, I32, &number(2)),
            field(3, I32, &number(0)),
            field(4, BINARY, &text("t")),
            field(10, STRUCT, &structure(&[variant.to_vec()])),
        ])
    };
    let unit = field(2, STRUCT, &structure(&[field(1, STRUCT, &structure(&[]))]));
    nested.push(logical(&field(8, STRUCT, &structure(&[field(1, 1, &[]), unit]))));
    let pairs = list_of(&(0..1024).map(|n| structure(&[field(1, BINARY, &text(&n.to_string()))])).collect::<Vec<_>>());
    let more = [field(5, LIST, &pairs), field(77, STRUCT, &structure(&[field(1, BINARY, &text("later"))]))];
    assert_eq!(read(file(&footer(&list_of(&nested), &none, &more))).unwrap(), 0);
}

#[test]
fn footers_that_ask_for_more_than_there_is_are_refused_by_what_they_ask_for() {
    let none = list_of(&[]);
    let of_schema = |schema: &[Vec<u8>]| footer(&list_of(schema), &none, &[]);
    let of_three = |row_groups: &[u8], more: &[Vec<u8>]| footer(&list_of(&columns(3)), row_groups, more);
    let deep = |depth: usize| [vec![group("g", 1); depth], vec![column("c")]].concat();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nested", of_schema(&deep(33)), "a schema nested deeper than 32 elements"),
        ("nested without end", of_schema(&deep(200_000)), "a schema of 200001 elements, and 1024 is the limit"),
        ("wide", of_schema(&columns(1_024)), "a schema of 1025 elements, and 1024 is the limit"),
        ("a list of elements that are not there", footer(&list(STRUCT, 1 << 40, &[]), &none, &[]), "a schema of"),
        ("row groups", of_three(&list(STRUCT, 30_000, &[]), &[]), "row groups of 90000 columns together"),
        (
            "wide row groups",
            footer(&list_of(&columns(1_000)), &list(STRUCT, 66, &[]), &[]),
            "row groups of 66000 columns together, and 65536 is the limit",
        ),
        ("pairs", of_three(&none, &[field(5, LIST, &list(STRUCT, 1_025, &[]))]), "a list of 1025 items"),
        ("long", vec![0; 17 << 20], "a footer of 17 MiB, and 16 is the limit"),
    ];
    for (what, footer, says) in cases {
        let error = read(file(&footer)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContainerLimit, "{what}: {error}");
        assert!(error.reason().contains(says), "{what}: {}", error.reason());
    }
}

/// The crate goes by the numbers of fields, cut to 16 bits, and takes the values of known ones as it expects them.
#[test]
fn footers_that_could_be_read_in_two_ways_are_damaged() {
    let none = list_of(&[]);
    let three = list_of(&columns(3));
    let of_schema = |schema: &[Vec<u8>]| footer(&list_of(schema), &none, &[]);
    let deep = list_of(&[vec![group("g", 1); 50_000], vec![column("c")]].concat());
    let element = |more: Vec<u8>| structure(&[field(4, BINARY, &text("c")), more]);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("children that are not there", of_schema(&[group("letters", i64::from(i32::MAX)), column("c")])),
        ("more children than elements", of_schema(&[group("letters", 3), column("a"), column("b")])),
        ("fewer than none", of_schema(&[group("letters", -1), column("c")])),
        ("children beyond 32 bits", of_schema(&[group("letters", (1 << 32) + 1), column("c")])),
        (
            "children told twice",
            of_schema(&[group("letters", 1), element([field(5, I32, &number(0)), field(5, I32, &number(9))].concat())]),
        ),
        (
            "a schema as bytes",
            structure(&[
                field(1, I32, &number(1)),
                field(2, BINARY, &[&varint(deep.len() as u64), &deep[..]].concat()),
            ]),
        ),
        ("a second schema", footer(&three, &none, &[field(2, LIST, &three)])),
        ("row groups told twice", footer(&three, &none, &[field(4, LIST, &none)])),
        ("flags in a list", footer(&three, &none, &[field(20, LIST, &list(1, 2, &[vec![1], vec![1]]))])),
        ("columns told twice", footer(&three, &list_of(&[structure(&[chunks(3), chunks(3)])]), &[])),
        ("more columns than the schema", footer(&three, &list_of(&[structure(&[chunks(4)])]), &[])),
        ("row groups before the schema", structure(&[field(4, LIST, &none), field(2, LIST, &three)])),
        ("a number that is cut", footer(&three, &none, &[field((1 << 16) + 2, LIST, &none)])),
        ("a name as a number", of_schema(&[group("letters", 1), structure(&[field(4, I32, &number(0))])])),
        (
            "a type as bytes",
            of_schema(&[
                group("letters", 1),
                element(field(
                    10,
                    STRUCT,
                    &structure(&[field(5, STRUCT, &structure(&[field(1, BINARY, &text("x"))]))]),
                )),
            ]),
        ),
        (
            "a type with something in it",
            of_schema(&[
                group("letters", 1),
                element(field(10, STRUCT, &structure(&[field(1, STRUCT, &structure(&[field(1, I32, &number(1))]))]))),
            ]),
        ),
        ("structures without end", footer(&three, &none, &[[vec![STRUCT, 20], vec![0x1c; 100_000]].concat()])),
        ("cut off", footer(&three, &none, &[])[..40].to_vec()),
    ];
    for (what, footer) in cases {
        let error = read(file(&footer)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContainerDamaged, "{what}: {error}");
        assert!(error.reason().contains("what it tells of its contents is damaged"), "{what}: {}", error.reason());
    }
}

#[test]
fn a_hostile_footer_costs_its_own_file_alone() {
    let folder = Folder::new();
    let deep = [vec![group("g", 1); 1_000], vec![column("c")]].concat();
    folder.write("hostile.parquet", file(&footer(&list_of(&deep), &list_of(&[]), &[])));
    folder.invent("letters", 1..=2);
    let run = folder.imr(&["index", "hostile.parquet", "letters", "--format", "json"]).succeeds();
    assert_eq!((&run.json()["letters"], &run.json()["failed"]), (&2.into(), &1.into()), "{}", run.out);
    folder.imr(&["parse", "hostile.parquet"]).says(&["hostile.parquet", "nested deeper than 32 elements"]);
}

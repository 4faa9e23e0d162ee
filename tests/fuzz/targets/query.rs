//! The query language: any text is a query that can be run, or an error of the query.

#![no_main]

use std::sync::LazyLock;

use imr::ErrorKind;
use imr::index::IndexSchema;
use imr::query;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    static FIELDS: LazyLock<Vec<&str>> =
        LazyLock::new(|| IndexSchema::get().fields().map(|(def, _)| def.name.as_str()).collect());
    match query::parse(&text) {
        Ok(expr) => {
            let _ = expr.expr.marks();
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Query, "{error}"),
    }
    // The first byte chooses the field of a filter.
    if let Some((first, value)) = bytes.split_first() {
        let field = FIELDS[usize::from(*first) % FIELDS.len()];
        if let Err(error) = query::filter(field, &[String::from_utf8_lossy(value)]) {
            assert_eq!(error.kind(), ErrorKind::Query, "{error}");
        }
    }
});

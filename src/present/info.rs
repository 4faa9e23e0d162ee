//! The size and settings of an index, and what making it smaller came to, as text and as JSON.

use std::io::{self, Write};

use serde_json::json;

use super::json::line;
use super::style::{BOLD, Style, one_line, thousands};
use crate::index::{FieldSizes, Info, Optimized, Remembered};
use crate::search::Count;

/// Writes what an index takes: for people as three tables, otherwise a line for each number.
///
/// # Errors
/// From the writer.
pub fn info(out: &mut dyn Write, info: &Info, total: Count, style: &Style) -> io::Result<()> {
    let number = |n: u64| if style.pretty { thousands(n) } else { n.to_string() };
    let settings = &info.settings;
    let lines = [
        ("format", number(u64::from(info.format))),
        ("letters", number(total.letters)),
        ("issues", number(total.issues)),
        ("documents", number(info.documents)),
        ("deleted", number(info.deleted)),
        ("segments", number(info.segments.len() as u64)),
        ("bytes", number(info.bytes)),
        ("bytes/letter", number(per_letter(info, total))),
        ("store", format!("{}, blocks of {} bytes", settings.store_compression, number(settings.store_block_bytes))),
        ("text", settings.text_analyzer.to_owned()),
        ("keywords", settings.keyword_analyzer.to_owned()),
    ];
    if !style.pretty {
        for (name, value) in lines {
            writeln!(out, "{name}\t{value}")?;
        }
        for root in &info.roots {
            writeln!(out, "path\t{}", root_line(root, "\t"))?;
        }
        for (name, bytes) in info.files.by_name() {
            writeln!(out, "file\t{name}\t{bytes}")?;
        }
        for field in &info.fields {
            let sizes = sizes(field).map(|bytes| bytes.to_string());
            writeln!(out, "field\t{}\t{}", field.name, sizes.join("\t"))?;
        }
        return Ok(());
    }
    for (name, value) in lines {
        writeln!(out, "{name:<14}{value:>14}")?;
    }
    for (nth, root) in info.roots.iter().enumerate() {
        writeln!(out, "{:<14}{}", if nth == 0 { "paths" } else { "" }, root_line(root, " "))?;
    }
    let head = |text: &str, out: &mut dyn Write| -> io::Result<()> {
        writeln!(out)?;
        style.paint(out, BOLD, text)?;
        writeln!(out)
    };
    head("file                   bytes   share", out)?;
    for (name, bytes) in info.files.by_name() {
        let share = 100.0 * bytes as f64 / info.bytes.max(1) as f64;
        writeln!(out, "{name:<14}{:>14}  {share:>5.1}%", number(bytes))?;
    }
    let names = ["terms", "postings", "positions", "fieldnorms", "fast", "bytes"];
    head(&format!("field         {}", names.map(|name| format!("{name:>12}")).concat()), out)?;
    for field in &info.fields {
        let cells = sizes(field).map(|bytes| format!("{:>12}", if bytes > 0 { number(bytes) } else { "-".to_owned() }));
        writeln!(out, "{:<14}{}", field.name, cells.concat())?;
    }
    Ok(())
}

fn sizes(field: &FieldSizes) -> [u64; 6] {
    [field.terms, field.postings, field.positions, field.fieldnorms, field.fast_fields, field.bytes()]
}

/// A path of earlier runs, with the flags behind it.
fn root_line(root: &Remembered, separator: &str) -> String {
    let words = std::iter::once(&root.path).chain(&root.flags).map(|word| one_line(word));
    words.collect::<Vec<_>>().join(separator)
}

fn per_letter(info: &Info, total: Count) -> u64 {
    info.bytes.checked_div(total.letters).unwrap_or(0)
}

/// Writes what an index takes as one object; see `schema/info.schema.json`.
///
/// # Errors
/// From the writer.
pub fn info_json(out: &mut dyn Write, info: &Info, total: Count) -> io::Result<()> {
    let files: serde_json::Map<_, _> =
        info.files.by_name().iter().map(|(name, bytes)| ((*name).to_owned(), json!(bytes))).collect();
    let fields: Vec<_> = info
        .fields
        .iter()
        .map(|f| {
            json!({
                "name": f.name,
                "terms": f.terms,
                "postings": f.postings,
                "positions": f.positions,
                "fieldnorms": f.fieldnorms,
                "fast_fields": f.fast_fields,
                "bytes": f.bytes(),
            })
        })
        .collect();
    let segments: Vec<_> = info
        .segments
        .iter()
        .map(|s| json!({"id": s.id, "documents": s.documents, "deleted": s.deleted, "bytes": s.bytes}))
        .collect();
    line(
        out,
        &json!({
            "format": info.format,
            "letters": total.letters,
            "issues": total.issues,
            "documents": info.documents,
            "deleted": info.deleted,
            "bytes": info.bytes,
            "bytes_per_letter": per_letter(info, total),
            "settings": {
                "store_compression": info.settings.store_compression,
                "store_block_bytes": info.settings.store_block_bytes,
                "text_analyzer": info.settings.text_analyzer,
                "keyword_analyzer": info.settings.keyword_analyzer,
            },
            "paths": info.roots.iter().map(|r| json!({"path": r.path, "flags": r.flags})).collect::<Vec<_>>(),
            "files": files,
            "fields": fields,
            "segments": segments,
        }),
    )
}

/// Writes what making an index smaller came to: what it was and what it is.
///
/// # Errors
/// From the writer.
pub fn optimized(out: &mut dyn Write, optimized: &Optimized, style: &Style) -> io::Result<()> {
    let number = |n: u64| if style.pretty { thousands(n) } else { n.to_string() };
    let rows = [
        ("segments", optimized.segments.map(|n| n as u64)),
        ("deleted", [optimized.deleted, 0]),
        ("bytes", optimized.bytes),
    ];
    for (name, [before, after]) in rows {
        match style.pretty {
            true => writeln!(out, "{name:<10}{:>14} -> {:>14}", number(before), number(after))?,
            false => writeln!(out, "{name}\t{before}\t{after}")?,
        }
    }
    Ok(())
}

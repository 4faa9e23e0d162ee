//! Lines of one's own: a text in which names in braces stand for the values of a hit.

use std::io::{self, Write};

use super::columns::Column;
use super::json;
use super::style::{one_line, width};
use crate::error::{Error, ErrorKind, Result};
use crate::search::Found;

/// A line with places for values: `{case_number} {outcome}`. `\n`, `\t`, `\\`, `\{` and `\}` are a line break, a tab and
/// these characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Column),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the column of the unknown name, the brace without its other, or the unknown escape.
    pub fn parse(text: &str) -> Result<Self> {
        let (mut parts, mut plain, mut at) = (Vec::new(), String::new(), 0);
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at + c.len_utf8()..];
            match c {
                '\\' => {
                    let escaped = rest.chars().next();
                    plain.push(match escaped {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some(c @ ('\\' | '{' | '}')) => c,
                        Some(c) => {
                            return Err(error(text, at, &format!("there is no escape `\\{c}`"), ESCAPES));
                        }
                        None => return Err(error(text, at, "nothing follows the backslash", ESCAPES)),
                    });
                    at += 1 + escaped.map_or(0, char::len_utf8);
                }
                '{' => {
                    let end = rest.find(['{', '}']).filter(|end| rest[*end..].starts_with('}'));
                    let Some(end) = end else { return Err(error(text, at, "`{` is not closed", ESCAPES)) };
                    let column = Column::find(&rest[..end])
                        .map_err(|e| error(text, at + 1, e.message(), e.hint().unwrap_or_default()))?;
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Value(column));
                    at += end + 2;
                }
                '}' => return Err(error(text, at, "`}` closes nothing", ESCAPES)),
                c => {
                    plain.push(c);
                    at += c.len_utf8();
                }
            }
        }
        plain.push('\n');
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }
}

/// Writes each hit as a template has it. A value stands on one line, whatever it holds.
///
/// # Errors
/// From the writer.
pub fn hits_template(out: &mut dyn Write, found: &Found, template: &Template) -> io::Result<()> {
    for hit in &found.hits {
        let hit = json::hit(hit)?;
        for part in &template.0 {
            match part {
                Part::Text(text) => out.write_all(text.as_bytes())?,
                Part::Value(column) => out.write_all(one_line(&column.cell(&hit)).as_bytes())?,
            }
        }
    }
    Ok(())
}

const ESCAPES: &str = "`\\{`, `\\}` and `\\\\` are these characters, `\\n` is a line break, `\\t` a tab";

/// An error that points at the character where it begins.
fn error(text: &str, at: usize, fact: &str, advice: &str) -> Error {
    let column = text[..at].chars().count() + 1;
    let caret = " ".repeat(width(&text[..at]));
    Error::new(ErrorKind::Usage, format!("template, column {column}: {fact}"))
        .with_hint(format!("{}\n{caret}^\n{advice}", one_line(text)))
}

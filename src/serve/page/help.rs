//! Help: the keys, and the query language as `imr help query` tells it.

use askama::Template;

use super::frame::Frame;
use super::params::Params;

/// The query language, in paragraphs with examples.
const LANGUAGE: &str = include_str!("../../../schema/query-language.txt");

/// The help page.
#[derive(Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    frame: Frame,
    parts: Vec<Part>,
}

/// A paragraph, and the queries that show what it says.
struct Part {
    text: String,
    examples: Vec<(String, String)>,
}

/// Makes the page.
pub fn page(params: &Params) -> HelpPage {
    HelpPage { frame: Frame::new("help", "Help", params, &[]), parts: parts(LANGUAGE) }
}

/// The paragraphs of the language. What is indented is a query and, behind two blanks or more, what it finds.
fn parts(language: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    // The first paragraphs are the title and how a shell is told.
    for paragraph in language.split("\n\n").skip(2) {
        let mut part = Part { text: String::new(), examples: Vec::new() };
        for line in paragraph.lines().filter(|line| !line.trim().is_empty()) {
            match line.strip_prefix("  ") {
                Some(example) => {
                    let (query, about) = example.split_once("  ").unwrap_or((example, ""));
                    part.examples.push((query.trim().to_owned(), about.trim().to_owned()));
                }
                // Text behind examples is a paragraph of its own.
                None if !part.examples.is_empty() => {
                    parts.push(std::mem::replace(&mut part, Part { text: line.to_owned(), examples: Vec::new() }));
                }
                None => {
                    part.text.extend((!part.text.is_empty()).then_some(' '));
                    part.text.push_str(line);
                }
            }
        }
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_told_in_paragraphs_with_examples() {
        let parts = parts(LANGUAGE);
        assert!(parts.len() > 8 && parts.iter().all(|part| !part.text.is_empty()));
        let words = &parts[0];
        assert!(words.text.starts_with("Words:"), "{}", words.text);
        assert!(
            words.examples.iter().any(|(query, about)| query == "injections" && about == "injection and injections")
        );
    }
}

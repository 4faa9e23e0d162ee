//! Which letter is meant, and which issue of it.

use imr::index::Reader;
use imr::letter::CaseNumber;
use imr::query::{self, Expr};
use imr::record::{IssueRecord, LetterRecord};
use imr::{Error, ErrorKind, Result};

/// A letter by its name: a case number, one with the number of an issue behind it, or a path.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The case number or the path, as typed.
    pub name: &'a str,
    case: Option<CaseNumber>,
    /// The number of the issue.
    pub number: Option<u32>,
}

impl<'a> Named<'a> {
    /// Reads a name.
    ///
    /// # Errors
    /// For what is none.
    pub fn read(typed: &'a str) -> Result<Self> {
        if let Some((case, number)) = typed.rsplit_once('/')
            && let Ok(case_number) = case.parse()
        {
            let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
                Error::new(ErrorKind::Usage, format!("`{number}` is no number of an issue"))
                    .with_hint("an issue has the form CM16-0213037/2")
            })?;
            return Ok(Self { name: case, case: Some(case_number), number: Some(number) });
        }
        let case: Option<CaseNumber> = typed.parse().ok();
        // A letter without a case number is known by its path, and nothing else looks like one.
        if case.is_none() && !typed.contains(['/', '.', std::path::MAIN_SEPARATOR]) {
            return Err(Error::new(ErrorKind::Usage, format!("`{typed}` is no case number"))
                .with_hint("a case number has the form CM16-0213037; a letter without one is shown by its path"));
        }
        Ok(Self { name: typed, case, number: None })
    }

    /// The letter with all its issues. `paths` is what a path means.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, reader: &Reader, paths: &dyn Fn(&str) -> Result<Vec<String>>) -> Result<Option<LetterRecord>> {
        reader.guarded(|| match self.case {
            Some(case) => reader.letter(case),
            None => {
                let mut found = None;
                for path in paths(self.name)? {
                    found = found.or(reader.letter_at(&path)?);
                }
                Ok(found)
            }
        })
    }
}

/// The issue of a letter that is meant: of one issue that, of several the one that was named.
///
/// # Errors
/// Where that tells none.
pub fn chosen(letter: &LetterRecord, number: Option<u32>, is_indexed: bool) -> Result<&IssueRecord> {
    let name = letter.facts.case_number.map_or_else(|| letter.facts.path.clone(), |case| case.to_string());
    let error = |fact: String| Error::new(ErrorKind::Usage, fact);
    match (number, &letter.issues[..]) {
        (_, []) => Err(error(format!("no issue could be read from {name}"))),
        (None, [only]) => Ok(only),
        (None, issues) => {
            let how = if is_indexed { format!("{name}/1") } else { "--issue 1".to_owned() };
            Err(error(format!("{name} has {} issues", issues.len())).with_hint(format!("name one, such as `{how}`")))
        }
        (Some(number), issues) => issues
            .iter()
            .find(|issue| issue.number == number)
            .ok_or_else(|| error(format!("{name} has no issue {number}; it has {}", issues.len()))),
    }
}

/// What finds a letter itself, also where it is in the index and a copy of it was named.
///
/// # Errors
/// None that a letter's own case number could give.
pub fn own(letter: &LetterRecord, is_indexed: bool) -> Result<Option<Expr>> {
    match letter.facts.case_number {
        Some(case) => query::filter("case", &[case.to_string()]).map(Some),
        None => Ok(is_indexed.then(|| Expr::Path(letter.facts.path.clone()))),
    }
}

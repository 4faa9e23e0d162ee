//! An engine that is asked instead of the index here.

use std::path::Path;

use imr::afar::Afar;
use imr::query::Expr;
use imr::remote::dsl::{self, Able};
use imr::remote::{Client, Target};
use imr::{Error, ErrorKind, Result};

use super::args::{FlavorArg, Selection, There};
use super::{End, asked, message, remote};
use crate::asked::Asked;

/// An engine to ask.
pub struct Engine {
    target: Target,
    client: Client,
}

/// A flag that means nothing there: whether it was typed, how it is written, and what to do instead.
pub type Refused<'a> = (bool, &'a str, &'a str);

/// What was typed for an engine; `None` where the index here is meant. Flags that mean nothing there are refused before
/// anything is asked.
///
/// # Errors
/// [`ErrorKind::Usage`] for such a flag, and for flags of engines without one.
pub fn meant(there: &There, refused: &[Refused<'_>]) -> Result<Option<Target>> {
    let Some(target) = &there.target else {
        let choice = &there.choice;
        let typed = [
            (choice.flavor != FlavorArg::Auto, "--flavor"),
            (choice.credentials.is_some(), "--credentials"),
            (choice.ca_file.is_some(), "--ca-file"),
        ];
        return match typed.iter().find(|(is_typed, _)| *is_typed) {
            Some((_, flag)) => {
                Err(Error::new(ErrorKind::Usage, format!("`{flag}` is for an engine, and none is named"))
                    .with_hint("name one with `--remote URL/INDEX`"))
            }
            None => Ok(None),
        };
    };
    if let Some((_, flag, hint)) = refused.iter().find(|(is_typed, ..)| *is_typed) {
        let fact = format!("`{flag}` is for an index here, and has no place beside `--remote`");
        return Err(Error::new(ErrorKind::Usage, fact).with_hint(*hint));
    }
    Target::parse(target).map(Some)
}

/// What query and filters ask for together. Says what there is to say of it.
///
/// # Errors
/// For a query or a filter that cannot be read, a saved search, and what no engine can do.
pub fn read(query: &[String], selection: &Selection) -> Result<Asked> {
    let no_store = || {
        Err(Error::new(ErrorKind::Usage, "saved searches are kept beside an index here, and `--remote` names another")
            .with_hint("write out what it asks for"))
    };
    let asked = Asked::read(&asked::typed(query, selection), &no_store)?;
    asked::say(selection, &asked);
    Ok(asked)
}

/// The same with paths as letters there have them, which are those of the index that was published.
///
/// # Errors
/// For what no engine can do.
pub fn meant_there(expr: Expr) -> Result<Expr> {
    let plain = |typed: &str| Ok(vec![typed.trim_start_matches("./").trim_end_matches('/').to_owned()]);
    let expr = expr.with_paths(&|typed| if typed == "." { Ok(vec![String::new()]) } else { plain(typed) })?;
    dsl::check(&expr, Able::ALL)?;
    Ok(expr)
}

impl Engine {
    /// Connects to the engine.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn connect(target: Target, there: &There) -> anyhow::Result<Self> {
        let client = remote::connect(&target, &there.choice)?;
        Ok(Self { target, client })
    }

    /// One to ask.
    pub fn afar(&self) -> Afar<'_> {
        Afar::new(&self.client)
    }

    /// How a command ends that would end so: says what was missing in the answers, if anything was.
    pub fn ended(&self, afar: &Afar<'_>, end: End) -> End {
        let partial = afar.partial();
        for missing in &partial {
            message::failure(Path::new(&self.target.to_string()), &format!("the answer is not whole: {missing}"));
        }
        if partial.is_empty() { end } else { End::Missing }
    }
}

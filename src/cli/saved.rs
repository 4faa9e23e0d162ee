//! Saved searches: `imr save`, and `@NAME` before the words of a query.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use imr::index::Reader;
use imr::query::Expr;
use imr::search::{self, Found, Request, Seen, unseen};
use imr::{Error, ErrorKind, Result, present};
use serde_json::json;

use super::args::{IndexChoice, ReportFormat, SaveArgs};
use super::asked::{self, in_this_folder, open, store};
use super::{End, message, output};
use crate::asked::{Name, Saved, Store, parted};

/// Saves, lists or deletes.
pub fn run(args: &SaveArgs) -> anyhow::Result<End> {
    let store = store(&args.index)?;
    if args.list {
        return list(&store, args);
    }
    if let Some(name) = &args.delete {
        store.delete(&Name::parse(name)?)?;
        return Ok(End::Done);
    }
    let name = Name::parse(args.name.as_deref().unwrap_or_default())?;
    if let Some(other) = args.query.iter().find(|word| word.starts_with('@')) {
        return Err(Error::new(ErrorKind::Usage, format!("a saved search is not made of others, such as `{other}`"))
            .with_hint("what two saved searches have in common: `imr search @ONE @OTHER`")
            .into());
    }
    if args.selection.any || args.selection.exact {
        let flag = if args.selection.any { "--any" } else { "--exact" };
        return Err(Error::new(ErrorKind::Usage, format!("a saved search does not keep `{flag}`"))
            .with_hint(format!("give it where the search is used: `imr search @{} {flag}`", name.as_str()))
            .into());
    }
    let expr = asked::asked(&args.query, &args.selection, &args.index)?;
    let reader = open(&args.index)?;
    let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (field, values) in args.selection.by_field().into_iter().filter(|(_, values)| !values.is_empty()) {
        filters.insert(field.to_owned(), values.clone());
    }
    // A path is one of the index, wherever the search is used.
    if let Some(paths) = filters.get_mut("path") {
        let here = std::env::current_dir()?;
        let known = paths.iter().map(|path| reader.guarded(|| reader.paths_of(path, &here)));
        *paths = known.collect::<Result<Vec<_>>>()?.concat();
    }
    let found = count(&reader, in_this_folder(expr, &reader)?)?;
    store.save(&name, &Saved { query: args.query.join(" "), filters }, args.force)?;
    message::notes(&found.notes);
    let (issues, letters) =
        (message::counted(found.total.issues, "issue"), message::counted(found.total.letters, "letter"));
    message::note(&format!("`imr search @{}` finds {issues} in {letters} now", name.as_str()));
    Ok(End::Done)
}

fn count(reader: &Reader, expr: Expr) -> Result<Found> {
    reader.guarded(|| search::search(reader, &Request { limit: 0, ..Request::new(expr) }))
}

fn list(store: &Store, args: &SaveArgs) -> anyhow::Result<End> {
    let names = store.names()?;
    let mut out = output::stdout();
    let mut searches = Vec::new();
    for name in &names {
        searches.push((name, store.load(name)?, store.seen(name)?.len()));
    }
    match args.format {
        ReportFormat::Json => {
            let of = |(name, saved, seen): &(&Name, Saved, usize)| json!({"name": name.as_str(), "query": saved.query, "filters": saved.filters, "shown": seen});
            present::json_line(&mut out, &json!({"searches": searches.iter().map(of).collect::<Vec<_>>()}))?;
        }
        ReportFormat::Text => {
            for (name, saved, _) in &searches {
                writeln!(out, "@{}\t{}", name.as_str(), typed(saved))?;
            }
        }
    }
    out.flush()?;
    Ok(if names.is_empty() { End::Nothing } else { End::Done })
}

/// A saved search as it can be typed.
fn typed(saved: &Saved) -> String {
    let flags = saved.filters.iter().flat_map(|(field, values)| values.iter().map(move |value| (field, value)));
    let flags = flags.flat_map(|(field, value)| present::shell::flag(field, value)).collect();
    present::shell::shown_line(&present::shell::around(&saved.query, flags))
}

/// A saved search whose hits that are new are asked for.
pub struct New {
    store: Store,
    name: Name,
    saved: Saved,
    seen: Seen,
}

impl New {
    /// The saved search that a query begins with.
    ///
    /// # Errors
    /// When it does not begin with one, or that is not there.
    pub fn of(query: &[String], choice: &IndexChoice) -> anyhow::Result<Self> {
        let names = parted(query)?.0;
        let [name] = &names[..] else {
            return Err(Error::new(ErrorKind::Usage, "`--new` wants one saved search")
                .with_hint("`imr save NAME QUERY` saves one, `imr search @NAME --new` shows what is new")
                .into());
        };
        let store = store(choice)?;
        let (saved, seen) = (store.load(name)?, store.seen(name)?);
        Ok(Self { store, name: name.clone(), saved, seen })
    }

    /// The same request for nothing but what is new.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn only(&self, reader: &Reader, request: Request) -> Result<Request> {
        let only = Some(Arc::new(unseen(reader, &request.expr, &self.seen)?));
        Ok(Request { only, ..request })
    }

    /// Notes that hits were shown.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn shown(self, found: &Found) -> Result<()> {
        let mut shown = Seen::default();
        found.hits.iter().for_each(|hit| shown.add(&hit.stored));
        if shown.is_empty() { Ok(()) } else { self.store.shown(&self.name, &self.saved, shown) }
    }
}

/// The names of the saved searches of an index, for completions.
pub fn names(index: &Path) -> Vec<String> {
    let names = Store::of(index).and_then(|store| store.names()).unwrap_or_default();
    names.iter().map(|name| format!("@{}", name.as_str())).collect()
}

//! What is asked, as calls of the library: the same for the API and for the page, and the same as on the command line.

use imr::present::{Columns, Figure};
use imr::query::Expr;
use imr::record::LetterRecord;
use imr::search::{self, By, Comparison, Count, Cross, Dimension, Facet, Found, Request, RowOrder, Since, Sort, Stats};
use imr::{Error, ErrorKind, Result};

use super::cost;
use super::params::Params;
use super::problem::{Answer, Problem};
use super::state::Opened;
use crate::asked::{self, Asked, Counting, Filter, Named, Suggested, Typed, Words};

/// The most hits of one answer.
pub const MOST_HITS: u64 = 1_000;
/// How far into the results an answer may begin; from there on cursors lead.
pub const DEEPEST: u64 = 10_000;
/// The most snippets of a hit.
const MOST_SNIPPETS: u64 = 100;
/// The most words beside a match.
const MOST_WORDS: u64 = 1_000;
/// The most facets of one answer.
const MOST_FACETS: usize = 32;

/// The most hits of an answer times the snippets of each, or times the words beside each match.
const MOST_TEXT: usize = 10_000;

/// Whether the query of a parameter is short enough.
pub fn short(parameter: &str, query: &str) -> Answer<()> {
    cost::short(query).map_err(|error| Problem::parameter(parameter, error.message()))
}

/// The fields that filters are of, and whether several values may stand in one parameter, with commas between them.
pub const FILTERS: [(&str, bool); 26] = [
    ("outcome", true),
    ("basis", true),
    ("category", false),
    ("drug_group", false),
    ("drug", false),
    ("body", false),
    ("side", true),
    ("retrospective", true),
    ("associated", true),
    ("source", true),
    ("specialty", false),
    ("state", false),
    ("chapter", false),
    ("claims_chapter", false),
    ("layout", true),
    ("priority", true),
    ("sex", true),
    ("age", false),
    ("decided", false),
    ("injured", false),
    ("assigned", false),
    ("denied", false),
    ("requests", false),
    ("same_guideline", true),
    ("case", true),
    ("path", false),
];

/// Which issues: `q`, `exact`, `any`, and the filters by their fields.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What was typed.
    pub typed: Typed,
}

impl Selection {
    /// Takes the parameters.
    ///
    /// # Errors
    /// For what cannot be one.
    pub fn take(params: &mut Params) -> Answer<Self> {
        let query = params.one("q")?;
        if let Some(query) = &query {
            short("q", query)?;
        }
        let query = query.into_iter().collect();
        let words = Words { exact: params.flag("exact")?, any: params.flag("any")? };
        let mut filters = Vec::new();
        for (field, is_list) in FILTERS {
            let values = if is_list { params.list(field) } else { params.all(field) };
            if !values.is_empty() {
                filters.push(Filter { field: field.to_owned(), values });
            }
        }
        Ok(Self { typed: Typed { query, filters, words } })
    }

    /// The query as it was typed.
    pub fn query(&self) -> String {
        self.typed.query.join(" ")
    }

    /// What query and filters ask for together.
    ///
    /// # Errors
    /// For what cannot be read.
    pub fn expr(&self, index: &Opened) -> Result<Expr> {
        index.meant(self.read(index)?.expr)
    }

    /// What it asks for, before paths are looked up.
    fn read(&self, index: &Opened) -> Result<Asked> {
        Asked::read(&self.typed, &|| index.store())
    }
}

/// A search: [`Selection`] with `group`, `collapse`, `limit`, `offset`, `after`, `sort`, `sample`, `seed`, `snippets`,
/// `context`, `facets`, `count` and `fields`.
#[derive(Debug, Clone)]
pub struct Search {
    /// Which issues.
    pub selection: Selection,
    /// What a result is.
    pub by: By,
    /// How many results; `None` for the ten of the command line.
    pub limit: usize,
    /// How many results to leave out.
    pub offset: usize,
    /// Behind which cursor.
    pub after: Option<String>,
    /// The order, as typed.
    pub sort: String,
    /// The seed of a sample.
    pub sample: Option<u64>,
    /// How many snippets.
    pub snippets: usize,
    /// How many words to give beside each match, where that is asked for.
    pub context: Option<usize>,
    /// What to count, as typed.
    pub facets: Vec<String>,
    /// Whether only totals are asked for.
    pub count: bool,
    /// The values of each hit that are asked for, as typed; empty for all.
    pub fields: Vec<String>,
}

/// What a search found, with what there is to say of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The hits, with suggestion and synonyms.
    pub found: Found,
    /// What may have been meant.
    pub suggested: Suggested,
    /// Remarks, a line each.
    pub notes: Vec<String>,
}

impl Search {
    /// Takes the parameters.
    ///
    /// # Errors
    /// For what cannot be one.
    pub fn take(params: &mut Params) -> Answer<Self> {
        let selection = Selection::take(params)?;
        let group = params.choice("group", &[("issue", By::Issue), ("letter", By::Letter)])?;
        let collapse = params.flag("collapse")?;
        let by = match group.unwrap_or_default() {
            By::Letter if collapse => {
                return Err(Error::new(ErrorKind::Usage, "`--collapse` has no place where letters are results")
                    .with_hint("letters are shown with all their issues that match")
                    .into());
            }
            By::Issue if collapse => By::Rationale,
            group => group,
        };
        let sample = params.number("sample", 1..=MOST_HITS)?;
        let seed = params.number("seed", 0..=u64::MAX)?;
        let limit = params.number("limit", 0..=MOST_HITS)?;
        let sort = params.one("sort")?;
        let has_sort = sort.is_some();
        let this = Self {
            selection,
            by,
            limit: sample.or(limit).map_or(10, |limit| limit as usize),
            offset: params.number("offset", 0..=DEEPEST)?.unwrap_or(0) as usize,
            after: params.one("after")?,
            sort: sort.unwrap_or_else(|| "score".to_owned()),
            sample: sample.map(|_| seed.unwrap_or(0)),
            snippets: params.number("snippets", 0..=MOST_SNIPPETS)?.unwrap_or(1) as usize,
            context: params.number("context", 0..=MOST_WORDS)?.map(|words| words as usize),
            facets: params.list("facets"),
            count: params.flag("count")?,
            fields: params.list("fields"),
        };
        if !this.count && this.limit * this.snippets.max(this.context.unwrap_or(0)) > MOST_TEXT {
            let fact = format!("`limit` times `snippets`, and `limit` times `context`, are at most {MOST_TEXT}");
            return Err(Problem::parameter("limit", fact).with_hint("ask for fewer hits, and go on with `after`"));
        }
        let usage = |fact: &str| Error::new(ErrorKind::Usage, fact);
        let conflict = match () {
            () if this.after.is_some() && this.offset > 0 => Some("`--after` and `--offset` exclude each other"),
            () if sample.is_some()
                && (limit.is_some() || this.after.is_some() || this.offset > 0 || this.count || has_sort) =>
            {
                Some("a sample has no limit, no cursor and no order, and is not counted")
            }
            () if seed.is_some() && sample.is_none() => Some("`--seed` is that of a `--sample`"),
            () if this.count && !this.fields.is_empty() => Some("what is counted has no `--fields`"),
            () if this.facets.len() > MOST_FACETS => Some("too many facets"),
            () => None,
        };
        conflict.map_or(Ok(this), |fact| Err(usage(fact).into()))
    }

    /// The values of each hit that are asked for.
    ///
    /// # Errors
    /// For one that there is not.
    pub fn columns(&self) -> Result<Option<Columns>> {
        (!self.fields.is_empty()).then(|| Columns::chosen(&self.fields)).transpose()
    }

    /// Searches.
    ///
    /// # Errors
    /// For a query that cannot be read, and when the index cannot be.
    pub fn answer(&self, index: &Opened) -> Result<Answered> {
        let asked = self.selection.read(index)?;
        let sort = match self.sample {
            Some(seed) => Sort::Random { seed },
            None => Sort::parse(&self.sort)?,
        };
        let request = Request {
            by: self.by,
            snippets: self.snippets,
            context: self.context,
            limit: if self.count { 0 } else { self.limit },
            offset: self.offset,
            sort,
            after: self.after.clone(),
            facets: Facet::parse_all(&self.facets)?,
            ..Request::new(index.meant(asked.expr.clone())?)
        };
        let mut found = index.guarded(|| search::search(index, &request))?;
        let suggested = asked.suggestion(index, found.total, &|typed| index.paths(typed))?;
        found.suggestion = suggested.better().map(str::to_owned);
        found.synonyms = asked.synonyms;
        let notes = [asked.notes, found.notes.clone()].concat();
        Ok(Answered { found, suggested, notes })
    }
}

/// A table: [`Selection`] with `by`, `over`, `show`, `sort`, `top`, `min`, `cross`, `test`, `days` and `compare`.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Which issues.
    pub selection: Selection,
    /// The query of the other selection, where two are compared; filters hold for both.
    pub compare: Option<String>,
    /// How to count.
    pub counting: Counting,
}

/// A table with what there is to say of it.
#[derive(Debug, Clone)]
pub struct Table<T> {
    /// The table.
    pub table: T,
    /// The figures of each row.
    pub figures: Vec<Figure>,
    /// Remarks, a line each.
    pub notes: Vec<String>,
}

impl Counted {
    /// Takes the parameters.
    ///
    /// # Errors
    /// For what cannot be one.
    pub fn take(params: &mut Params) -> Answer<Self> {
        let selection = Selection::take(params)?;
        let counting = Counting {
            by: params.list("by"),
            over: params.choice("over", &[("year", "year"), ("quarter", "quarter"), ("month", "month")])?,
            show: params.list("show"),
            sort: params.one("sort")?.unwrap_or_else(|| "values".to_owned()),
            top: params.number("top", 1..=u64::from(u32::MAX))?.map(|top| top as usize),
            least: params.number("min", 0..=u64::MAX)?.unwrap_or(0),
            cross: params.flag("cross")?,
            test: params.flag("test")?,
            days: params.choice("days", &[("assigned", Since::Assigned), ("denied", Since::Denied)])?,
            is_for_programs: true,
        };
        let compare = params.one("compare")?;
        if let Some(compare) = &compare {
            short("compare", compare)?;
        }
        if compare.is_some() && (counting.cross || counting.over.is_some() || counting.test || counting.days.is_some())
        {
            let fact = "`--compare` has no place beside `--cross`, `--over`, `--test` and `--days`";
            return Err(Error::new(ErrorKind::Usage, fact).into());
        }
        if counting.cross && counting.days.is_some() {
            return Err(Error::new(ErrorKind::Usage, "`--days` has no place beside `--cross`").into());
        }
        Ok(Self { selection, compare, counting })
    }

    fn parts(&self) -> Result<(Vec<Dimension>, Vec<Figure>, RowOrder)> {
        let by = self.counting.dimensions()?;
        let figures = self.counting.figures(&by)?;
        Ok((by, figures, self.counting.order()?))
    }

    /// The table.
    ///
    /// # Errors
    /// For what cannot be counted so, and when the index cannot be read.
    pub fn table(&self, index: &Opened) -> Result<Table<Stats>> {
        let asked = self.selection.read(index)?;
        let (by, figures, order) = self.parts()?;
        let request = self.counting.request(index.meant(asked.expr.clone())?, by, order);
        let mut table = index.guarded(|| search::stats(index, &request))?;
        let notes = answered(&mut table, index, asked)?;
        Ok(Table { table, figures, notes })
    }

    /// The table with the values of the last field beside one another.
    ///
    /// # Errors
    /// As for [`Self::table`].
    pub fn cross(&self, index: &Opened) -> Result<Table<Cross>> {
        let asked = self.selection.read(index)?;
        let (by, figures, order) = self.parts()?;
        let request = self.counting.request(index.meant(asked.expr.clone())?, by, order);
        let mut table = index.guarded(|| search::cross(index, &request))?;
        let notes = answered(&mut table.cells, index, asked)?;
        Ok(Table { table, figures, notes })
    }

    /// Two selections beside each other; the other is that of `compare`, or else everything.
    ///
    /// # Errors
    /// As for [`Self::table`].
    pub fn comparison(&self, index: &Opened) -> Result<Table<Comparison>> {
        let asked = self.selection.read(index)?;
        let other = Typed { query: self.compare.clone().into_iter().collect(), ..self.selection.typed.clone() };
        let other = Asked::read(&other, &|| index.store())?;
        let (by, figures, order) = self.parts()?;
        let request = self.counting.request(index.meant(asked.expr)?, by, order);
        let other_expr = index.meant(other.expr)?;
        let table = index.guarded(|| search::compare(index, &request, &other_expr))?;
        let notes = [asked.notes, other.notes, table.notes.clone()].concat();
        Ok(Table { table, figures, notes })
    }
}

/// Notes what there is to say of a query with its counts.
fn answered(stats: &mut Stats, index: &Opened, asked: Asked) -> Result<Vec<String>> {
    let total = Count { issues: stats.total.issues, letters: stats.total.letters };
    let suggested = asked.suggestion(index, total, &|typed| index.paths(typed))?;
    stats.suggestion = suggested.better().map(str::to_owned);
    stats.synonyms = asked.synonyms;
    Ok([asked.notes, stats.notes.clone()].concat())
}

/// The whole letter of a name: a case number, also with the number of an issue behind it, or a path as records have it.
///
/// # Errors
/// For what is no name, and when the index cannot be read.
pub fn letter(index: &Opened, name: &str) -> Result<Option<(LetterRecord, Option<u32>)>> {
    let named = Named::read(name)?;
    let letter = named.find(index, &|typed| index.paths(typed))?;
    Ok(letter.map(|letter| (letter, named.number)))
}

/// Issues like one: `of`, the filters of [`Selection`], and `limit`.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The issue, as `CM16-0213037/2`.
    pub of: String,
    /// Which issues may be like it.
    pub selection: Selection,
    /// How many.
    pub limit: usize,
}

/// An issue, its letter, and those like it.
pub struct Alike {
    /// The letter.
    pub letter: LetterRecord,
    /// The place of the issue in the letter.
    pub issue: usize,
    /// The issues like it.
    pub similar: search::Similar,
}

impl Similar {
    /// Takes the parameters.
    ///
    /// # Errors
    /// For what cannot be one.
    pub fn take(params: &mut Params) -> Answer<Self> {
        let selection = Selection::take(params)?;
        let of = params.one("of")?;
        let limit = params.number("limit", 0..=MOST_HITS)?.unwrap_or(20) as usize;
        let Some(of) = of else {
            return Err(Error::new(ErrorKind::Usage, "no issue was named")
                .with_hint("name one with `--of CM16-0213037/2`")
                .into());
        };
        Ok(Self { of, selection, limit })
    }

    /// Looks for them; `None` where there is no such letter.
    ///
    /// # Errors
    /// For what is no issue, and when the index cannot be read.
    pub fn answer(&self, index: &Opened) -> Result<Option<Alike>> {
        let filter = self.selection.read(index)?;
        let Some((letter, number)) = letter(index, self.of.trim())? else { return Ok(None) };
        let issue = asked::chosen(&letter, number, true)?;
        let own = asked::own(&letter, true)?;
        let filter = index.meant(filter.expr)?;
        let similar = index.guarded(|| search::similar(index, issue, own, true, &filter, self.limit))?;
        let issue = letter.issues.iter().position(|other| other.number == issue.number).unwrap_or(0);
        Ok(Some(Alike { letter, issue, similar }))
    }
}

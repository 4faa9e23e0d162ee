//! Guidelines: what a decision is based on, and the sources that it cites.

use super::names::names;

/// What a decision is based on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guideline {
    /// The text as printed; `None` where the letter has no such line.
    pub text: Option<String>,
    /// Inside or outside of the MTUS; `None` where the text does not tell.
    pub basis: Option<Basis>,
    /// The sources that the text names, in its order.
    pub citations: Vec<Citation>,
}

/// Whether a decision is based on the Medical Treatment Utilization Schedule (MTUS, 8 CCR 9792.20 and following).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// Only the MTUS is cited.
    Mtus,
    /// Only other sources are cited.
    NonMtus,
    /// The MTUS and other sources are cited.
    Both,
    /// The letter says that no medical evidence was cited.
    None,
}

/// One source that a guideline line names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Citation {
    /// The body of guidelines.
    pub source: Source,
    /// The name of another source, such as a society, a journal or a web site; `None` where it is not told.
    pub name: Option<String>,
    /// The chapter by its canonical name, with the year where one is given: "Low Back Complaints 2004" of the MTUS,
    /// "Pain" of the ODG.
    pub chapter: Option<String>,
    /// The year of the chapter or the edition.
    pub year: Option<u16>,
    /// The sections or topics named for the chapter.
    pub sections: Vec<String>,
    /// The pages, each a page ("98") or a range ("98-99").
    pub pages: Vec<String>,
    /// The section of Title 8, California Code of Regulations, such as "9792.24.2".
    pub regulation: Option<String>,
    /// The words that this citation was read from.
    pub text: String,
}

/// The body of guidelines of a citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Source {
    /// Medical Treatment Utilization Schedule.
    Mtus,
    /// Official Disability Guidelines.
    Odg,
    /// American College of Occupational and Environmental Medicine, cited outside of the MTUS.
    Acoem,
    /// Anything else.
    #[default]
    Other,
}

names!(Basis { Mtus = "mtus", NonMtus = "non_mtus", Both = "both", None = "none" });
names!(Source { Mtus = "mtus", Odg = "odg", Acoem = "acoem", Other = "other" });

//! `imr save`.

use clap::Args as ClapArgs;

use super::{IndexChoice, Look, ReportFormat, Selection};

pub const SAVE_HELP: &str = "\
A saved search is a name for a query with its filters. It is kept beside the
index, in a folder that is named as the index is with `.searches` behind, and
stays when the index is made anew.

With `imr search @NAME --new` hits are shown that this search has not shown with
--new before. A letter is new once for each content that it comes with: not when
its file moves, and again when it comes in another version.

Examples:
  imr save acu issue:acupuncture --outcome overturned
  imr search @acu --decided 2016
  imr search @acu --new
  imr stats @acu --by year
  imr save --list";

#[derive(Debug, ClapArgs)]
pub struct SaveArgs {
    /// The name: letters, digits, `-` and `_`
    #[arg(value_name = "NAME", required_unless_present_any = ["list", "delete"])]
    pub name: Option<String>,
    /// What to search for; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// List the saved searches
    #[arg(long, conflicts_with_all = ["name", "query", "delete", "force"])]
    pub list: bool,
    /// Delete a saved search, and what it has shown
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "query", "force"])]
    pub delete: Option<String>,
    /// Save it also where there is one of this name, and forget what that has shown
    #[arg(long)]
    pub force: bool,
    /// How to print the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

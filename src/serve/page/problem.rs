//! A page that says what is wrong.

use askama::Template;

use super::frame::Frame;
use super::params::Params;
use super::selection::Problem;

/// The page of a problem.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    frame: Frame,
    heading: &'static str,
    problem: Problem,
}

/// Makes the page.
pub fn page(heading: &'static str, problem: Problem) -> ProblemPage {
    ProblemPage { frame: Frame::new("problem", heading, &Params::default(), &[]), heading, problem }
}

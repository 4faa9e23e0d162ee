//! The credentials block: "The Expert Reviewer has the following credentials:", about 2015 to today.

use super::Known;
use crate::letter::Layout;
use crate::parse::draft::Form;
use crate::parse::issues;
use crate::parse::outline::{Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::{contradiction, header, reviewer, summary};

pub(super) const LAYOUT: Known = Known { layout: Layout::Credentials, recognises, read };

/// The same with a block that cannot be recognised.
pub(super) const WITHOUT_BLOCK: Known = Known { layout: Layout::Credentials, recognises: recognises_issues, read };

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    let block = outline.first(Part::Credentials).or_else(|| outline.first(Part::Licensure));
    block.is_some() && (headed(outline) || issues::certain(view, outline))
}

fn recognises_issues(view: &View<'_>, outline: &Outline) -> bool {
    headed(outline) && issues::certain(view, outline)
}

fn headed(outline: &Outline) -> bool {
    outline.first(Part::Issues).or_else(|| outline.first(Part::DecisionList)).is_some()
}

fn read(reading: &mut Reading<'_, '_>) {
    header::read(reading, reading.header_zone());
    reviewer::read_block(reading);
    // Headings with labels may stand under the heading of a list of decisions.
    let listed = reading.outline.first(Part::DecisionList).is_some() && !issues::certain(reading.view, reading.outline);
    let form = if listed { Form::Sentences } else { Form::Labels };
    issues::read(reading, form);
    summary::read(reading);
    contradiction::stated(reading);
}

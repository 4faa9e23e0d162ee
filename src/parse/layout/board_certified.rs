//! The board-certified paragraph: "The expert reviewer is Board Certified in ...", about 2014.

use super::Known;
use crate::letter::Layout;
use crate::parse::draft::Form;
use crate::parse::issues;
use crate::parse::outline::{Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::{contradiction, header, reviewer, summary};
use std::ops::Range;

pub(super) const LAYOUT: Known = Known { layout: Layout::BoardCertified, recognises, read };

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    let issues = outline.first(Part::Issues).is_some() || issues::certain(view, outline);
    issues && reviewer::credentials_sentence(&view.flow(opening(outline)).0).is_some()
}

fn read(reading: &mut Reading<'_, '_>) {
    let opening = opening(reading.outline);
    header::read(reading, reading.header_zone());
    reviewer::read_sentence(reading, vec![opening]);
    issues::read(reading, Form::Labels);
    summary::read(reading);
    contradiction::stated(reading);
}

/// The part that describes the reviewer: before the summary, or before the issues where there is no summary.
fn opening(outline: &Outline) -> Range<usize> {
    let from = outline.first(Part::How).map_or(0, |how| how.end);
    let after = [Part::Summary, Part::Issues, Part::DecisionList, Part::Claims];
    let end = outline.next_after(from, &after).map_or(from, |next| next.start);
    from..end
}

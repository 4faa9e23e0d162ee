//! The board-certified paragraph: "The expert reviewer is Board Certified in ...", about 2014.

use super::Known;
use crate::letter::Layout;
use crate::parse::outline::{Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::{View, flow};
use crate::parse::{header, issues, reviewer, summary};
use std::ops::Range;

pub(super) const LAYOUT: Known = Known { layout: Layout::BoardCertified, recognises, read };

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    // Decision lists describe their reviewer by the same sentence.
    outline.first(Part::Issues).is_some()
        && outline.first(Part::DecisionList).is_none()
        && reviewer::credentials_sentence(&flow(view.text().get(opening(outline)).unwrap_or_default())).is_some()
}

fn read(reading: &mut Reading<'_, '_>) {
    let opening = opening(reading.outline);
    header::read(reading, reading.header_zone());
    reviewer::read_sentence(reading, opening);
    summary::read(reading);
    issues::read(reading);
}

/// The part that describes the reviewer: before the summary, or before the issues where there is no summary.
fn opening(outline: &Outline) -> Range<usize> {
    let from = outline.first(Part::How).map_or(0, |how| how.end);
    let end = outline.first(Part::Summary).or_else(|| outline.first(Part::Issues)).map_or(from, |next| next.start);
    from.min(end)..end
}

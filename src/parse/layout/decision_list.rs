//! The decision list: "IMR DECISION(S) AND RATIONALE(S)" over a numbered list, 2013 to 2014.

use super::Known;
use crate::letter::Layout;
use crate::parse::draft::Form;
use crate::parse::issues;
use crate::parse::outline::{Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::{contradiction, documents, header, reviewer, summary};

pub(super) const LAYOUT: Known = Known { layout: Layout::DecisionList, recognises, read };

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    // The heading alone is no letter: there is a decision with its outcome under it. The labels of other layouts may
    // stand under this heading, too.
    let headed = outline.first(Part::DecisionList).is_some();
    issues::numbered(view, outline) || (headed && issues::certain(view, outline))
}

fn read(reading: &mut Reading<'_, '_>) {
    header::read(reading, reading.header_zone());
    reviewer::read_sentence(reading, reading.reviewer_zones());
    documents::read(reading);
    summary::read(reading);
    issues::read(reading, Form::Sentences);
    contradiction::stated(reading);
}

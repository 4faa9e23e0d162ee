//! The credentials block: "The Expert Reviewer has the following credentials:", about 2015 to today.

use super::Known;
use crate::letter::Layout;
use crate::parse::outline::{Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::{header, issues, reviewer, summary};

pub(super) const LAYOUT: Known = Known { layout: Layout::Credentials, recognises, read };

fn recognises(_: &View<'_>, outline: &Outline) -> bool {
    let block = outline.first(Part::Credentials).or_else(|| outline.first(Part::Licensure));
    block.is_some() && outline.first(Part::Issues).is_some()
}

fn read(reading: &mut Reading<'_, '_>) {
    header::read(reading, reading.header_zone());
    reviewer::read_block(reading);
    summary::read(reading);
    issues::read(reading);
}

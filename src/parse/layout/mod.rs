//! The known layouts. A new one is a file here and a line in [`KNOWN`].

mod board_certified;
mod credentials;
mod decision_list;
mod notice;
mod professional_review;

use super::outline::Outline;
use super::reading::Reading;
use super::text::View;
use crate::letter::Layout;

/// How a layout is recognised and read.
pub(super) struct Known {
    /// The layout.
    pub(super) layout: Layout,
    /// Whether a letter has this layout for certain.
    pub(super) recognises: fn(&View<'_>, &Outline) -> bool,
    /// Reads a letter of this layout.
    pub(super) read: fn(&mut Reading<'_, '_>),
}

/// The known layouts; the first that recognises a letter reads it.
pub(super) const KNOWN: &[Known] = &[
    credentials::LAYOUT,
    notice::LAYOUT,
    professional_review::LAYOUT,
    decision_list::LAYOUT,
    board_certified::LAYOUT,
    credentials::WITHOUT_BLOCK,
];

//! Request text to service category, by tables in `schema/` that a clerk can extend.

/// The class of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// The service category, such as `rehabilitation/acupuncture`.
    pub category: &'static str,
    /// The group of a drug, such as `opioid`.
    pub drug_group: Option<&'static str>,
    /// The generic name of a drug.
    pub drug: Option<&'static str>,
    /// How sure the category is, in percent.
    pub confidence: u8,
}

/// The category where there is nothing to go on.
pub const OTHER: &str = "other/other";

/// Classifies a request.
pub fn classify(_request: &str) -> Class {
    Class { category: OTHER, drug_group: None, drug: None, confidence: 0 }
}

//! The parts of a letter that headings and labels open.

/// What a heading or label opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// "HOW THE IMR FINAL DETERMINATION WAS MADE"
    How,
    /// "The Expert Reviewer has the following credentials:"
    Credentials,
    /// "State(s) of Licensure:"
    Licensure,
    /// "Certification(s)/Specialty:"
    Specialty,
    /// "CLINICAL CASE SUMMARY"
    Summary,
    /// "IMR ISSUES, DECISIONS AND RATIONALES"
    Issues,
    /// "IMR DECISION(S) AND RATIONALE(S)", the heading of the decision list layout.
    DecisionList,
    /// "Final Determination: UPHOLD", before the outcome.
    Stated,
    /// "DOCUMENTS REVIEWED", "Documents Reviewed for Determination"
    Documents,
    /// "Medical Qualifications of the Expert Reviewer", "MEDICAL REVIEWER QUALIFICATIONS"
    Qualifications,
    /// What closes a letter: "Effect of the Decision", "Disclaimer: MAXIMUS is providing ..."
    Closing,
    /// "Notice of Independent Medical Review Determination"
    Notice,
    /// "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE"
    NoticeDecision,
    /// "1) MAXIMUS Federal Services, Inc. has determined ...", from its number on.
    Determined,
    /// "1) Regarding the request for ...", from its number on.
    Regarding,
    /// "Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer ..."
    ReliedUpon,
    /// "MEDICAL PROFESSIONAL REVIEW"
    ReviewTitle,
    /// "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY"
    Guidelines,
    /// "ISSUE AT DISPUTE"
    Dispute,
    /// "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS ..."; it ends before "IS/WAS".
    Why,
    /// "Claims Administrator guideline:"
    Claims,
    /// "MAXIMUS guideline:"
    Reviewer,
    /// "Decision rationale:", "Rationale for the Decision:"
    Rationale,
    /// "The Claims Administrator based its decision on ...", at the start of a line.
    ClaimsSentence,
    /// "The Physician Reviewer based his/her decision on ...", at the start of a line.
    ReviewerSentence,
}

impl Part {
    /// The headings of sections, each of which ends the section before it.
    pub(super) const SECTIONS: &[Self] = &[
        Self::How,
        Self::Credentials,
        Self::Summary,
        Self::Issues,
        Self::DecisionList,
        Self::Documents,
        Self::Qualifications,
        Self::Closing,
        Self::Notice,
        Self::NoticeDecision,
        Self::Determined,
        Self::Regarding,
        Self::ReviewTitle,
        Self::Guidelines,
        Self::Dispute,
        Self::Why,
    ];

    /// The labels of an issue, in their order.
    pub(super) const LABELS: &[Self] = &[Self::Claims, Self::Reviewer, Self::Rationale];

    /// The parts of notices and professional reviews, whose words are those of a text in other layouts.
    pub(super) const OF_OTHERS: &[Self] = &[
        Self::Notice,
        Self::Determined,
        Self::Regarding,
        Self::ReviewTitle,
        Self::Guidelines,
        Self::Dispute,
        Self::Why,
    ];
}

//! Hits of an engine are those of an index here.

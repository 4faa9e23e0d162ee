//! The names under which values are exported.

use std::fmt;

/// The text is not the name of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a known name")
    }
}

impl std::error::Error for UnknownName {}

/// Gives an enumeration the names under which it is exported, and parses them back.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The name in exported records.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::letter::UnknownName;

            fn from_str(s: &str) -> Result<Self, $crate::letter::UnknownName> {
                Self::ALL.iter().copied().find(|v| v.name().eq_ignore_ascii_case(s)).ok_or($crate::letter::UnknownName)
            }
        }
    };
}

pub(super) use names;

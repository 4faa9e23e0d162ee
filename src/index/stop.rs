//! Whether somebody still waits for what is read of an index.

use std::fmt;
use std::sync::Arc;

/// Whether work is to end before it is done. It is asked between parts of the work, none of which takes long.
#[derive(Clone, Default)]
pub struct Stop(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Stop {
    /// Work that is always done to its end.
    pub fn never() -> Self {
        Self(None)
    }

    /// Work that ends once this is so. It is asked often, and by any thread.
    pub fn when(is_so: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_so)))
    }

    /// Whether the work is to end.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|is_so| is_so())
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stop").field(&self.0.is_some()).finish()
    }
}

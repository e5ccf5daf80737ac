//! `Identifier`: a name of the tree, its text shared by all nodes of one source that have it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// An identifier, NFKC-normalised.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Arc<str>);

impl Identifier {
    /// Whether both share one text, and where it stands.
    #[inline]
    pub fn is(&self, other: &Identifier) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where the text stands, which tells identifiers that share it from others as long as one of them lives.
    #[inline]
    pub fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// The text as it is shared.
    #[inline]
    pub fn as_shared(&self) -> &Arc<str> {
        &self.0
    }

    /// The text, shared.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl Deref for Identifier {
    type Target = str;

    #[inline(always)]
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Identifier {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Identifier {
        Identifier(text.into())
    }
}

impl From<String> for Identifier {
    fn from(text: String) -> Identifier {
        Identifier(text.into())
    }
}

impl From<Box<str>> for Identifier {
    fn from(text: Box<str>) -> Identifier {
        Identifier(text.into())
    }
}

impl From<std::borrow::Cow<'_, str>> for Identifier {
    fn from(text: std::borrow::Cow<'_, str>) -> Identifier {
        Identifier(text.into())
    }
}

impl From<Arc<str>> for Identifier {
    fn from(text: Arc<str>) -> Identifier {
        Identifier(text)
    }
}

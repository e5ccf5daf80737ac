//! An XML parser that reports what expat reports: the same events, places and error codes.
//!
//! It is fed with pieces of a document and asked for one event after the other, so that whoever asks may do as it likes in
//! between. It knows no objects and calls nobody back. Nesting is kept on stacks of its own; what entities blow up is
//! counted and limited as expat does.

pub mod chars;
mod content;
mod decode;
mod doctype;
mod namespaces;
mod parser;
mod prolog;
mod scan;

pub use parser::{Parser, Settings};

/// expat's error codes, by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Code {
    NoMemory = 1,
    Syntax = 2,
    NoElements = 3,
    InvalidToken = 4,
    UnclosedToken = 5,
    PartialChar = 6,
    TagMismatch = 7,
    DuplicateAttribute = 8,
    JunkAfterDocElement = 9,
    ParamEntityRef = 10,
    UndefinedEntity = 11,
    RecursiveEntityRef = 12,
    AsyncEntity = 13,
    BadCharRef = 14,
    BinaryEntityRef = 15,
    AttributeExternalEntityRef = 16,
    MisplacedXmlPi = 17,
    UnknownEncoding = 18,
    IncorrectEncoding = 19,
    UnclosedCdataSection = 20,
    ExternalEntityHandling = 21,
    NotStandalone = 22,
    CantChangeFeatureOnceParsing = 26,
    UnboundPrefix = 27,
    UndeclaringPrefix = 28,
    IncompletePe = 29,
    XmlDecl = 30,
    TextDecl = 31,
    PublicId = 32,
    Finished = 36,
    ReservedPrefixXml = 38,
    ReservedPrefixXmlns = 39,
    ReservedNamespaceUri = 40,
    AmplificationLimitBreach = 43,
}

/// expat's messages, by code; the first is that of no error.
pub const MESSAGES: [&str; 45] = [
    "",
    "out of memory",
    "syntax error",
    "no element found",
    "not well-formed (invalid token)",
    "unclosed token",
    "partial character",
    "mismatched tag",
    "duplicate attribute",
    "junk after document element",
    "illegal parameter entity reference",
    "undefined entity",
    "recursive entity reference",
    "asynchronous entity",
    "reference to invalid character number",
    "reference to binary entity",
    "reference to external entity in attribute",
    "XML or text declaration not at start of entity",
    "unknown encoding",
    "encoding specified in XML declaration is incorrect",
    "unclosed CDATA section",
    "error in processing external entity reference",
    "document is not standalone",
    "unexpected parser state - please send a bug report",
    "entity declared in parameter entity",
    "requested feature requires XML_DTD support in Expat",
    "cannot change setting once parsing has begun",
    "unbound prefix",
    "must not undeclare prefix",
    "incomplete markup in parameter entity",
    "XML declaration not well-formed",
    "text declaration not well-formed",
    "illegal character(s) in public id",
    "parser suspended",
    "parser not suspended",
    "parsing aborted",
    "parsing finished",
    "cannot suspend in external parameter entity",
    "reserved prefix (xml) must not be undeclared or bound to another namespace name",
    "reserved prefix (xmlns) must not be declared or undeclared",
    "prefix must not be bound to one of the reserved namespace names",
    "invalid argument",
    "a successful prior call to function XML_GetBuffer is required",
    "limit on input amplification factor (from DTD and entities) breached",
    "parser not started",
];

/// The content model of an element declaration: a tree whose root is the first node. However deep, it is one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    pub nodes: Vec<Node>,
}

/// A part of a content model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// 1 EMPTY, 2 ANY, 3 mixed, 4 a name, 5 a choice, 6 a sequence.
    pub kind: i32,
    /// 0 none, 1 `?`, 2 `*`, 3 `+`.
    pub quantifier: i32,
    pub name: Option<String>,
    /// The numbers of the parts.
    pub children: Vec<usize>,
}

impl Model {
    /// Adds a node without parts: its number.
    pub(crate) fn add(&mut self, kind: i32, name: Option<String>) -> usize {
        self.nodes.push(Node { kind, quantifier: 0, name, children: Vec::new() });
        self.nodes.len() - 1
    }
}

/// Where an entity or notation lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct External {
    pub system: Option<String>,
    pub public: Option<String>,
}

/// What the parser reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i32,
    },
    StartElement {
        name: String,
        attributes: Vec<(String, String)>,
        specified: usize,
    },
    EndElement {
        name: String,
    },
    Text(String),
    ProcessingInstruction {
        target: String,
        data: String,
    },
    Comment(String),
    StartCdata,
    EndCdata,
    StartDoctype {
        name: String,
        external: External,
        has_internal_subset: bool,
    },
    EndDoctype,
    /// `value` is that of an internal entity, `notation` that of an unparsed one.
    EntityDecl {
        name: String,
        is_parameter: bool,
        value: Option<String>,
        external: External,
        notation: Option<String>,
    },
    NotationDecl {
        name: String,
        external: External,
    },
    ElementDecl {
        name: String,
        model: Model,
    },
    AttlistDecl {
        element: String,
        attribute: String,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace {
        prefix: Option<String>,
    },
    ExternalEntityRef {
        context: Option<String>,
        external: External,
    },
    SkippedEntity {
        name: String,
        is_parameter: bool,
    },
    /// The document is not standalone: refused unless the handler agrees.
    NotStandalone,
    /// Markup that only a default handler sees.
    Other,
    /// The document names an encoding that is not known here: a table of its 256 bytes is wanted.
    UnknownEncoding(String),
}

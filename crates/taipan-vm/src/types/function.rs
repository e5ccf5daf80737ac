//! `function`: code, globals, defaults and closure.

use crate::gc::Gc;
use crate::heap_object;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub mod builtins;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// A Python function.
    pub struct Function = Builtin::Function {
        /// The code object (`types::code::Code`).
        pub code: Value,
        pub globals: Gc<Dict>,
        /// The builtins that go with the globals.
        pub builtins: Gc<Dict>,
        pub name: Value,
        pub qualname: Value,
        pub doc: Value,
        /// `__module__`.
        pub module: Value,
        pub defaults: Option<Gc<Tuple>>,
        pub kwdefaults: Option<Gc<Dict>>,
        pub closure: Option<Gc<Tuple>>,
        pub annotations: Option<Value>,
        pub annotate: Option<Value>,
        pub type_params: Option<Value>,
        /// Bumped when code, defaults or kwdefaults change; guards specialised calls.
        pub version: u32,
        /// Whether `annotate` was made by the compiler and still has the qualified name of its code object.
        pub annotate_unnamed: bool,
    }
}

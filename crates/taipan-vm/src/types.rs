//! The built-in types: one file or folder each, one row here.
//!
//! The number of a row is the shape id of exact instances of the type.

use crate::spec::TypeSpec;

macro_rules! builtin_types {
    ($($variant:ident => $spec:path,)*) => {
        /// The core types that have a shape id known at compile time.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub enum Builtin {
            /// Shape id 0: immediates have none.
            Immediate,
            $($variant,)*
        }

        const ALL: &[Builtin] = &[Builtin::Immediate, $(Builtin::$variant,)*];

        /// The specs by shape id.
        pub static BUILTIN_TYPES: &[&TypeSpec] = &[&object::TYPE, $(&$spec,)*];
    };
}

pub mod array;
pub mod buffer_wrapper;
pub mod builtin_method;
pub mod bytearray;
pub mod bytes;
pub mod capsule;
pub mod cell;
pub mod classmethod;
pub mod code;
pub mod complex;
pub mod descriptor;
pub mod dict;
pub mod enumerate;
pub mod exceptions;
pub mod float;
pub mod frame;
pub mod function;
pub mod generator;
pub mod generic_alias;
pub mod indexed_iterator;
pub mod int;
pub mod iterators;
pub mod list;
pub mod map;
pub mod mapped_bytes;
pub mod mappingproxy;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod namespace;
pub mod object;
pub mod property;
pub mod range;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod staticmethod;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod template;
pub mod traceback;
pub mod tuple;
pub mod type_;
pub mod union;
pub mod weakref;
pub mod zip;

builtin_types! {
    Object => object::TYPE,
    Type => type_::TYPE,
    ValueArray => array::VALUE_ARRAY,
    RawArray => array::RAW_ARRAY,
    Int => int::TYPE,
    Bool => int::BOOL,
    Float => float::TYPE,
    Str => str::TYPE,
    SharedStr => str::shared::TYPE,
    Tuple => tuple::TYPE,
    List => list::TYPE,
    Dict => dict::TYPE,
    DictStorage => dict::storage::TYPE,
    Module => module::TYPE,
    Function => function::TYPE,
    BuiltinMethod => builtin_method::TYPE,
    MethodDescriptor => descriptor::METHOD_DESCRIPTOR,
    ClassMethodDescriptor => descriptor::CLASSMETHOD_DESCRIPTOR,
    WrapperDescriptor => descriptor::WRAPPER_DESCRIPTOR,
    MethodWrapper => descriptor::METHOD_WRAPPER,
    GetSetDescriptor => descriptor::GETSET_DESCRIPTOR,
    MemberDescriptor => descriptor::MEMBER_DESCRIPTOR,
    StaticMethod => staticmethod::TYPE,
    ClassMethod => classmethod::TYPE,
    Method => method::TYPE,
    Property => property::TYPE,
    Cell => cell::TYPE,
    Code => code::TYPE,
    Executable => crate::interp::executable::TYPE,
    ConstantPool => code::pool::TYPE,
    PlainInit => crate::interp::ops::plain_init::TYPE,
    Frame => frame::TYPE,
    Traceback => traceback::TYPE,
    Generator => generator::TYPE,
    Coroutine => generator::COROUTINE,
    CoroutineWrapper => generator::COROUTINE_WRAPPER,
    AsyncGenerator => generator::ASYNC_GENERATOR,
    AnextAwaitable => generator::anext::TYPE,
    AsyncGenASend => generator::asynchronous::ASEND_TYPE,
    AsyncGenAThrow => generator::asynchronous::ATHROW_TYPE,
    AsyncGenWrappedValue => generator::asynchronous::WRAPPED_TYPE,
    MappingProxy => mappingproxy::TYPE,
    FrameLocalsProxy => frame::locals_proxy::TYPE,
    GenericAlias => generic_alias::TYPE,
    Union => union::TYPE,
    SequenceIterator => iterators::SEQUENCE_ITERATOR,
    Bytes => bytes::TYPE,
    ByteArray => bytearray::TYPE,
    BytesIterator => bytes::iterator::BYTES_ITERATOR,
    MemoryView => memoryview::TYPE,
    MemoryIterator => memoryview::iterator::TYPE,
    ByteArrayIterator => bytes::iterator::BYTEARRAY_ITERATOR,
    NoneType => singletons::NONE_TYPE,
    Ellipsis => singletons::ELLIPSIS_TYPE,
    NotImplemented => singletons::NOT_IMPLEMENTED_TYPE,
    Slice => slice::TYPE,
    ListIterator => list::iterator::LIST_ITERATOR,
    ListReverseIterator => list::iterator::LIST_REVERSE_ITERATOR,
    DictKeys => dict::view::KEYS,
    DictValues => dict::view::VALUES,
    DictItems => dict::view::ITEMS,
    DictKeyIterator => dict::iterator::KEY_ITERATOR,
    DictValueIterator => dict::iterator::VALUE_ITERATOR,
    DictItemIterator => dict::iterator::ITEM_ITERATOR,
    DictReverseKeyIterator => dict::iterator::REVERSE_KEY_ITERATOR,
    DictReverseValueIterator => dict::iterator::REVERSE_VALUE_ITERATOR,
    DictReverseItemIterator => dict::iterator::REVERSE_ITEM_ITERATOR,
    Set => set::TYPE,
    FrozenSet => set::FROZENSET,
    SetIterator => set::iterator::TYPE,
    CallableIterator => iterators::CALLABLE_ITERATOR,
    Enumerate => enumerate::TYPE,
    Reversed => enumerate::REVERSED,
    Zip => zip::TYPE,
    Map => map::TYPE,
    Filter => map::FILTER,
    SimpleNamespace => namespace::TYPE,
    TupleIterator => tuple::iterator::TYPE,
    Super => super_::TYPE,
    WeakRef => weakref::TYPE,
    WeakProxy => weakref::proxy::TYPE,
    CallableWeakProxy => weakref::proxy::CALLABLE,
    StrIterator => str::iterator::TYPE,
    StrAsciiIterator => str::iterator::ASCII_TYPE,
    Complex => complex::TYPE,
    Template => template::TYPE,
    Interpolation => template::interpolation::TYPE,
    TemplateIterator => template::ITERATOR,
    Range => range::TYPE,
    RangeIterator => range::iterator::ITERATOR,
    LongRangeIterator => range::iterator::LONG_ITERATOR,
    MappedBytes => mapped_bytes::TYPE,
}

impl Builtin {
    /// How many built-in shapes there are.
    pub const COUNT: usize = BUILTIN_TYPES.len();

    /// The description of the type.
    pub fn spec(self) -> &'static TypeSpec {
        BUILTIN_TYPES[self as usize]
    }

    /// The built-in type whose exact instances have shape `id`.
    pub fn from_id(id: u32) -> Option<Builtin> {
        ALL.get(id as usize).copied().filter(|_| id != 0)
    }
}

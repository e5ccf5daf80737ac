//! `Gc<T>`: a typed heap pointer, and `heap_object!`, which declares the native layouts.
//!
//! Reading borrows the VM (`list.get(vm)`), writing borrows it mutably (`list.get_mut(vm)`, the write barrier).
//! What may allocate, collect or run Python takes `&mut Vm`, so no reference into the heap survives a safepoint.

use std::marker::PhantomData;
use std::ptr::NonNull;

use taipan_heap::Header;
pub use taipan_heap::{Layout, Tail};

use crate::value::Value;
use crate::vm::Vm;

/// A pointer to a heap object of layout `T`; `Copy`, no lifetime, one word, never null.
///
/// The same rule as for `Value`: native locals, VM stack, traced fields, nowhere else.
#[repr(transparent)]
pub struct Gc<T: HeapObject>(NonNull<T>, PhantomData<*mut T>);

impl<T: HeapObject> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: HeapObject> Copy for Gc<T> {}

impl<T: HeapObject> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: HeapObject> Eq for Gc<T> {}

impl<T: HeapObject> std::fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gc({:p})", self.0)
    }
}

/// The identity of a native layout: what the fixed first words of an object are, and of what it is an extension.
pub struct NativeLayout {
    /// The Rust name of the layout.
    pub name: &'static str,
    /// Sizes and pointer words.
    pub layout: Layout,
    /// The layout whose words this one begins with.
    pub base: Option<&'static NativeLayout>,
}

impl NativeLayout {
    /// Whether an object of this layout begins with the words of `other`.
    #[inline]
    pub fn extends(&'static self, other: &'static NativeLayout) -> bool {
        let mut layout = self;
        loop {
            if std::ptr::eq(layout, other) {
                return true;
            }
            match layout.base {
                Some(base) => layout = base,
                None => return false,
            }
        }
    }
}

/// The header word of a new object; the heap overwrites it on allocation. Aligned like the words behind it: objects
/// are copied into the heap word by word.
#[repr(C, align(8))]
#[derive(Debug)]
pub struct HeaderWord(pub Header);

impl HeaderWord {
    /// A blank header, to fill the `header` field of an object under construction.
    pub const NEW: HeaderWord = HeaderWord(Header { shape: 0, bits: 0 });
}

/// A struct that describes the first words of a heap object.
///
/// # Safety
/// `#[repr(C)]`, first field the header (or a base `HeapObject`), all fields plain words, `native().layout` true to them.
/// Implemented by `heap_object!` only.
pub unsafe trait HeapObject: 'static {
    /// The shape id of exact instances of the built-in type with this layout; 0 if there is none.
    const EXACT_SHAPE: u32;
    /// The words that hold values, as in `Layout::values`.
    const VALUES: u64;

    /// The identity of the layout.
    fn native() -> &'static NativeLayout;
}

impl<T: HeapObject> Gc<T> {
    /// The object as a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::from_heap(self.0.cast())
    }

    /// The header word of the object.
    #[inline(always)]
    pub fn header(self) -> NonNull<Header> {
        self.0.cast()
    }

    /// Reads the object.
    #[inline(always)]
    pub fn get(self, _vm: &Vm) -> &T {
        // SAFETY: a `Gc` points at a live object of layout `T`; the shared borrow of the VM excludes writers and
        // collections for as long as the reference lives.
        unsafe { self.0.as_ref() }
    }

    /// Writes the object; this is the write barrier.
    #[inline(always)]
    pub fn get_mut(self, vm: &mut Vm) -> &mut T {
        vm.heap_mut().write_barrier(self.0.cast());
        let mut object = self.0;
        // SAFETY: as in `get`; the exclusive borrow of the VM makes this the only reference.
        unsafe { object.as_mut() }
    }

    /// The same pointer under the layout of a base or a checked extension.
    #[inline(always)]
    pub fn upcast<B: HeapObject>(self) -> Gc<B> {
        debug_assert!(T::native().extends(B::native()));
        Gc(self.0.cast(), PhantomData)
    }

    /// # Safety
    /// `value` must be a heap object of layout `T` or an extension of it.
    #[inline(always)]
    pub unsafe fn from_value_unchecked(value: Value) -> Gc<T> {
        debug_assert!(value.is_heap());
        // SAFETY: heap-tagged values are non-null pointers.
        Gc(unsafe { NonNull::new_unchecked(value.bits() as *mut T) }, PhantomData)
    }

    /// # Safety
    /// `object` must be a heap object of layout `T` or an extension of it.
    #[inline(always)]
    pub unsafe fn from_header(object: NonNull<Header>) -> Gc<T> {
        Gc(object.cast(), PhantomData)
    }
}

/// Whether a field of a heap object is a value word. Implemented for the plain word types.
///
/// # Safety
/// `IS_VALUE` must be true exactly for types whose word is 0, a `Value` or a heap pointer.
pub unsafe trait Field {
    /// True: the collector visits the word.
    const IS_VALUE: bool;
}

macro_rules! fields {
    ($($ty:ty => $is:literal),* $(,)?) => {
        $(
            // SAFETY: `Value` words are values, numbers are not.
            unsafe impl Field for $ty { const IS_VALUE: bool = $is; }
        )*
    };
}

fields! {
    Value => true, Option<Value> => true,
    u64 => false, i64 => false, usize => false, isize => false, f64 => false, bool => false,
    u32 => false, i32 => false, u16 => false, i16 => false, u8 => false, i8 => false,
    [u32; 2] => false, [u16; 4] => false, [u8; 8] => false, [u8; 7] => false, [u8; 6] => false,
    [u8; 4] => false, [u8; 3] => false,
}

// SAFETY: a `Gc` is a heap pointer.
unsafe impl<T: HeapObject> Field for Gc<T> {
    const IS_VALUE: bool = true;
}

// SAFETY: a heap pointer or 0.
unsafe impl<T: HeapObject> Field for Option<Gc<T>> {
    const IS_VALUE: bool = true;
}

// SAFETY: a static reference is a plain word for the collector.
unsafe impl<T: 'static> Field for &'static T {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl<T: 'static> Field for Option<&'static T> {
    const IS_VALUE: bool = false;
}

// SAFETY: as the word in it.
unsafe impl<T: HeapObject> Field for std::cell::Cell<Option<Gc<T>>> {
    const IS_VALUE: bool = true;
}

// SAFETY: pointers to native memory, of one word each.
unsafe impl<T> Field for std::cell::OnceCell<Box<T>> {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl<T> Field for std::sync::Arc<T> {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl<T> Field for std::cell::Cell<*const T> {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl<T> Field for std::cell::Cell<*mut T> {
    const IS_VALUE: bool = false;
}

// SAFETY: numbers.
unsafe impl Field for std::cell::Cell<u32> {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl Field for std::cell::Cell<usize> {
    const IS_VALUE: bool = false;
}

// SAFETY: as above.
unsafe impl Field for std::cell::Cell<bool> {
    const IS_VALUE: bool = false;
}

/// The bit of a field in a layout's bitmap of value words.
pub const fn field_bit(is_value: bool, offset: usize) -> u64 {
    if !is_value {
        return 0;
    }
    assert!(offset.is_multiple_of(8) && offset / 8 < 64, "value fields are whole words among the first 64");
    1 << (offset / 8)
}

/// Declares a native layout.
///
/// ```text
/// heap_object! {
///     /// A growable array of values.
///     pub struct List = Builtin::List {      // `= Builtin::X`: exact instances have that type's shape
///         pub len: usize,
///         pub items: Gc<ValueArray>,
///     }
/// }
/// heap_object! { pub struct OsError : BaseException { pub errno: Option<Value> } }   // extends a layout
/// heap_object! { pub struct Tuple = Builtin::Tuple { pub len: usize } tail Values(len) }
/// ```
/// With a tail, as many units as the low 48 bits of the named field say follow the fields.
#[macro_export]
macro_rules! heap_object {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(= $exact:path)? {
            $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)?
        }
        $(tail $tail:ident($len:ident))?
    ) => {
        $(#[$meta])*
        #[repr(C)]
        $vis struct $name {
            pub header: $crate::gc::HeaderWord,
            $($(#[$fmeta])* $fvis $field: $ty),*
        }
        $crate::heap_object!(@impl $name, 0, None, [$($exact)?], [$($field: $ty,)*], [$($tail $len)?]);
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident : $base:ident $(= $exact:path)? {
            $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[repr(C)]
        $vis struct $name {
            pub base: $base,
            $($(#[$fmeta])* $fvis $field: $ty),*
        }
        $crate::heap_object!(@impl $name, <$base as $crate::gc::HeapObject>::VALUES,
            Some(<$base as $crate::gc::HeapObject>::native()), [$($exact)?], [$($field: $ty,)*], []);
    };
    (@impl $name:ident, $bits:expr, $native_base:expr, [$($exact:path)?], [$($field:ident: $ty:ty,)*],
     [$($tail:ident $len:ident)?]) => {
        // SAFETY: `repr(C)`, header first, fields are plain words by `Field`, the bitmap is made from the fields.
        #[allow(unsafe_code)]
        unsafe impl $crate::gc::HeapObject for $name {
            const EXACT_SHAPE: u32 = 0 $(+ $exact as u32)?;
            const VALUES: u64 = $bits
                $(| $crate::gc::field_bit(<$ty as $crate::gc::Field>::IS_VALUE, std::mem::offset_of!($name, $field)))*;

            fn native() -> &'static $crate::gc::NativeLayout {
                static NATIVE: std::sync::LazyLock<$crate::gc::NativeLayout> =
                    std::sync::LazyLock::new(|| $crate::gc::NativeLayout {
                        name: stringify!($name),
                        layout: $crate::gc::Layout::with_tail(
                            (std::mem::size_of::<$name>() / 8) as u16,
                            <$name as $crate::gc::HeapObject>::VALUES,
                            $crate::heap_object!(@tail $name $($tail $len)?),
                        ),
                        base: $native_base,
                    });
                &NATIVE
            }
        }
    };
    (@tail $name:ident) => { $crate::gc::Tail::None };
    (@tail $name:ident $tail:ident $len:ident) => {
        $crate::gc::Tail::$tail { len_word: (std::mem::offset_of!($name, $len) / 8) as u16 }
    };
}

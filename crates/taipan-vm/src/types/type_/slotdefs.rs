//! The table between special method names and slots: makes slot wrappers for built-in types and chooses the slots of
//! classes made from Python (CPython's `slotdefs`, `add_operators`, `update_one_slot`).

use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::names::{Atom, name};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::buffer_wrapper;
use crate::types::descriptor::{MethodDescriptor, WrapperDescriptor};
use crate::types::dict::Dict;
use crate::types::object;
use crate::types::str::Str;
use crate::types::type_::{Type, trampolines as t};
use crate::value::Value;
use crate::vm::Vm;

/// One special method and its slot.
pub struct SlotDef {
    pub name: Atom,
    /// Offset of the slot in `Slots`: rows with the same one feed the same slot.
    slot: usize,
    /// `__text_signature__`.
    pub signature: &'static str,
    pub doc: &'static str,
    /// Whether the slot is filled.
    pub has: fn(&Slots) -> bool,
    /// Whether two slot tables hold the same native function here.
    pub same: fn(&Slots, &Slots) -> bool,
    /// Copies the slot from another table (`None` in `from` clears it).
    pub copy: fn(to: &mut Slots, from: &Slots),
    /// Puts the trampoline that calls the Python method into the slot; `None` when the slot has none (`__add__` of
    /// sequences).
    pub trampoline: Option<fn(&mut Slots)>,
    /// Calls the slot for `wrapper(self, *args)`.
    pub call: fn(&mut Vm, &Slots, Value, Args<'_>) -> Result<Value, Raised>,
}

macro_rules! slot_row {
    ($name:ident, $slot:ident, $signature:literal, $doc:literal, $call:expr, $trampoline:expr) => {
        SlotDef {
            name: name::$name,
            slot: std::mem::offset_of!(Slots, $slot),
            signature: $signature,
            doc: $doc,
            has: |s| s.$slot.is_some(),
            same: |a, b| match (a.$slot, b.$slot) {
                (Some(a), Some(b)) => std::ptr::fn_addr_eq(a, b),
                (None, None) => true,
                _ => false,
            },
            copy: |to, from| to.$slot = from.$slot,
            trampoline: $trampoline,
            call: $call,
        }
    };
}

macro_rules! slot_defs {
    ($($kind:ident $name:ident $slot:ident $(= $trampoline:ident)? [$signature:literal $doc:literal];)*) => {
        /// All rows, in CPython's order where order matters.
        pub static SLOT_DEFS: &[SlotDef] = &[
            $(slot_row!($name, $slot, $signature, $doc, |vm, slots, this, args| match slots.$slot {
                Some(slot) => call_kind!($kind, vm, slot, this, args, $name),
                None => Ok(Value::NOT_IMPLEMENTED),
            }, slot_defs!(@trampoline $slot $($trampoline)?)),)*
        ];
    };
    (@trampoline $slot:ident $trampoline:ident) => { Some(|s: &mut Slots| s.$slot = Some(t::$trampoline)) };
    (@trampoline $slot:ident) => { None };
}

fn exact_args(vm: &mut Vm, args: Args<'_>, n: usize, name: Atom) -> Result<(), Raised> {
    if args.has_keywords() {
        let text = vm.name(name).get(vm).to_string_lossy();
        return Err(vm.raise(Exc::TypeError, format!("wrapper {text}() takes no keyword arguments")));
    }
    if args.len() != n {
        let s = if n == 1 { "" } else { "s" };
        // Some wrappers unpack their arguments as functions do, which name themselves.
        let named = n == 2 || name == name::BUFFER || name == name::RELEASE_BUFFER;
        let text = if named { vm.name(name).get(vm).to_string_lossy() + " " } else { String::new() };
        return Err(vm.raise(Exc::TypeError, format!("{text}expected {n} argument{s}, got {}", args.len())));
    }
    Ok(())
}

fn ternary_args(vm: &mut Vm, args: Args<'_>, name: Atom) -> Result<(Value, Value), Raised> {
    if args.has_keywords() {
        exact_args(vm, args, 1, name)?;
    }
    match args.len() {
        1 => Ok((args.get(0), Value::NONE)),
        2 => Ok((args.get(0), args.get(1))),
        n => {
            let (word, bound) = if n < 1 { ("at least", 1) } else { ("at most", 2) };
            let s = if bound == 1 { "" } else { "s" };
            let method = vm.name(name).get(vm).to_string_lossy();
            Err(vm.raise(Exc::TypeError, format!("{method} expected {word} {bound} argument{s}, got {n}")))
        }
    }
}

fn power_args(vm: &mut Vm, args: Args<'_>, name: Atom) -> Result<(Value, Value), Raised> {
    if args.has_keywords() {
        exact_args(vm, args, 1, name)?;
    }
    match args.len() {
        1 => Ok((args.get(0), Value::NONE)),
        2 => Ok((args.get(0), args.get(1))),
        n => Err(vm.raise(Exc::TypeError, format!("expected 1 or 2 arguments, got {n}"))),
    }
}

macro_rules! call_kind {
    (unary, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 0, name::$name)?;
        $slot($vm, $this)
    }};
    (binary, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        $slot($vm, $this, $args.get(0))
    }};
    (reflected, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        $slot($vm, $args.get(0), $this)
    }};
    (ternary, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        let (b, c) = power_args($vm, $args, name::$name)?;
        $slot($vm, $this, b, c)
    }};
    (reflected_ternary, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        let (b, c) = power_args($vm, $args, name::$name)?;
        $slot($vm, b, $this, c)
    }};
    (inquiry, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 0, name::$name)?;
        Ok(Value::bool($slot($vm, $this)?))
    }};
    (length, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 0, name::$name)?;
        let length = $slot($vm, $this)?;
        $vm.new_int(length as i64)
    }};
    (hash, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 0, name::$name)?;
        let hash = $slot($vm, $this)?;
        $vm.new_int(hash)
    }};
    (contains, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        Ok(Value::bool($slot($vm, $this, $args.get(0))?))
    }};
    (repeat, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        let count = $vm.index_isize($args.get(0))?;
        $slot($vm, $this, count)
    }};
    (set_item, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 2, name::$name)?;
        $slot($vm, $this, $args.get(0), Some($args.get(1))).map(|()| Value::NONE)
    }};
    (del_item, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        $slot($vm, $this, $args.get(0), None).map(|()| Value::NONE)
    }};
    (compare_lt, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Lt, $vm, $slot, $this, $args, $name)
    };
    (compare_le, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Le, $vm, $slot, $this, $args, $name)
    };
    (compare_eq, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Eq, $vm, $slot, $this, $args, $name)
    };
    (compare_ne, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Ne, $vm, $slot, $this, $args, $name)
    };
    (compare_gt, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Gt, $vm, $slot, $this, $args, $name)
    };
    (compare_ge, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        call_kind!(@compare Ge, $vm, $slot, $this, $args, $name)
    };
    (@compare $op:ident, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        $slot($vm, $this, $args.get(0), Comparison::$op)
    }};
    (get_attr, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        let attribute = $vm.attr_name($args.get(0))?;
        $slot($vm, $this, attribute)
    }};
    (set_attr, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 2, name::$name)?;
        let attribute = $vm.attr_name($args.get(0))?;
        object::check_foreign_setattr($vm, $this, $slot, "__setattr__")?;
        $slot($vm, $this, attribute, Some($args.get(1))).map(|()| Value::NONE)
    }};
    (del_attr, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        let attribute = $vm.attr_name($args.get(0))?;
        object::check_foreign_setattr($vm, $this, $slot, "__delattr__")?;
        $slot($vm, $this, attribute, None).map(|()| Value::NONE)
    }};
    (next, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 0, name::$name)?;
        match $slot($vm, $this)? {
            Some(item) => Ok(item),
            None => Err($vm.raise_with(Exc::StopIteration, &[])),
        }
    }};
    (call, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        $slot($vm, $this, $args)
    };
    (init, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {
        $slot($vm, $this, $args).map(|()| Value::NONE)
    };
    (descr_get, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        let (object, owner) = ternary_args($vm, $args, name::$name)?;
        let (object, owner) = (object.not_none(), owner.not_none());
        if object.is_none() && owner.is_none() {
            return Err($vm.raise(Exc::TypeError, "__get__(None, None) is invalid"));
        }
        $slot($vm, $this, object, owner)
    }};
    (descr_set, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 2, name::$name)?;
        $slot($vm, $this, $args.get(0), Some($args.get(1))).map(|()| Value::NONE)
    }};
    (get_buffer, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        buffer_wrapper::of_native($vm, $slot, $this, $args.get(0))
    }};
    (release_buffer, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        buffer_wrapper::release_native($vm, $slot, $this, $args.get(0))
    }};
    (descr_delete, $vm:ident, $slot:ident, $this:ident, $args:ident, $name:ident) => {{
        exact_args($vm, $args, 1, name::$name)?;
        $slot($vm, $this, $args.get(0), None).map(|()| Value::NONE)
    }};
}

slot_defs! {
    get_attr GETATTRIBUTE getattro = getattro ["($self, name, /)" "Return getattr(self, name)."];
    set_attr SETATTR setattro = setattro ["($self, name, value, /)" "Implement setattr(self, name, value)."];
    del_attr DELATTR setattro = setattro ["($self, name, /)" "Implement delattr(self, name)."];
    unary REPR repr = repr ["($self, /)" "Return repr(self)."];
    hash HASH hash = hash ["($self, /)" "Return hash(self)."];
    call CALL call = call ["($self, /, *args, **kwargs)" "Call self as a function."];
    unary STR str = str ["($self, /)" "Return str(self)."];
    compare_lt LT richcompare = richcompare ["($self, value, /)" "Return self<value."];
    compare_le LE richcompare = richcompare ["($self, value, /)" "Return self<=value."];
    compare_eq EQ richcompare = richcompare ["($self, value, /)" "Return self==value."];
    compare_ne NE richcompare = richcompare ["($self, value, /)" "Return self!=value."];
    compare_gt GT richcompare = richcompare ["($self, value, /)" "Return self>value."];
    compare_ge GE richcompare = richcompare ["($self, value, /)" "Return self>=value."];
    unary ITER iter = iter ["($self, /)" "Implement iter(self)."];
    next NEXT next = next ["($self, /)" "Implement next(self)."];
    descr_get GET descr_get = descr_get ["($self, instance, owner=None, /)" "Return an attribute of instance, which is of type owner."];
    descr_set SET descr_set = descr_set ["($self, instance, value, /)" "Set an attribute of instance to value."];
    descr_delete DELETE descr_set = descr_set ["($self, instance, /)" "Delete an attribute of instance."];
    init INIT init = init ["($self, /, *args, **kwargs)" "Initialize self.  See help(type(self)) for accurate signature."];
    unary DEL del = del ["($self, /)" "Called when the instance is about to be destroyed."];
    unary AWAIT await_ = await_ ["($self, /)" "Return an iterator to be used in await expression."];
    unary AITER aiter = aiter ["($self, /)" "Return an awaitable, that resolves in asynchronous iterator."];
    unary ANEXT anext = anext ["($self, /)" "Return a value or raise StopAsyncIteration."];
    binary ADD add = add ["($self, value, /)" "Return self+value."];
    reflected RADD add = add ["($self, value, /)" "Return value+self."];
    binary SUB sub = sub ["($self, value, /)" "Return self-value."];
    reflected RSUB sub = sub ["($self, value, /)" "Return value-self."];
    binary MUL mul = mul ["($self, value, /)" "Return self*value."];
    reflected RMUL mul = mul ["($self, value, /)" "Return value*self."];
    binary MOD rem = rem ["($self, value, /)" "Return self%value."];
    reflected RMOD rem = rem ["($self, value, /)" "Return value%self."];
    binary DIVMOD divmod = divmod ["($self, value, /)" "Return divmod(self, value)."];
    reflected RDIVMOD divmod = divmod ["($self, value, /)" "Return divmod(value, self)."];
    ternary POW pow = pow ["($self, value, mod=None, /)" "Return pow(self, value, mod)."];
    reflected_ternary RPOW pow = pow ["($self, value, mod=None, /)" "Return pow(value, self, mod)."];
    unary NEG neg = neg ["($self, /)" "-self"];
    unary POS pos = pos ["($self, /)" "+self"];
    unary ABS abs = abs ["($self, /)" "abs(self)"];
    inquiry BOOL bool = bool ["($self, /)" "True if self else False"];
    unary INVERT invert = invert ["($self, /)" "~self"];
    binary LSHIFT lshift = lshift ["($self, value, /)" "Return self<<value."];
    reflected RLSHIFT lshift = lshift ["($self, value, /)" "Return value<<self."];
    binary RSHIFT rshift = rshift ["($self, value, /)" "Return self>>value."];
    reflected RRSHIFT rshift = rshift ["($self, value, /)" "Return value>>self."];
    binary AND and = and ["($self, value, /)" "Return self&value."];
    reflected RAND and = and ["($self, value, /)" "Return value&self."];
    binary XOR xor = xor ["($self, value, /)" "Return self^value."];
    reflected RXOR xor = xor ["($self, value, /)" "Return value^self."];
    binary OR or = or ["($self, value, /)" "Return self|value."];
    reflected ROR or = or ["($self, value, /)" "Return value|self."];
    unary INT int = int ["($self, /)" "int(self)"];
    unary FLOAT float = float ["($self, /)" "float(self)"];
    binary IADD iadd = iadd ["($self, value, /)" "Return self+=value."];
    binary ISUB isub = isub ["($self, value, /)" "Return self-=value."];
    binary IMUL imul = imul ["($self, value, /)" "Return self*=value."];
    binary IMOD irem = irem ["($self, value, /)" "Return self%=value."];
    ternary IPOW ipow = ipow ["($self, value, /)" "Return self**=value."];
    binary ILSHIFT ilshift = ilshift ["($self, value, /)" "Return self<<=value."];
    binary IRSHIFT irshift = irshift ["($self, value, /)" "Return self>>=value."];
    binary IAND iand = iand ["($self, value, /)" "Return self&=value."];
    binary IXOR ixor = ixor ["($self, value, /)" "Return self^=value."];
    binary IOR ior = ior ["($self, value, /)" "Return self|=value."];
    binary FLOORDIV floordiv = floordiv ["($self, value, /)" "Return self//value."];
    reflected RFLOORDIV floordiv = floordiv ["($self, value, /)" "Return value//self."];
    binary TRUEDIV truediv = truediv ["($self, value, /)" "Return self/value."];
    reflected RTRUEDIV truediv = truediv ["($self, value, /)" "Return value/self."];
    binary IFLOORDIV ifloordiv = ifloordiv ["($self, value, /)" "Return self//=value."];
    binary ITRUEDIV itruediv = itruediv ["($self, value, /)" "Return self/=value."];
    unary INDEX index = index ["($self, /)" "Return self converted to an integer, if self is suitable for use as an index into a list."];
    binary MATMUL matmul = matmul ["($self, value, /)" "Return self@value."];
    reflected RMATMUL matmul = matmul ["($self, value, /)" "Return value@self."];
    binary IMATMUL imatmul = imatmul ["($self, value, /)" "Return self@=value."];
    get_buffer BUFFER get_buffer = get_buffer ["($self, flags, /)" "Return a buffer object that exposes the underlying memory of the object."];
    release_buffer RELEASE_BUFFER release_buffer = release_buffer ["($self, buffer, /)" "Release the buffer object that exposes the underlying memory of the object."];
    length LEN len = len ["($self, /)" "Return len(self)."];
    binary GETITEM subscript = subscript ["($self, key, /)" "Return self[key]."];
    set_item SETITEM set_item = set_item ["($self, key, value, /)" "Set self[key] to value."];
    del_item DELITEM set_item = set_item ["($self, key, /)" "Delete self[key]."];
    contains CONTAINS contains = contains ["($self, key, /)" "Return bool(key in self)."];
    binary ADD concat ["($self, value, /)" "Return self+value."];
    repeat MUL repeat ["($self, value, /)" "Return self*value."];
    repeat RMUL repeat ["($self, value, /)" "Return value*self."];
    binary IADD iconcat ["($self, value, /)" "Implement self+=value."];
    repeat IMUL irepeat ["($self, value, /)" "Implement self*=value."];
}

/// Adds a slot wrapper to the class dict for each slot that the spec itself fills.
pub fn add_slot_wrappers(vm: &mut Vm, class: Gc<Type>, spec: &'static TypeSpec) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    for def in SLOT_DEFS {
        if !(def.has)(&spec.slots) {
            continue;
        }
        let key = vm.name(def.name);
        if Dict::get_str(dict, vm, key).is_some() {
            continue;
        }
        if def.name == name::HASH
            && spec
                .slots
                .hash
                .is_some_and(|hash| std::ptr::fn_addr_eq(hash, object::hash_not_implemented as crate::slots::Hash))
        {
            Dict::set_str(dict, vm, key, Value::NONE)?;
            continue;
        }
        let wrapper = vm.new_exact(WrapperDescriptor { header: HeaderWord::NEW, def, class })?;
        Dict::set_str(dict, vm, key, wrapper.value())?;
    }
    if spec.slots.new.is_some() {
        let key = vm.name(name::NEW);
        let new = super::native_new::new_wrapper(vm, class)?;
        Dict::set_str(dict, vm, key, new)?;
    }
    Ok(())
}

/// Chooses all slots of a class made from Python from what its MRO says.
pub fn update_all_slots(vm: &mut Vm, class: Gc<Type>) {
    for number in 0..SLOT_DEFS.len() {
        update_slot(vm, class, number);
    }
    update_new(vm, class);
}

/// Chooses again the slots that `changed` feeds, in the class and in those of its subclasses that inherit it.
pub fn update_slots_of(vm: &mut Vm, class: Gc<Type>, changed: Gc<Str>) {
    let Some(atom) = Str::known_atom(changed, vm) else { return };
    let mut found = atom == name::NEW || atom == name::GETATTR;
    for number in 0..SLOT_DEFS.len() {
        if SLOT_DEFS[number].name == atom {
            found = true;
            update_slot(vm, class, number);
        }
    }
    if atom == name::GETATTR {
        update_slot(vm, class, 0);
    }
    if atom == name::NEW {
        update_new(vm, class);
    }
    if !found {
        return;
    }
    for i in 0..Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i)
            && Dict::get_str(subclass.get(vm).dict, vm, changed).is_none()
        {
            update_slots_of(vm, subclass, changed);
        }
    }
}

/// Chooses the slots of a new class whose MRO is itself before that of `base`: those of the base, but for what the class's
/// own dict names.
pub fn inherit_then_update(vm: &mut Vm, class: Gc<Type>, base: Gc<Type>) {
    class.get_mut(vm).slots = base.get(vm).slots;
    let dict = class.get(vm).dict;
    let mut from = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, from) {
        from = number + 1;
        let Some(atom) = entry.key.exact::<Str>().and_then(|key| Str::known_atom(key, vm)) else { continue };
        for number in 0..SLOT_DEFS.len() {
            if SLOT_DEFS[number].name == atom || atom == name::GETATTR && SLOT_DEFS[number].name == name::GETATTRIBUTE {
                update_slot(vm, class, number);
            }
        }
    }
    update_new(vm, class);
}

/// The built-in type whose slot a plain method of a special name stands for (`dict.__getitem__`).
fn coexisting(vm: &Vm, attribute: Value, row: &SlotDef) -> Option<Gc<Type>> {
    let owner = attribute.exact::<MethodDescriptor>()?.get(vm).class;
    (row.has)(&owner.get(vm).slots).then_some(owner)
}

/// Chooses one slot: native when every name of it resolves to the wrapper of the same native function, else the
/// trampoline, else nothing.
fn update_slot(vm: &mut Vm, class: Gc<Type>, number: usize) {
    let def = &SLOT_DEFS[number];
    let mut native: Option<Gc<Type>> = None;
    let (mut generic, mut unhashable) = (false, false);
    for row in SLOT_DEFS {
        if row.slot != def.slot {
            continue;
        }
        let Some(attribute) = Type::lookup_name(class, vm, row.name) else { continue };
        if let Some(wrapper) = attribute.exact::<WrapperDescriptor>() {
            let (own, owner) = (wrapper.get(vm).def, wrapper.get(vm).class);
            if !Type::is_subtype(class, vm, owner) {
                generic = true;
                continue;
            }
            if !std::ptr::eq(own, row) {
                if own.name != row.name {
                    generic = true;
                }
                continue;
            }
            match native {
                Some(first) if !(row.same)(&first.get(vm).slots, &owner.get(vm).slots) => generic = true,
                _ => native = Some(owner),
            }
        } else if let Some(owner) = coexisting(vm, attribute, row)
            && Type::is_subtype(class, vm, owner)
        {
            native = native.or(Some(owner));
        } else if row.name == name::HASH && attribute.is_none() {
            unhashable = true;
        } else {
            generic = true;
        }
    }
    if def.name == name::GETATTRIBUTE && Type::lookup_name(class, vm, name::GETATTR).is_some() {
        generic = true;
    }
    let mut chosen = Slots::DEFAULT;
    if unhashable {
        chosen.hash = Some(object::hash_not_implemented);
    }
    let from = match (generic, native, def.trampoline) {
        (true, _, Some(trampoline)) => {
            trampoline(&mut chosen);
            &chosen
        }
        (_, Some(owner), _) => &owner.get(vm).slots.clone(),
        _ => &chosen,
    };
    (def.copy)(&mut class.get_mut(vm).slots, from);
}

fn update_new(vm: &mut Vm, class: Gc<Type>) {
    let found = Type::lookup_name(class, vm, name::NEW);
    let native = found.and_then(|value| super::native_new::native_new_of(vm, value));
    class.get_mut(vm).slots.new = match (found, native) {
        (_, Some(new)) if !class.get(vm).is_heap_type() || super::native_new::makes_layout_of(vm, new, class) => {
            Some(new)
        }
        // Called as an attribute, a constructor of another layout is refused.
        (Some(_), _) => Some(t::new),
        (None, _) => None,
    };
}

/// Whether the class is the type of a built-in with native words of its own.
pub fn is_builtin(class: Gc<Type>, vm: &Vm, builtin: Builtin) -> bool {
    class.get(vm).root_shape == builtin as u32
}

//! `_pickle.Pickler`: the object, its attributes, and the start and end of a dump.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::opcodes::{DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, PROTO, STOP};
use super::output::Output;
use super::save::Saving;
use super::{PICKLING_ERROR, docs, memo, memo_proxy};

heap_object! {
    /// A pickler. `write` is empty until `__init__` has run, and for `dumps()`.
    pub struct Pickler {
        pub write: Option<Value>,
        /// What was assigned to the attribute `persistent_id`.
        persistent_id: Option<Value>,
        dispatch_table: Option<Value>,
        buffer_callback: Option<Value>,
        /// The memo: the objects in the order of their entries, the table that finds them, and their numbers where these
        /// are not those of the entries. See `memo`.
        pub keys: Gc<List>,
        pub table: Option<Gc<RawArray>>,
        pub numbers: Option<Gc<List>>,
        protocol: i64,
        fast: i64,
        fix_imports: bool,
        /// A dump is under way.
        running: bool,
        pad: [u8; 6],
    }
}

impl Pickler {
    fn blank(vm: &mut Vm, class: Gc<Type>) -> Result<Gc<Pickler>, Raised> {
        let keys = List::new(vm)?;
        let shape = class.get(vm).root_shape;
        let pickler = Pickler {
            header: HeaderWord::NEW,
            write: None,
            persistent_id: None,
            dispatch_table: None,
            buffer_callback: None,
            keys,
            table: None,
            numbers: None,
            protocol: 0,
            fast: 0,
            fix_imports: false,
            running: false,
            pad: [0; 6],
        };
        vm.new_object(shape, pickler)
    }

    /// A pickler as `dump()` and `dumps()` use it.
    pub fn new(vm: &mut Vm) -> Result<Gc<Pickler>, Raised> {
        let class = class_of_spec(vm, &TYPE)?;
        Pickler::blank(vm, class)
    }

    /// Sets the protocol (`None`: the default one, negative: the newest).
    pub fn set_protocol(this: Gc<Pickler>, vm: &mut Vm, protocol: Value, fix_imports: bool) -> Result<(), Raised> {
        let protocol = match protocol.not_none() {
            None => i64::from(DEFAULT_PROTOCOL),
            Some(protocol) => match vm.index_i64(protocol)? {
                ..0 => i64::from(HIGHEST_PROTOCOL),
                protocol => protocol,
            },
        };
        if protocol > i64::from(HIGHEST_PROTOCOL) {
            return Err(vm.raise(Exc::ValueError, format!("pickle protocol must be <= {HIGHEST_PROTOCOL}")));
        }
        let state = this.get_mut(vm);
        state.protocol = protocol;
        state.fix_imports = fix_imports && protocol < 3;
        Ok(())
    }

    /// Sets the file that is written to.
    pub fn set_file(this: Gc<Pickler>, vm: &mut Vm, file: Value) -> Result<(), Raised> {
        let name = vm.name(taipan_vm::names::name::WRITE);
        let Some(write) = vm.get_attr_opt(file, name)? else {
            return Err(vm.raise(Exc::TypeError, "file must have a 'write' attribute"));
        };
        this.get_mut(vm).write = Some(write);
        Ok(())
    }

    /// Sets what is called with out-of-band buffers.
    pub fn set_buffer_callback(this: Gc<Pickler>, vm: &mut Vm, callback: Value) -> Result<(), Raised> {
        let callback = callback.not_none();
        if callback.is_some() && this.get(vm).protocol < 5 {
            return Err(vm.raise(Exc::ValueError, "buffer_callback needs protocol >= 5"));
        }
        this.get_mut(vm).buffer_callback = callback;
        Ok(())
    }
}

/// Pickles an object: the bytes that have not gone to the pickler's file yet.
///
/// `plain` says that the pickler is none of a program's own: its class has no hooks.
pub fn run(vm: &mut Vm, pickler: Gc<Pickler>, object: Value, plain: bool) -> Result<Vec<u8>, Raised> {
    let (mut persistent_id, mut reducer_override) = (None, None);
    if !plain {
        persistent_id = own_persistent_id(vm, pickler)?;
        let name = Str::intern(vm, "reducer_override")?;
        reducer_override = vm.get_attr_opt(pickler.value(), name)?;
    }
    let state = pickler.get(vm);
    let mut saving = Saving {
        pickler,
        protocol: state.protocol as u8,
        binary: state.protocol > 0,
        fast: state.fast != 0,
        fix_imports: state.fix_imports,
        write: state.write,
        persistent_id,
        reducer_override,
        dispatch_table: state.dispatch_table,
        buffer_callback: state.buffer_callback,
        fast_nesting: 0,
        fast_memo: None,
        checked: 1 << 20,
        output: Output::new(),
    };
    if saving.protocol >= 2 {
        saving.output.put(&[PROTO, saving.protocol]);
        saving.output.framing = saving.protocol >= 4;
    }
    saving.save(vm, object)?;
    saving.output.byte(STOP);
    Ok(saving.output.take())
}

/// The hook `persistent_id`, unless it is the one that does nothing.
fn own_persistent_id(vm: &mut Vm, pickler: Gc<Pickler>) -> Result<Option<Value>, Raised> {
    let name = Str::intern(vm, "persistent_id")?;
    if pickler.get(vm).persistent_id.is_none() {
        let (class, base) = (vm.type_of(pickler.value()), class_of_spec(vm, &TYPE)?);
        if class == base || Type::lookup(class, vm, name) == Type::lookup(base, vm, name) {
            return Ok(None);
        }
    }
    vm.get_attr(pickler.value(), name).map(Some)
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Pickler::blank(vm, class)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature =
        Signature::parse("Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)");
    let [file, protocol, fix_imports, callback] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all()))?;
    let fix_imports = super::flag(vm, fix_imports)?;
    let this: Gc<Pickler> = this.expect(vm);
    check_idle(vm, this)?;
    if this.get(vm).write.is_some() {
        memo::clear(vm, this)?;
        let state = this.get_mut(vm);
        (state.write, state.persistent_id, state.dispatch_table, state.buffer_callback) = (None, None, None, None);
    }
    Pickler::set_protocol(this, vm, protocol, fix_imports)?;
    Pickler::set_file(this, vm, file)?;
    Pickler::set_buffer_callback(this, vm, callback)?;
    this.get_mut(vm).fast = 0;
    if this.get(vm).dispatch_table.is_none() {
        let name = Str::intern(vm, "dispatch_table")?;
        let table = vm.get_attr_opt(this.value(), name)?;
        this.get_mut(vm).dispatch_table = table;
    }
    Ok(())
}

fn dump(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [object]) = args.method::<Pickler, 1>(vm);
    if this.get(vm).write.is_none() {
        let class = vm.type_of(this.value());
        let name = Type::full_name(class, vm);
        return Err(PICKLING_ERROR.raise(vm, &format!("Pickler.__init__() was not called by {name}.__init__()")));
    }
    check_idle(vm, this)?;
    this.get_mut(vm).running = true;
    let result = run(vm, this, object, false).and_then(|bytes| match this.get(vm).write {
        Some(write) => {
            let bytes = vm.new_bytes(&bytes)?;
            vm.call(write, &[bytes]).map(drop)
        }
        None => Ok(()),
    });
    this.get_mut(vm).running = false;
    result.map(|()| Value::NONE)
}

/// RuntimeError while a dump of the pickler is under way.
fn check_idle(vm: &mut Vm, this: Gc<Pickler>) -> Result<(), Raised> {
    if this.get(vm).running { Err(vm.raise(Exc::RuntimeError, "Pickler object is already used")) } else { Ok(()) }
}

fn clear_memo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver(vm);
    memo::clear(vm, this)?;
    Ok(Value::NONE)
}

fn persistent_id(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = args.receiver::<Pickler>(vm).get(vm);
    let memo = state.table.map_or(0, |table| table.get(vm).len()) + state.keys.get(vm).capacity(vm) * 8;
    Ok(Value::int(size_of::<Pickler>() + memo))
}

fn getattro(vm: &mut Vm, this: Value, name: Gc<Str>) -> Result<Value, Raised> {
    if name.get(vm).equals("persistent_id")
        && let Some(hook) = this.downcast::<Pickler>(vm).and_then(|this| this.get(vm).persistent_id)
    {
        return Ok(hook);
    }
    vm.generic_get_attr(this, name)
}

fn setattro(vm: &mut Vm, this: Value, name: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    if name.get(vm).equals("persistent_id")
        && let Some(this) = this.downcast::<Pickler>(vm)
    {
        this.get_mut(vm).persistent_id = value;
        return Ok(());
    }
    vm.generic_set_attr(this, name, value)
}

fn get_bin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(usize::from(this.expect::<Pickler>(vm).get(vm).protocol > 0)))
}

fn number(vm: &mut Vm, value: Option<Value>) -> Result<i32, Raised> {
    match value {
        Some(value) => vm.index_i32(value),
        None => Err(vm.raise(Exc::TypeError, "can't delete numeric/char attribute")),
    }
}

fn set_bin(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let binary = number(vm, value)? != 0;
    let this = this.expect::<Pickler>(vm).get_mut(vm);
    this.protocol = if binary { this.protocol.max(1) } else { 0 };
    Ok(())
}

fn get_fast(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let fast = this.expect::<Pickler>(vm).get(vm).fast;
    vm.new_int(fast)
}

fn set_fast(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let fast = number(vm, value)?;
    this.expect::<Pickler>(vm).get_mut(vm).fast = i64::from(fast);
    Ok(())
}

fn get_dispatch_table(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match this.expect::<Pickler>(vm).get(vm).dispatch_table {
        Some(table) => Ok(table),
        None => {
            let name = Str::intern(vm, "dispatch_table")?;
            Err(vm.raise_no_attribute(this, name))
        }
    }
}

fn set_dispatch_table(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let state = this.expect::<Pickler>(vm);
    if value.is_none() && state.get(vm).dispatch_table.is_none() {
        return Err(vm.raise(Exc::AttributeError, "dispatch_table"));
    }
    state.get_mut(vm).dispatch_table = value;
    Ok(())
}

const GETSET: &[GetSetDef] = &[
    getset("bin", get_bin, set_bin, "").member(),
    getset("fast", get_fast, set_fast, "").member(),
    getset("dispatch_table", get_dispatch_table, set_dispatch_table, "").member(),
    getset("memo", memo_proxy::of_pickler, memo_proxy::set_of_pickler, ""),
];

const METHODS: &[MethodDef] = &[
    method("persistent_id($self, obj, /)", persistent_id, ""),
    method("dump($self, obj, /)", dump, "Write a pickled representation of the given object to the open file."),
    method("clear_memo($self, /)", clear_memo, docs::CLEAR_MEMO),
    method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes."),
];

/// The class `Pickler`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Pickler",
    module: "_pickle",
    layout: Some(<Pickler as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        getattro: Some(getattro),
        setattro: Some(setattro),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: docs::PICKLER,
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

//! `_pickle.Unpickler`: the object, its memo and its hooks.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, method};
use taipan_vm::types::array::ValueArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::global::{dotted_path, follow};
use super::input::{Input, Source};
use super::load::Loading;
use super::{UNPICKLING_ERROR, docs, import_named, memo_proxy, tables};

heap_object! {
    /// An unpickler. `read` is empty until `__init__` has run, and for `loads()`.
    pub struct Unpickler {
        read: Option<Value>,
        readline: Option<Value>,
        readinto: Option<Value>,
        peek: Option<Value>,
        /// What was assigned to the attribute `persistent_load`.
        persistent_load: Option<Value>,
        pub buffers: Option<Value>,
        pub encoding: Value,
        pub errors: Value,
        /// The memo: slots for small numbers, a dict for numbers far beyond those in use.
        memo: Option<Gc<ValueArray>>,
        far: Option<Gc<Dict>>,
        /// How many numbers are in use.
        pub count: usize,
        /// What was peeked at and not read by the last load.
        rest: Option<Gc<Bytes>>,
        protocol: i64,
        fix_imports: bool,
        /// A load is under way.
        running: bool,
        pad: [u8; 6],
    }
}

impl Unpickler {
    fn blank(vm: &mut Vm, class: Gc<Type>) -> Result<Gc<Unpickler>, Raised> {
        let shape = class.get(vm).root_shape;
        let unpickler = Unpickler {
            header: HeaderWord::NEW,
            read: None,
            readline: None,
            readinto: None,
            peek: None,
            persistent_load: None,
            buffers: None,
            encoding: Value::NONE,
            errors: Value::NONE,
            memo: None,
            far: None,
            count: 0,
            rest: None,
            protocol: 0,
            fix_imports: true,
            running: false,
            pad: [0; 6],
        };
        vm.new_object(shape, unpickler)
    }

    /// An unpickler as `load()` and `loads()` use it.
    pub fn new(vm: &mut Vm) -> Result<Gc<Unpickler>, Raised> {
        let class = class_of_spec(vm, &TYPE)?;
        Unpickler::blank(vm, class)
    }

    /// Sets what the constructor and the functions have in common.
    ///
    /// # Errors
    /// TypeError for arguments that are no texts, or buffers that cannot be iterated over.
    pub fn set_options(this: Gc<Unpickler>, vm: &mut Vm, function: &str, options: [Value; 4]) -> Result<(), Raised> {
        let [fix_imports, encoding, errors, buffers] = options;
        let fix_imports = super::flag(vm, fix_imports)?;
        for (text, argument) in [(encoding, "encoding"), (errors, "errors")] {
            let Some(text) = text.given() else { continue };
            let Some(text) = text.downcast::<Str>(vm) else {
                let got = vm.type_name(text);
                let message = format!("{function}() argument '{argument}' must be str, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            };
            if text.get(vm).text().iter().any(|point| point == 0) {
                return Err(vm.raise(Exc::ValueError, "embedded null character"));
            }
        }
        let buffers = match buffers.not_none() {
            Some(buffers) => Some(vm.iter(buffers)?),
            None => None,
        };
        let state = this.get_mut(vm);
        state.encoding = encoding.given().unwrap_or(Value::NONE);
        state.errors = errors.given().unwrap_or(Value::NONE);
        state.buffers = buffers;
        state.fix_imports = fix_imports;
        Ok(())
    }

    /// Sets the file that is read from.
    pub fn set_file(this: Gc<Unpickler>, vm: &mut Vm, file: Value) -> Result<(), Raised> {
        let mut methods = [None; 4];
        for (method, name) in methods.iter_mut().zip(["peek", "readinto", "read", "readline"]) {
            let name = Str::intern(vm, name)?;
            *method = vm.get_attr_opt(file, name)?;
        }
        let [peek, readinto, Some(read), Some(readline)] = methods else {
            return Err(vm.raise(Exc::TypeError, "file must have 'read' and 'readline' attributes"));
        };
        let state = this.get_mut(vm);
        (state.peek, state.readinto) = (peek, readinto);
        (state.read, state.readline) = (Some(read), Some(readline));
        Ok(())
    }

    /// The object with a number.
    #[inline]
    pub fn memo_get(this: Gc<Unpickler>, vm: &mut Vm, index: usize) -> Result<Option<Value>, Raised> {
        if let Some(memo) = this.get(vm).memo
            && let Some(Some(value)) = memo.get(vm).slots().get(index)
        {
            return Ok(Some(*value));
        }
        match this.get(vm).far {
            Some(far) => {
                let key = vm.new_uint(index as u64)?;
                Dict::get_item(far, vm, key)
            }
            None => Ok(None),
        }
    }

    /// Gives an object a number.
    #[inline]
    pub fn memo_put(this: Gc<Unpickler>, vm: &mut Vm, index: usize, value: Value) -> Result<(), Raised> {
        if let Some(memo) = this.get(vm).memo
            && let Some(slot) = memo.get(vm).slots().get(index)
        {
            let fresh = slot.is_none();
            ValueArray::put(memo, vm, index, Some(value));
            if fresh {
                this.get_mut(vm).count += 1;
            }
            return Ok(());
        }
        Unpickler::memo_put_beyond(this, vm, index, value)
    }

    #[cold]
    fn memo_put_beyond(this: Gc<Unpickler>, vm: &mut Vm, index: usize, value: Value) -> Result<(), Raised> {
        let Unpickler { memo, far, count, .. } = *this.get(vm);
        if index <= count * 4 + 1024 {
            let slots = (index + 1).next_power_of_two().max(32);
            let grown = match memo {
                Some(memo) => {
                    let len = memo.get(vm).len();
                    ValueArray::grown(vm, memo, len, slots)?
                }
                None => ValueArray::new(vm, slots)?,
            };
            this.get_mut(vm).memo = Some(grown);
            return Unpickler::memo_put(this, vm, index, value);
        }
        let far = match far {
            Some(far) => far,
            None => {
                let far = Dict::new(vm)?;
                this.get_mut(vm).far = Some(far);
                far
            }
        };
        let before = far.get(vm).len();
        let key = vm.new_uint(index as u64)?;
        Dict::set(far, vm, key, value)?;
        if far.get(vm).len() != before {
            this.get_mut(vm).count += 1;
        }
        Ok(())
    }

    /// Forgets all numbers.
    pub fn clear_memo(this: Gc<Unpickler>, vm: &mut Vm) {
        let state = this.get_mut(vm);
        (state.memo, state.far, state.count) = (None, None, 0);
    }

    /// The memo as a new dict.
    pub fn memo_dict(this: Gc<Unpickler>, vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
        let copy = Dict::new(vm)?;
        let slots = this.get(vm).memo.map_or(0, |memo| memo.get(vm).len());
        for i in 0..slots {
            let value = this.get(vm).memo.and_then(|memo| memo.get(vm).slots().get(i).copied().flatten());
            if let Some(value) = value {
                Dict::set(copy, vm, Value::int(i), value)?;
            }
        }
        if let Some(far) = this.get(vm).far {
            Dict::update_from(copy, vm, far)?;
        }
        Ok(copy)
    }

    /// `PROTO`: the protocol of the pickle being read.
    pub fn set_protocol(this: Gc<Unpickler>, vm: &mut Vm, protocol: u8) {
        this.get_mut(vm).protocol = i64::from(protocol);
    }

    /// The object that a pickle names, without asking a subclass.
    pub fn find(this: Gc<Unpickler>, vm: &mut Vm, module: Value, global: Value) -> Result<Value, Raised> {
        vm.audit("pickle.find_class", &[module, global])?;
        let Unpickler { protocol, fix_imports, .. } = *this.get(vm);
        let (mut module, mut global) = (module, global);
        if protocol < 3 && fix_imports {
            (module, global) = tables::from_python2(vm, module, global)?;
        }
        let found = import_named(vm, module)?;
        if protocol < 4 {
            let name = vm.attr_name(global)?;
            return vm.get_attr(found, name);
        }
        let Some(name) = global.downcast::<Str>(vm) else {
            let got = vm.type_name(global);
            return Err(vm.raise(Exc::TypeError, format!("must be str, not {got}")));
        };
        let path = dotted_path(vm, name)?;
        match follow(vm, found, path) {
            Err(raised) if path.get(vm).len() > 1 => {
                let cause = vm.take_raised(raised);
                let (global, module) = (vm.repr_string(global)?, vm.repr_string(module)?);
                let message = format!("Can't resolve path {global} on module {module}");
                let raised = vm.raise(Exc::AttributeError, message);
                let error = vm.take_raised(raised);
                vm.set_attr_name(error, taipan_vm::names::name::CONTEXT, cause)?;
                Err(vm.reraise(error))
            }
            done => done,
        }
    }
}

/// Reads one pickle from the unpickler's file.
fn run(vm: &mut Vm, this: Gc<Unpickler>) -> Result<Value, Raised> {
    let state = this.get(vm);
    let (Some(read), Some(readline)) = (state.read, state.readline) else {
        let class = vm.type_of(this.value());
        let name = Type::full_name(class, vm);
        let message = format!("Unpickler.__init__() was not called by {name}.__init__()");
        return Err(UNPICKLING_ERROR.raise(vm, &message));
    };
    check_idle(vm, this)?;
    let state = this.get(vm);
    let source = Source::File { read, readline, readinto: state.readinto, peek: state.peek };
    let rest = state.rest;
    let mut input = Input::new(source);
    if let Some(rest) = rest {
        input.begin_with(rest.get(vm).bytes());
        this.get_mut(vm).rest = None;
    }
    let mut loading = Loading::new(vm, this, input)?;
    this.get_mut(vm).running = true;
    let result = loading.run(vm);
    this.get_mut(vm).running = false;
    let input = loading.input;
    if let Source::File { peek, .. } = &input.source {
        this.get_mut(vm).peek = *peek;
    }
    let unread = input.piece.get(input.position..).unwrap_or(&[]);
    let unread = if unread.is_empty() { None } else { Some(Bytes::new(vm, unread)?) };
    this.get_mut(vm).rest = unread;
    result
}

/// RuntimeError while a load of the unpickler is under way.
fn check_idle(vm: &mut Vm, this: Gc<Unpickler>) -> Result<(), Raised> {
    if this.get(vm).running { Err(vm.raise(Exc::RuntimeError, "Unpickler object is already used")) } else { Ok(()) }
}

/// `load(file, ...)`.
pub fn load_file(vm: &mut Vm, file: Value, options: [Value; 4]) -> Result<Value, Raised> {
    let this = Unpickler::new(vm)?;
    Unpickler::set_file(this, vm, file)?;
    Unpickler::set_options(this, vm, "load", options)?;
    run(vm, this)
}

/// `loads(data, ...)`.
pub fn load_memory(vm: &mut Vm, data: Value, options: [Value; 4]) -> Result<Value, Raised> {
    let this = Unpickler::new(vm)?;
    let buffer = vm.get_buffer(data, false)?;
    let input = Input::new(Source::Memory { buffer, copied: 0 });
    if let Err(raised) = Unpickler::set_options(this, vm, "loads", options) {
        input.close(vm);
        return Err(raised);
    }
    let mut loading = match Loading::new(vm, this, input) {
        Ok(loading) => loading,
        Err(raised) => {
            buffer.release(vm);
            return Err(raised);
        }
    };
    let result = loading.run(vm);
    loading.input.close(vm);
    result
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Unpickler::blank(vm, class)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature =
        Signature::parse("Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())");
    let [file, fix_imports, encoding, errors, buffers] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all()))?;
    let this: Gc<Unpickler> = this.expect(vm);
    check_idle(vm, this)?;
    if this.get(vm).read.is_some() {
        let state = this.get_mut(vm);
        (state.read, state.readline, state.readinto, state.peek) = (None, None, None, None);
        (state.persistent_load, state.rest) = (None, None);
    }
    Unpickler::set_file(this, vm, file)?;
    if let Err(raised) = Unpickler::set_options(this, vm, "Unpickler", [fix_imports, encoding, errors, buffers]) {
        this.get_mut(vm).read = None;
        return Err(raised);
    }
    Unpickler::clear_memo(this, vm);
    this.get_mut(vm).protocol = 0;
    Ok(())
}

fn load(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver(vm);
    run(vm, this)
}

fn find_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [module, global]) = args.method::<Unpickler, 2>(vm);
    Unpickler::find(this, vm, module, global)
}

fn persistent_load(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let message = "A load persistent id instruction was encountered, but no persistent_load function was specified.";
    Err(UNPICKLING_ERROR.raise(vm, message))
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = args.receiver::<Unpickler>(vm).get(vm);
    let memo = state.memo.map_or(0, |memo| memo.get(vm).len() * 8);
    Ok(Value::int(size_of::<Unpickler>() + memo))
}

fn getattro(vm: &mut Vm, this: Value, name: Gc<Str>) -> Result<Value, Raised> {
    if name.get(vm).equals("persistent_load")
        && let Some(hook) = this.downcast::<Unpickler>(vm).and_then(|this| this.get(vm).persistent_load)
    {
        return Ok(hook);
    }
    vm.generic_get_attr(this, name)
}

fn setattro(vm: &mut Vm, this: Value, name: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    if name.get(vm).equals("persistent_load")
        && let Some(this) = this.downcast::<Unpickler>(vm)
    {
        this.get_mut(vm).persistent_load = value;
        return Ok(());
    }
    vm.generic_set_attr(this, name, value)
}

/// The arguments of a global as the methods of a subclass see them, asked if there is one.
pub fn find_through(vm: &mut Vm, this: Gc<Unpickler>, module: Value, global: Value) -> Result<Value, Raised> {
    let base = class_of_spec(vm, &TYPE)?;
    if vm.type_of(this.value()) == base {
        return Unpickler::find(this, vm, module, global);
    }
    vm.call_method(this.value(), "find_class", &[module, global])
}

const GETSET: &[GetSetDef] = &[getset("memo", memo_proxy::of_unpickler, memo_proxy::set_of_unpickler, "")];

const METHODS: &[MethodDef] = &[
    method("persistent_load($self, pid, /)", persistent_load, ""),
    method("load($self, /)", load, docs::UNPICKLER_LOAD),
    method("find_class($self, module_name, global_name, /)", find_class, docs::FIND_CLASS),
    method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes."),
];

/// The class `Unpickler`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Unpickler",
    module: "_pickle",
    layout: Some(<Unpickler as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        getattro: Some(getattro),
        setattro: Some(setattro),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: docs::UNPICKLER,
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// A tuple of what lies on the stack from `start` on.
pub fn tuple_of_stack(vm: &mut Vm, stack: Gc<List>, start: usize) -> Result<Gc<Tuple>, Raised> {
    let len = stack.get(vm).len().saturating_sub(start);
    match stack.get(vm).array() {
        Some(array) if len > 0 => Tuple::from_array(vm, array, start, len),
        _ => Tuple::empty(vm),
    }
}

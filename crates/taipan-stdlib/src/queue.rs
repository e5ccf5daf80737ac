//! `_queue`: `SimpleQueue`, an unbounded first-in, first-out queue between threads.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, ModuleSpec, TypeSpec, WEAKREFABLE, class_method, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::collections::deque::{self, Deque};

heap_object! {
    /// A queue.
    pub struct SimpleQueue {
        items: Gc<Deque>,
        /// What waiters sleep on; 0 until one has waited.
        key: u32,
        pad: u32,
    }
}

/// `_queue.Empty`.
const EMPTY: &str = "queue.Empty";
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "SimpleQueue", 0, 0)?;
    let shape = class_of_spec(vm, &deque::TYPE)?.get(vm).root_shape;
    let items = Deque::new_shaped(vm, shape, -1)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, SimpleQueue { header: HeaderWord::NEW, items, key: 0, pad: 0 })?.value())
}

fn items_of(vm: &Vm, args: Args<'_>) -> Gc<Deque> {
    args.receiver::<SimpleQueue>(vm).get(vm).items
}

fn put(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = items_of(vm, args);
    Deque::push_right(items, vm, args.get(1))?;
    let key = args.receiver::<SimpleQueue>(vm).get(vm).key;
    vm.wake_next(key);
    Ok(Value::NONE)
}

fn raise_empty(vm: &mut Vm) -> Raised {
    match vm.state(EMPTY) {
        Some(class) => match vm.call(class, &[]) {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        },
        None => vm.raise(Exc::RuntimeError, "queue.Empty is not available"),
    }
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, block, timeout] = args.all();
    let items = items_of(vm, args);
    let block = match block.given() {
        Some(block) => vm.is_true(block)?,
        None => true,
    };
    let limit = match timeout.not_none() {
        Some(timeout) if block => {
            let seconds = vm.to_f64(timeout)?;
            if seconds.is_nan() {
                return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
            }
            if seconds < 0.0 {
                return Err(vm.raise(Exc::ValueError, "'timeout' must be a non-negative number"));
            }
            if seconds > TIMEOUT_MAX {
                return Err(vm.raise(Exc::OverflowError, "timeout value is too large"));
            }
            Some(seconds)
        }
        _ => None,
    };
    if let Some(item) = Deque::pop_left(items, vm) {
        return Ok(item);
    }
    let queue = args.receiver::<SimpleQueue>(vm);
    if block && queue.get(vm).key == 0 {
        let key = vm.new_wait_key();
        queue.get_mut(vm).key = key;
    }
    let key = queue.get(vm).key;
    if block && let Some(item) = vm.wait_for(key, limit, |vm| Deque::pop_left(items, vm))? {
        return Ok(item);
    }
    Err(raise_empty(vm))
}

fn get_nowait(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = items_of(vm, args);
    Deque::pop_left(items, vm).ok_or_else(|| raise_empty(vm))
}

fn empty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = items_of(vm, args);
    Ok(Value::bool(items.get(vm).is_empty()))
}

fn qsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = items_of(vm, args);
    Ok(Value::int(items.get(vm).len()))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let class = match vm.state(EMPTY) {
        Some(class) => class,
        None => {
            let (metaclass, base) = (vm.class(taipan_vm::types::Builtin::Type), vm.exception_class(Exc::Exception));
            let (name, bases) = (vm.new_str("Empty")?, Tuple::from_values(vm, &[base.value()])?.value());
            let dict = Dict::new(vm)?;
            for (key, text) in
                [("__module__", "_queue"), ("__doc__", "Exception raised by Queue.get(block=0)/get_nowait().")]
            {
                let (key, text) = (vm.new_str(key)?, vm.new_str(text)?);
                Dict::set(dict, vm, key, text)?;
            }
            let class = vm.call(metaclass.value(), &[name, bases, dict.value()])?;
            vm.set_state(EMPTY, class);
            class
        }
    };
    Module::set(module, vm, "Empty", class)
}

const METHODS: &[MethodDef] = &[
    method("empty($self, /)", empty, "Return True if the queue is empty, False otherwise (not reliable!)."),
    method(
        "get($self, /, block=True, timeout=None)",
        get,
        "Remove and return an item from the queue.\n\nIf optional args 'block' is true and 'timeout' is None (the\ndefault), block if necessary until an item is available.  If\n'timeout' is a non-negative number, it blocks at most 'timeout'\nseconds and raises the Empty exception if no item was available\nwithin that time.\nOtherwise ('block' is false), return an item if one is immediately\navailable, else raise the Empty exception ('timeout' is ignored\nin that case).",
    ),
    method(
        "get_nowait($self, /)",
        get_nowait,
        "Remove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception.",
    ),
    method(
        "put($self, /, item, block=True, timeout=None)",
        put,
        "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this\nmethod never blocks.  They are provided for compatibility with the\nQueue class.",
    ),
    method(
        "put_nowait($self, /, item)",
        put,
        "Put an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is only provided\nfor compatibility with the Queue class.",
    ),
    method("qsize($self, /)", qsize, "Return the approximate size of the queue (not reliable!)."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "SimpleQueues are generic over the type of their contents",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "SimpleQueue",
    module: "_queue",
    layout: Some(<SimpleQueue as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "SimpleQueue()\n--\n\nSimple, unbounded, reentrant FIFO queue.",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_queue",
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    types: &[&TYPE],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

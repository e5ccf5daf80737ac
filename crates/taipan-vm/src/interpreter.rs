//! `Interpreter`: one isolate: heap, shapes, built-in types, names, modules. Shared by its threads under its GIL.
//!
//! Rust containers of heap pointers exist here only, each visited by `visit_roots`.

use std::cell::RefCell;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use taipan_heap::{Heap, HeapConfig, HeapError};
use taipan_text::hash::HashKey;

use crate::gc::{Gc, HeapObject};
use crate::gil::Gil;
use crate::host::{self, Host};
use crate::library::Library;
use crate::names::{Atom, KNOWN_NAMES};
use crate::root::RootTable;
use crate::settings::Settings;
use crate::shape::{Shape, Shapes};
use crate::spec::{ModuleSpec, TypeSpec};
use crate::types::dict::Dict;
use crate::types::exceptions::Exc;
use crate::types::str::Str;
use crate::types::type_::{METHOD_CACHE_SIZE, MethodCacheEntry, Type};
use crate::types::{BUILTIN_TYPES, Builtin, object};
use crate::value::Value;
use crate::vm::Vm;
use crate::waiting::{Sleepers, WaitKey};

/// What an interpreter is made with.
#[derive(Clone, Default)]
pub struct Config {
    /// Spaces, limit and debug aids of the heap.
    pub heap: HeapConfig,
    /// `PYTHONHASHSEED`: `None` is random.
    pub hash_seed: Option<u32>,
    /// Optimisation level of `compile` and import (-O, -OO).
    pub optimize: u8,
    /// The world; `None`: the operating system.
    pub host: Option<Arc<dyn Host>>,
    /// What the command line and the environment say.
    pub settings: Settings,
    /// The standard library's Python files.
    pub library: Option<&'static dyn Library>,
}

/// One isolated interpreter.
pub struct Interpreter {
    pub heap: Heap,
    pub config: Config,
    /// The world.
    pub host: Arc<dyn Host>,
    /// The lock that its threads take turns with.
    pub gil: Arc<Gil>,
    /// What threads that wait for each other sleep on.
    pub sleepers: Arc<Sleepers>,
    /// The key given last to an object that threads wait for.
    pub next_wait_key: WaitKey,
    /// How long a thread waits before it asks for the lock.
    pub switch_interval: Duration,
    /// What `-X importtime` has measured so far.
    pub import_times: crate::import::timing::ImportTimes,
    /// Signals that `_thread.interrupt_main` has simulated, bit n for signal n.
    pub simulated_signals: u64,
    /// Signals that native code has seen while it could not run their handlers.
    pub seen_signals: u64,
    /// Whether the program is ending (`sys.is_finalizing()`).
    pub finalizing: bool,
    /// A KeyboardInterrupt has ended the program: the process is to end as by the signal.
    pub(crate) interrupted: bool,
    /// When the last collection was made while waiting, in milliseconds of the monotonic clock.
    pub(crate) idle_mark: u64,
    /// Files opened for writing by path, and not closed, since garbage was last collected for their sake.
    pub(crate) new_outputs: usize,
    /// How often that was.
    pub(crate) output_age: u32,
    /// How many collections there had been when the first of them was opened.
    pub(crate) outputs_since: u64,
    /// The number of the next thread: identities of the system are used again.
    pub(crate) next_thread_serial: u64,
    /// `threading.get_ident()` of the first thread.
    pub main_thread: u64,
    /// `sys.set_int_max_str_digits()`.
    pub int_max_str_digits: usize,
    /// Of sources compiled at run time.
    pub compiler: crate::compile::CompilerMemory,
    pub shapes: Shapes,
    /// Built-in types by shape id, made at first use.
    pub(crate) builtin_types: Vec<Option<Gc<Type>>>,
    /// Types of native modules by the address of their spec.
    pub(crate) spec_types: FxHashMap<usize, Gc<Type>>,
    /// Exception classes by `Exc`.
    pub(crate) exception_types: Vec<Option<Gc<Type>>>,
    /// Interned strings by atom; the first are `KNOWN_NAMES`, made at first use.
    pub(crate) names: Vec<Option<Gc<Str>>>,
    /// Atoms by text.
    pub(crate) interned: HashTable<Atom>,
    /// `sys.modules`.
    pub modules: Option<Gc<Dict>>,
    /// The dict of the module `builtins`.
    pub builtins: Option<Gc<Dict>>,
    /// Native modules by name.
    pub module_specs: FxHashMap<&'static str, &'static ModuleSpec>,
    /// Named values that native modules keep per interpreter (registries, caches, hooks).
    pub(crate) state: FxHashMap<&'static str, Value>,
    /// What native modules ask for in each operation, by [`HotState`](crate::vm::HotState).
    pub(crate) hot_state: [Option<Value>; crate::vm::HotState::COUNT],
    pub(crate) roots: Rc<RefCell<RootTable>>,
    /// Threads that are entered, the running one included.
    pub(crate) threads: Vec<NonNull<Vm>>,
    /// Bumped when a class that a cache depends on changes structurally.
    pub type_epoch: u32,
    /// Changes with `type_epoch` and with each collection: validity of `method_cache` and `attr_cache`.
    pub(crate) lookup_epoch: u32,
    pub(crate) attr_cache: crate::interp::attr_cache::AttrCache,
    /// Caches `Type::lookup`.
    pub(crate) method_cache: Box<[MethodCacheEntry]>,
    /// Source of dict key versions.
    pub(crate) next_keys_version: u32,
    /// The thread of `faulthandler.dump_traceback_later`.
    pub(crate) watchdog: Option<crate::faults::watchdog::Watchdog>,
    /// What tools watch.
    pub monitoring: crate::interp::monitoring::Monitoring,
    /// Rust data that heap objects refer to by number.
    pub(crate) resources: crate::resources::Resources,
    /// Stacks that allocate, for `tracemalloc`.
    pub(crate) tracer: crate::modules::tracemalloc::Tracer,
    /// What the module `gc` remembers.
    pub(crate) gc: crate::modules::gc::GcState,
    /// Source of function versions.
    pub(crate) next_function_version: u32,
    /// Source of identity hashes.
    pub(crate) next_identity: u32,
    /// Keys of the string hash.
    pub hash_key: HashKey,
    /// The empty tuple, empty str, empty bytes and one-character Latin-1 strings, made at first use.
    pub(crate) singletons: Singletons,
}

/// Immutable objects that exist once.
#[derive(Default)]
pub struct Singletons {
    pub empty_tuple: Option<Gc<crate::types::tuple::Tuple>>,
    pub empty_str: Option<Gc<Str>>,
    pub latin1: Vec<Option<Gc<Str>>>,
    pub empty_bytes: Option<Value>,
    pub bytes1: Vec<Option<Value>>,
    pub memory_error: Option<Value>,
}

impl Interpreter {
    /// Makes the entries of the lookup caches invalid.
    pub(crate) fn forget_lookups(&mut self) {
        self.lookup_epoch = match self.lookup_epoch.checked_add(1) {
            Some(epoch) => epoch,
            None => {
                self.method_cache.fill(MethodCacheEntry::EMPTY);
                self.attr_cache = Default::default();
                1
            }
        };
    }

    /// An interpreter with an empty heap; types and modules come at first use.
    pub fn new(config: Config) -> Result<Box<Interpreter>, HeapError> {
        let mut heap = Heap::new(config.heap.clone())?;
        let mut shapes = Shapes::new(object::Object::native());
        for (id, spec) in BUILTIN_TYPES.iter().enumerate().skip(1) {
            let mut shape = Shape::native(native_layout(spec));
            if id == Builtin::Dict as usize {
                shape.own_tail = crate::types::dict::storage::OWN_TAIL;
            }
            heap.define_layout(id as u32, shape.layout());
            shapes.add(shape);
        }
        let hash_key = hash_key(config.hash_seed);
        Ok(Box::new(Interpreter {
            heap,
            host: config.host.clone().unwrap_or_else(host::operating_system),
            gil: Arc::default(),
            watchdog: None,
            sleepers: Arc::default(),
            next_wait_key: 0,
            switch_interval: Duration::from_millis(5),
            import_times: crate::import::timing::ImportTimes::default(),
            simulated_signals: 0,
            seen_signals: 0,
            finalizing: false,
            idle_mark: 0,
            new_outputs: 0,
            output_age: 0,
            outputs_since: 0,
            interrupted: false,
            next_thread_serial: 1,
            main_thread: 0,
            int_max_str_digits: config.settings.int_max_str_digits.unwrap_or(4300),
            compiler: Default::default(),
            config,
            shapes,
            builtin_types: vec![None; Builtin::COUNT],
            spec_types: FxHashMap::default(),
            exception_types: vec![None; Exc::COUNT],
            names: vec![None; KNOWN_NAMES.len()],
            interned: HashTable::new(),
            modules: None,
            builtins: None,
            module_specs: FxHashMap::default(),
            state: FxHashMap::default(),
            hot_state: [None; crate::vm::HotState::COUNT],
            roots: Rc::default(),
            threads: Vec::new(),
            type_epoch: 1,
            lookup_epoch: 1,
            attr_cache: Default::default(),
            method_cache: vec![MethodCacheEntry::EMPTY; METHOD_CACHE_SIZE].into(),
            next_keys_version: 1,
            monitoring: Default::default(),
            resources: Default::default(),
            tracer: Default::default(),
            gc: Default::default(),
            next_function_version: 1,
            next_identity: 0x9E37_79B9,
            hash_key,
            singletons: Singletons::default(),
        }))
    }

    /// Makes native modules known to import.
    pub fn register_modules(&mut self, specs: &[&'static ModuleSpec]) {
        self.module_specs.extend(specs.iter().map(|spec| (spec.name, *spec)));
    }

    /// Forgets the classes that are about to be freed: their shapes, which may be used again, and their places among the
    /// subclasses of others. Nothing that a cache guards by a shape may match any more.
    pub(crate) fn forget_dead_classes(&mut self, vm: &Vm, lives: &dyn Fn(usize) -> bool) {
        if self.shapes.free_dead(lives) {
            self.type_epoch = self.type_epoch.wrapping_add(1).max(1);
            self.forget_lookups();
        }
        for class in self.shapes.classes() {
            Type::forget_dead_subclasses(class, vm, lives);
        }
    }

    /// Visits every value that the interpreter itself holds outside the heap.
    pub(crate) fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut u64)) {
        fn one<T: HeapObject>(slot: &mut Option<Gc<T>>, visit: &mut dyn FnMut(&mut u64)) {
            if let Some(object) = slot {
                let mut word = object.value().bits();
                visit(&mut word);
                // SAFETY: the visitor only replaces a pointer by the new address of the same object.
                *slot = Value::from_bits(word).map(|value| unsafe { Gc::from_value_unchecked(value) });
            }
        }
        fn value(slot: &mut Option<Value>, visit: &mut dyn FnMut(&mut u64)) {
            if let Some(v) = slot {
                let mut word = v.bits();
                visit(&mut word);
                *slot = Value::from_bits(word);
            }
        }
        self.forget_lookups();
        // Classes lie in metaspace: visiting marks them, they never move. Others live as long as something refers to them.
        self.builtin_types.iter_mut().chain(&mut self.exception_types).for_each(|slot| one(slot, visit));
        for class in self.spec_types.values() {
            visit(&mut class.value().bits());
        }
        self.names.iter_mut().for_each(|slot| one(slot, visit));
        one(&mut self.modules, visit);
        one(&mut self.builtins, visit);
        for v in self.state.values_mut() {
            let mut word = v.bits();
            visit(&mut word);
            if let Some(new) = Value::from_bits(word) {
                *v = new;
            }
        }
        self.hot_state.iter_mut().for_each(|slot| value(slot, visit));
        self.roots.borrow_mut().visit(visit);
        let singletons = &mut self.singletons;
        one(&mut singletons.empty_tuple, visit);
        one(&mut singletons.empty_str, visit);
        singletons.latin1.iter_mut().for_each(|slot| one(slot, visit));
        value(&mut singletons.empty_bytes, visit);
        singletons.bytes1.iter_mut().for_each(|slot| value(slot, visit));
        value(&mut singletons.memory_error, visit);
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        self.forget_faults();
        self.heap.release_all();
    }
}

/// The layout of instances of a spec: its own, or the nearest base's.
pub fn native_layout(spec: &TypeSpec) -> &'static crate::gc::NativeLayout {
    let mut spec = spec;
    loop {
        match (spec.layout, spec.base) {
            (Some(layout), _) => return layout(),
            (None, Some(base)) => spec = base,
            (None, None) => return object::Object::native(),
        }
    }
}

fn hash_key(seed: Option<u32>) -> HashKey {
    match seed {
        Some(seed) => HashKey::from_seed(seed),
        None => {
            use std::hash::{BuildHasher, Hasher};
            let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
            HashKey::from_bytes((u128::from(random()) << 64 | u128::from(random())).to_le_bytes())
        }
    }
}

//! `_lru_cache_wrapper`: the callable that `lru_cache` makes of a function.
//!
//! The entries of `cache` lie in the order of their last use; `front` is a number below which there are none, valid
//! while the storage of the dict is `front_storage`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, HAS_DICT, MethodDef, TypeSpec, WEAKREFABLE, getset, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::dict::storage::DictStorage;
use taipan_vm::types::list::List;
use taipan_vm::types::method::Method;
use taipan_vm::types::object;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// A function with a cache of its results.
    pub struct LruCache {
        function: Value,
        cache: Gc<Dict>,
        cache_info_type: Value,
        /// The most entries; -1: unbounded.
        max_size: isize,
        hits: usize,
        misses: usize,
        front: usize,
        front_storage: Option<Gc<DictStorage>>,
        typed: bool,
        pad: [u8; 7],
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("lru_cache(user_function, maxsize, typed, cache_info_type)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [function, max_size, typed, cache_info_type] = args.all();
        if !vm.is_callable(function) {
            return Err(vm.raise(Exc::TypeError, "the first argument must be callable"));
        }
        let max_size = if max_size.is_none() {
            -1
        } else if vm.is_int(max_size) || vm.slots(max_size).index.is_some() {
            vm.index_isize(max_size)?.max(0)
        } else {
            return Err(vm.raise(Exc::TypeError, "maxsize should be integer or None"));
        };
        let typed = vm.is_true(typed)?;
        let cache = Dict::new(vm)?;
        let shape = class.get(vm).root_shape;
        let object = LruCache {
            header: HeaderWord::NEW,
            function,
            cache,
            cache_info_type,
            max_size,
            hits: 0,
            misses: 0,
            front: 0,
            front_storage: None,
            typed,
            pad: [0; 7],
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

/// The object that separates positional arguments from keywords in keys.
fn keyword_mark(vm: &mut Vm) -> Result<Value, Raised> {
    const STATE: &str = "functools.keyword_mark";
    if let Some(mark) = vm.state(STATE) {
        return Ok(mark);
    }
    let class = vm.class(taipan_vm::types::Builtin::Object);
    let mark = object::new_instance(vm, class)?;
    vm.set_state(STATE, mark);
    Ok(mark)
}

fn make_key(vm: &mut Vm, args: Args<'_>, typed: bool) -> Result<Value, Raised> {
    if !typed && !args.has_keywords() {
        if args.len() == 1 {
            let only = args.get(0);
            if only.is_small_int() || only.exact::<Str>().is_some() {
                return Ok(only);
            }
        }
        return Ok(args.tuple_from(vm, 0)?.value());
    }
    let key = List::new(vm)?;
    for i in 0..args.len() {
        List::push(key, vm, args.get(i))?;
    }
    if args.has_keywords() {
        let mark = keyword_mark(vm)?;
        List::push(key, vm, mark)?;
        for i in 0..args.keyword_count() {
            if let Some((name, value)) = args.keyword(vm, i) {
                List::push(key, vm, name)?;
                List::push(key, vm, value)?;
            }
        }
    }
    if typed {
        for slot in args.slots() {
            let class = vm.type_of(slot.get()).value();
            List::push(key, vm, class)?;
        }
    }
    Ok(List::to_tuple(key, vm)?.value())
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let cached = this.expect::<LruCache>(vm);
    let LruCache { function, cache, max_size, typed, .. } = *cached.get(vm);
    if max_size == 0 {
        cached.get_mut(vm).misses += 1;
        return vm.call_args(function, args);
    }
    let key = make_key(vm, args, typed)?;
    let hash = vm.hash(key)?;
    if let Some(number) = Dict::find_hashed(cache, vm, key, hash)? {
        let value = cache.get(vm).value_at(vm, number);
        cached.get_mut(vm).hits += 1;
        if max_size > 0 && number + 1 != cache.get(vm).entry_count() {
            Dict::move_to_back(cache, vm, number)?;
        }
        return Ok(value.unwrap_or(Value::NONE));
    }
    cached.get_mut(vm).misses += 1;
    let result = vm.call_args(function, args)?;
    // The call may have cleared the cache or filled in the key itself.
    let cache = cached.get(vm).cache;
    if Dict::find_hashed(cache, vm, key, hash)?.is_some() {
        return Ok(result);
    }
    if max_size > 0 && cache.get(vm).len() >= max_size as usize {
        remove_oldest(vm, cached);
    }
    Dict::set_hashed(cache, vm, key, hash, result)?;
    Ok(result)
}

fn remove_oldest(vm: &mut Vm, cached: Gc<LruCache>) {
    let LruCache { cache, front, front_storage, .. } = *cached.get(vm);
    let storage = cache.get(vm).indexed_storage(vm);
    let start = if storage.is_some() && storage == front_storage { front } else { 0 };
    if let Some((number, _)) = cache.get(vm).next_entry(vm, start) {
        Dict::remove_at(cache, vm, number);
        let cached = cached.get_mut(vm);
        (cached.front, cached.front_storage) = (number, storage);
    }
}

fn cache_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let LruCache { cache, cache_info_type, max_size, hits, misses, .. } = *args.receiver::<LruCache>(vm).get(vm);
    let max_size = if max_size < 0 { Value::NONE } else { vm.new_int(max_size as i64)? };
    let size = Value::int(cache.get(vm).len());
    vm.call(cache_info_type, &[Value::int(hits), Value::int(misses), max_size, size])
}

fn cache_clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let cached = args.receiver::<LruCache>(vm);
    let cache = cached.get(vm).cache;
    Dict::clear(cache, vm);
    let cached = cached.get_mut(vm);
    (cached.hits, cached.misses, cached.front, cached.front_storage) = (0, 0, 0, None);
    Ok(Value::NONE)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.get_attr_name(args.get(0), name::QUALNAME)
}

fn itself(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    match object.filter(|object| !object.is_none()) {
        Some(object) => Method::new(vm, this, object),
        None => Ok(this),
    }
}

const METHODS: &[MethodDef] = &[
    method("cache_info($self, /)", cache_info, "Report cache statistics"),
    method("cache_clear($self, /)", cache_clear, "Clear the cache and cache statistics"),
    method("__reduce__($self, /)", reduce, ""),
    MethodDef::raw("__copy__", itself, ""),
    MethodDef::raw("__deepcopy__", itself, ""),
];

const GETSET: &[GetSetDef] = &[getset("__dict__", object::get_dict, object::set_dict, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "_lru_cache_wrapper",
    module: "functools",
    layout: Some(<LruCache as HeapObject>::native),
    slots: Slots { new: Some(new), call: Some(call), descr_get: Some(descr_get), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    flags: HAS_DICT | WEAKREFABLE | taipan_vm::spec::METHOD_DESCRIPTOR,
    ..TypeSpec::DEFAULT
};

//! `gc`: the part of the garbage collector that programs see.
//!
//! Reclaiming memory never waits for this module, as there are no reference counts: `disable` keeps callbacks from being
//! told of automatic collections and lifts the cap that `set_threshold` puts on the nursery. Generation 0 is the nursery,
//! generations 1 and 2 are all.

use taipan_heap::{Collection, StackRange};

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, NativeFn, function};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub(crate) mod graph;

const GARBAGE: &str = "gc.garbage";
const CALLBACKS: &str = "gc.callbacks";
const DEBUG_STATS: i32 = 1;
const DEBUG_COLLECTABLE: i32 = 2;
const DEBUG_SAVEALL: i32 = 32;
/// What an object is taken to need, to turn a threshold into bytes of nursery.
const BYTES_PER_OBJECT: usize = 64;

/// What the module remembers for an interpreter.
pub(crate) struct GcState {
    disabled: bool,
    debug: i32,
    thresholds: [i32; 3],
    /// Set by the program: the first threshold bounds the nursery.
    chosen: bool,
    /// Requested collections by generation, and what they found.
    collections: [u64; 3],
    /// Minor and major collections that were done for those.
    requested: (u64, u64),
    collected: [u64; 3],
    frozen: usize,
    /// Automatic collections that callbacks have been told of.
    announced: (u64, u64),
    /// A collection is being announced or requested.
    busy: bool,
}

impl Default for GcState {
    fn default() -> GcState {
        GcState {
            disabled: false,
            debug: 0,
            thresholds: [2000, 10, 10],
            chosen: false,
            collections: [0; 3],
            requested: (0, 0),
            collected: [0; 3],
            frozen: 0,
            announced: (0, 0),
            busy: false,
        }
    }
}

/// Collects, then calls what waits for the deaths; gives how many objects were parts of cycles or held by such.
fn collect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generation = match args.get(0).given() {
        Some(generation) => vm.index_i32(generation)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.raise(Exc::ValueError, "invalid generation"));
    }
    if std::mem::replace(&mut vm.interp_mut().gc.busy, true) {
        return Ok(Value::int32(0));
    }
    let result = vm.requested_collection(generation as usize);
    vm.interp_mut().gc.busy = false;
    Ok(Value::int(result?))
}

impl Vm {
    fn requested_collection(&mut self, generation: usize) -> Result<usize, Raised> {
        let debug = self.interp().gc.debug;
        self.tell_callbacks("start", generation, 0)?;
        if debug & DEBUG_STATS != 0 {
            let (young, old) = self.tracked_objects();
            let frozen = self.interp().gc.frozen;
            self.print_to_stderr(&format!(
                "gc: collecting generation {generation}...\n\
                 gc: objects in each generation: {young} 0 {old}\n\
                 gc: objects in permanent generation: {frozen}\n"
            ))?;
        }
        let kind = if generation == 0 { Collection::Minor } else { Collection::Major };
        self.settle_unawaited();
        let before = self.interp().heap.stats();
        let mut found = self.counted_collection(kind)?;
        self.run_weak_callbacks();
        if self.run_finalizers() {
            // Whatever its finaliser did not bring back dies now.
            found += self.counted_collection(kind)?;
            self.run_weak_callbacks();
            self.run_finalizers();
        }
        let after = self.interp().heap.stats();
        let state = &mut self.interp_mut().gc;
        state.requested.0 += after.minors - before.minors;
        state.requested.1 += after.majors - before.majors;
        state.collections[generation] += 1;
        state.collected[generation] += found as u64;
        if debug & DEBUG_STATS != 0 {
            let seconds = self.interp().heap.last_collection().pause.as_secs_f64();
            self.print_to_stderr(&format!("gc: done, {found} unreachable, 0 uncollectable, {seconds:.4}s elapsed\n"))?;
        }
        self.tell_callbacks("stop", generation, found)?;
        Ok(found)
    }

    fn counted_collection(&mut self, kind: Collection) -> Result<usize, Raised> {
        let debug = self.interp().gc.debug;
        let save = debug & (DEBUG_SAVEALL | DEBUG_COLLECTABLE) != 0;
        let shapes = graph::counted_shapes(self);
        let loose = self.loose_stack(collect);
        if kind == Collection::Major {
            self.forget_inline_caches();
        }
        let found = self.collect_counting(kind, shapes, save, loose);
        self.show_collectable(debug)?;
        if save && debug & DEBUG_SAVEALL == 0 && found > 0 {
            // They were kept to be shown; now they go.
            let loose = self.loose_stack(collect);
            self.collect_counting(Collection::Major, Vec::new(), false, loose);
        }
        Ok(found)
    }

    fn show_collectable(&mut self, debug: i32) -> Result<(), Raised> {
        while let Some(object) = self.heap_mut().take_saved() {
            let object = Value::from_heap(object);
            if debug & DEBUG_COLLECTABLE != 0 {
                let (class, id) = (self.type_name(object), crate::types::object::id_number(self, object));
                self.print_to_stderr(&format!("gc: collectable <{class} {id:#x}>\n"))?;
            }
            if debug & DEBUG_SAVEALL != 0
                && let Some(garbage) = self.state(GARBAGE).and_then(|list| list.downcast::<List>(self))
            {
                List::push(garbage, self, object)?;
            }
        }
        Ok(())
    }

    /// The part of the native stack that a collection on behalf of a native function need not believe: frames of the
    /// loop keep copies of what their slots hold or held, and so does what lies between them and the function.
    pub(crate) fn loose_stack(&self, function: NativeFn) -> Vec<StackRange> {
        let mut loose = self.loop_stacks();
        if self.is_called_by_loop(function) {
            let innermost = self.exec.loop_stack.high;
            if let Some(range) = loose.iter_mut().find(|range| range.high == innermost) {
                range.low = self.native_stack_low();
            }
        }
        loose
    }

    /// Calls `gc.callbacks`; what they raise is only reported.
    fn tell_callbacks(&mut self, phase: &str, generation: usize, collected: usize) -> Result<(), Raised> {
        let Some(callbacks) = self.state(CALLBACKS).and_then(|list| list.downcast::<List>(self)) else { return Ok(()) };
        if callbacks.get(self).is_empty() {
            return Ok(());
        }
        let info = Dict::new(self)?;
        for (key, number) in [("generation", generation), ("collected", collected), ("uncollectable", 0)] {
            let key = self.new_str(key)?;
            Dict::set(info, self, key, Value::int(number))?;
        }
        let phase = self.new_str(phase)?;
        let mut at = 0;
        while let Some(callback) = callbacks.get(self).get_at(self, at) {
            at += 1;
            if let Err(raised) = self.call(callback, &[phase, info.value()]) {
                self.write_unraisable_of(raised, "while calling GC callback", callback);
            }
        }
        Ok(())
    }

    /// Tells callbacks of the automatic collections since they were told last: they have taken place already.
    pub(crate) fn announce_collections(&mut self) {
        let stats = self.interp().heap.stats();
        let now = (stats.minors, stats.majors);
        let state = &mut self.interp_mut().gc;
        if state.announced == now {
            return;
        }
        let generation = if state.announced.1 == now.1 { 0 } else { 2 };
        state.announced = now;
        if state.disabled || std::mem::replace(&mut state.busy, true) {
            return;
        }
        for phase in ["start", "stop"] {
            if let Err(raised) = self.tell_callbacks(phase, generation, 0) {
                self.write_unraisable(raised, Some("Exception ignored in garbage collection"), Value::NONE);
            }
        }
        self.interp_mut().gc.busy = false;
    }

    /// How many objects the collector would track in CPython lie in the nursery and outside.
    fn tracked_objects(&self) -> (usize, usize) {
        let shapes = graph::counted_shapes(self);
        let (mut young, mut old) = (0, 0);
        self.interp().heap.for_each_object(&mut |object| {
            // SAFETY: an object of the heap.
            let header = unsafe { object.as_ref() };
            if shapes.get(header.shape as usize).copied().unwrap_or(false) {
                *if header.is_old() { &mut old } else { &mut young } += 1;
            }
        });
        (young, old)
    }

    /// A threshold chosen by the program bounds the nursery while collection is enabled.
    fn apply_threshold(&mut self) {
        let state = &self.interp().gc;
        let first = usize::try_from(state.thresholds[0]).unwrap_or(0);
        let bounded = state.chosen && !state.disabled && first > 0;
        self.heap_mut().set_nursery_cap(if bounded { first.saturating_mul(BYTES_PER_OBJECT) } else { usize::MAX });
    }
}

fn enable(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.interp_mut().gc.disabled = false;
    vm.apply_threshold();
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.interp_mut().gc.disabled = true;
    vm.apply_threshold();
    Ok(Value::NONE)
}

fn is_enabled(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(!vm.interp().gc.disabled))
}

fn get_threshold(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let values = vm.interp().gc.thresholds.map(Value::int32);
    Ok(Tuple::from_values(vm, &values)?.value())
}

fn set_threshold(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !(1..=3).contains(&args.len()) {
        return Err(vm.raise(Exc::TypeError, "gc.set_threshold requires 1 to 3 arguments"));
    }
    let mut new = vm.interp().gc.thresholds;
    for (i, slot) in new.iter_mut().enumerate().take(args.len()) {
        *slot = vm.parsed_i32(args.get(i))?;
    }
    let state = &mut vm.interp_mut().gc;
    state.thresholds = new;
    state.chosen = new[0] != GcState::default().thresholds[0];
    vm.apply_threshold();
    Ok(Value::NONE)
}

/// About how many objects were allocated since the last collection, and how many minor collections since a major one.
fn get_count(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let (bytes, minors) = vm.interp().heap.since_collection();
    let minors = usize::try_from(minors).unwrap_or(usize::MAX);
    let values = [Value::int(bytes / BYTES_PER_OBJECT), Value::int(minors), Value::int32(0)];
    Ok(Tuple::from_values(vm, &values)?.value())
}

/// Requested and automatic collections. What automatic ones found is not counted.
fn get_stats(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let stats = vm.interp().heap.stats();
    let state = &vm.interp().gc;
    let (collected, requested) = (state.collected, state.collections);
    let automatic = (stats.minors.saturating_sub(state.requested.0), stats.majors.saturating_sub(state.requested.1));
    let collections =
        [requested[0] + automatic.0.saturating_sub(automatic.1), requested[1], requested[2] + automatic.1];
    let list = List::new(vm)?;
    for generation in 0..3 {
        let row = Dict::new(vm)?;
        let fields =
            [("collections", collections[generation]), ("collected", collected[generation]), ("uncollectable", 0)];
        for (key, number) in fields {
            let key = vm.new_str(key)?;
            let number = vm.new_int(i64::try_from(number).unwrap_or(i64::MAX))?;
            Dict::set(row, vm, key, number)?;
        }
        List::push(list, vm, row.value())?;
    }
    Ok(list.value())
}

fn get_debug(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int32(vm.interp().gc.debug))
}

fn set_debug(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.interp_mut().gc.debug = vm.index_i32(args.get(0))?;
    Ok(Value::NONE)
}

/// Moves all that lives out of the nursery. Marks lie beside the objects, so that later collections write to none of
/// their pages: what CPython's permanent generation is for.
fn freeze(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.collect(Collection::Major);
    let (young, old) = vm.tracked_objects();
    vm.interp_mut().gc.frozen = young + old;
    Ok(Value::NONE)
}

fn unfreeze(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.interp_mut().gc.frozen = 0;
    Ok(Value::NONE)
}

fn get_freeze_count(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.interp().gc.frozen))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, key) in [("garbage", GARBAGE), ("callbacks", CALLBACKS)] {
        let list = List::new(vm)?;
        Module::set(module, vm, name, list.value())?;
        vm.set_state(key, list.value());
    }
    for (name, flag) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ] {
        Module::set_int(module, vm, name, flag)?;
    }
    Ok(())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("collect(generation=2)", collect, "Run the garbage collector.\n\nWith no arguments, run a full collection.  The optional argument\nmay be an integer specifying which generation to collect.  A ValueError\nis raised if the generation number is invalid.\n\nThe number of unreachable objects is returned."),
    function("enable()", enable, "Enable automatic garbage collection."),
    function("disable()", disable, "Disable automatic garbage collection."),
    function("isenabled()", is_enabled, "Returns true if automatic garbage collection is enabled."),
    function("get_threshold()", get_threshold, "Return the current collection thresholds."),
    function("get_count()", get_count, "Return a three-tuple of the current collection counts."),
    function("get_stats()", get_stats, "Return a list of dictionaries containing per-generation statistics."),
    function("get_debug()", get_debug, "Get the garbage collection debugging flags."),
    function("set_debug(flags, /)", set_debug, "Set the garbage collection debugging flags.\n\n  flags\n    An integer that can have the following bits turned on:\n      DEBUG_STATS - Print statistics during collection.\n      DEBUG_COLLECTABLE - Print collectable objects found.\n      DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects\n        found.\n      DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.\n      DEBUG_LEAK - Debug leaking programs (everything but STATS).\n\nDebugging information is written to sys.stderr."),
    function("get_objects(generation=None)", graph::get_objects, "Return a list of objects tracked by the collector (excluding the list returned).\n\n  generation\n    Generation to extract the objects from.\n\nIf generation is not None, return only the objects tracked by the\ncollector that are in that generation."),
    function("get_referents(*objs)", graph::get_referents, "Return the list of objects that are directly referred to by 'objs'."),
    function("get_referrers(*objs)", graph::get_referrers, "Return the list of objects that directly refer to any of 'objs'."),
    function("is_tracked(obj, /)", graph::is_tracked, "Returns true if the object is tracked by the garbage collector.\n\nSimple atomic objects will return false."),
    function("is_finalized(obj, /)", graph::is_finalized, "Returns true if the object has been already finalized by the GC."),
    function("freeze()", freeze, "Freeze all current tracked objects and ignore them for future collections.\n\nThis can be used before a POSIX fork() call to make the gc copy-on-write\nfriendly.\nNote: collection before a POSIX fork() call may free pages for future\nallocation which can cause copy-on-write."),
    function("unfreeze()", unfreeze, "Unfreeze all objects in the permanent generation.\n\nPut all objects in the permanent generation back into oldest generation."),
    function("get_freeze_count()", get_freeze_count, "Return the number of objects in the permanent generation."),
    MethodDef::raw_static("set_threshold", set_threshold, "set_threshold(threshold0, [threshold1, [threshold2]])\nSet the collection thresholds (the collection frequency).\n\nSetting 'threshold0' to zero disables collection."),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "gc",
    doc: "This module provides access to the garbage collector for reference cycles.\n\nenable() -- Enable automatic garbage collection.\ndisable() -- Disable automatic garbage collection.\nisenabled() -- Returns true if automatic collection is enabled.\ncollect() -- Do a full collection right now.\nget_count() -- Return the current collection counts.\nget_stats() -- Return list of dictionaries containing per-generation stats.\nset_debug() -- Set debugging flags.\nget_debug() -- Get debugging flags.\nset_threshold() -- Set the collection thresholds.\nget_threshold() -- Return the current collection thresholds.\nget_objects() -- Return a list of all objects tracked by the collector.\nis_tracked() -- Returns true if a given object is tracked.\nis_finalized() -- Returns true if a given object has been already finalized.\nget_referrers() -- Return the list of objects that refer to an object.\nget_referents() -- Return the list of objects that an object refers to.\nfreeze() -- Freeze all tracked objects and ignore them for future collections.\nunfreeze() -- Unfreeze all objects in the permanent generation.\nget_freeze_count() -- Return the number of objects in the permanent generation.\n",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

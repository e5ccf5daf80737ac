//! `_tracemalloc`: where the objects that live were allocated.
//!
//! The heap keeps a number for each object allocated while tracing; here are the stacks the numbers stand for. Sizes are
//! those of the heap's objects. Invariant: a stack has at least one frame, the newest first.

use rustc_hash::FxHashMap;
use taipan_heap::{Collection, Header};

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, function};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

const MOST_FRAMES: i32 = u16::MAX as i32;

/// A file by its number, and a line.
type Place = (u32, i32);

/// The stacks seen so far.
#[derive(Default)]
pub(crate) struct Tracer {
    limit: usize,
    files: Vec<String>,
    file_numbers: FxHashMap<String, u32>,
    /// The frames kept, and how many there were.
    stacks: Vec<(Box<[Place]>, usize)>,
    stack_numbers: FxHashMap<(Box<[Place]>, usize), u32>,
}

impl Tracer {
    fn file(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.file_numbers.get(name) {
            return number;
        }
        let number = self.files.len() as u32;
        self.files.push(name.to_owned());
        self.file_numbers.insert(name.to_owned(), number);
        number
    }

    fn stack(&mut self, places: Vec<Place>, total: usize) -> u32 {
        let key = (places.into_boxed_slice(), total);
        if let Some(&number) = self.stack_numbers.get(&key) {
            return number;
        }
        let number = self.stacks.len() as u32;
        self.stacks.push(key.clone());
        self.stack_numbers.insert(key, number);
        number
    }

    fn bytes(&self) -> usize {
        let files: usize = self.files.iter().map(|name| 2 * name.len() + 48).sum();
        let stacks: usize = self.stacks.iter().map(|(places, _)| 2 * places.len() * size_of::<Place>() + 64).sum();
        files + stacks
    }
}

impl Vm {
    /// Begins to trace allocations, keeping so many frames of each.
    pub fn start_tracemalloc(&mut self, frames: usize) {
        self.interp_mut().tracer.limit = frames.clamp(1, MOST_FRAMES as usize);
        self.heap_mut().start_tracing();
    }

    /// Notes which code has just allocated `object`.
    #[cold]
    pub(crate) fn trace_allocation(&mut self, object: std::ptr::NonNull<Header>, bytes: usize) {
        let mut depth = self.exec.depth();
        // A frame whose first instructions make its cells has not begun yet.
        if self.exec.frame(depth).is_some_and(|frame| !frame.has_begun()) {
            depth -= 1;
        }
        let limit = self.interp().tracer.limit;
        let mut places = Vec::with_capacity(limit.min(depth).max(1));
        for depth in (1..=depth).rev().take(limit) {
            let Some(frame) = self.exec.frame(depth) else { break };
            let line = frame.executable.line_at(frame.lasti() as i32 * 2).unwrap_or(0);
            let executable = frame.executable;
            let file = self.interp_mut().tracer.file(&executable.code.filename.to_string_lossy());
            places.push((file, line));
        }
        if places.is_empty() {
            places.push((self.interp_mut().tracer.file("<unknown>"), 0));
        }
        let stack = self.interp_mut().tracer.stack(places, depth.max(1));
        self.heap_mut().trace_allocation(object, bytes, stack);
    }

    /// The frames of a stack as a tuple of (file, line), and how many there were.
    fn traced_frames(&mut self, number: u32) -> Result<(Value, usize), Raised> {
        let Some((places, total)) = self.interp().tracer.stacks.get(number as usize).cloned() else {
            return Ok((Tuple::empty(self)?.value(), 0));
        };
        let list = List::new(self)?;
        for (file, line) in places.iter() {
            let name = self.interp().tracer.files.get(*file as usize).cloned().unwrap_or_default();
            let name = self.new_str(&name)?;
            let pair = Tuple::from_values(self, &[name, Value::int32(*line)])?.value();
            List::push(list, self, pair)?;
        }
        Ok((List::to_tuple(list, self)?.value(), total))
    }
}

fn start(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let frames = match args.get(0).given() {
        Some(frames) => vm.index_i32(frames)?,
        None => 1,
    };
    if !(1..=MOST_FRAMES).contains(&frames) {
        return Err(vm.raise(Exc::ValueError, format!("the number of frames must be in range [1; {MOST_FRAMES}]")));
    }
    if !vm.interp().heap.is_tracing() {
        vm.start_tracemalloc(frames as usize);
    }
    Ok(Value::NONE)
}

fn stop(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.heap_mut().stop_tracing();
    let limit = vm.interp().tracer.limit;
    vm.interp_mut().tracer = Tracer { limit, ..Tracer::default() };
    Ok(Value::NONE)
}

fn is_tracing(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.interp().heap.is_tracing()))
}

fn clear_traces(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.heap_mut().clear_traces();
    Ok(Value::NONE)
}

fn get_traceback_limit(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.interp().tracer.limit.max(1)))
}

/// What has died does not count: it is collected first.
fn settle(vm: &mut Vm, function: crate::spec::NativeFn) {
    if vm.interp().heap.is_tracing() {
        let loose = vm.loose_stack(function);
        vm.collect_counting(Collection::Major, Vec::new(), false, loose);
    }
}

fn get_traced_memory(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    settle(vm, get_traced_memory);
    let (current, peak) = vm.interp().heap.traced_bytes();
    Ok(Tuple::from_values(vm, &[Value::int(current), Value::int(peak)])?.value())
}

fn reset_peak(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    settle(vm, reset_peak);
    vm.heap_mut().reset_traced_peak();
    Ok(Value::NONE)
}

fn get_tracemalloc_memory(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let entries = vm.interp().heap.traces().count();
    Ok(Value::int(vm.interp().tracer.bytes() + entries * 32))
}

fn get_traces(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    settle(vm, get_traces);
    let result = List::new(vm)?;
    let traces: Vec<(usize, u32)> = vm.interp().heap.traces().collect();
    // Each stack is made once.
    let known = crate::types::dict::Dict::new(vm)?;
    for (bytes, number) in traces {
        let key = Value::int(number as usize);
        let frames = match crate::types::dict::Dict::get_item(known, vm, key)? {
            Some(frames) => frames,
            None => {
                let (frames, total) = vm.traced_frames(number)?;
                let frames = Tuple::from_values(vm, &[frames, Value::int(total)])?.value();
                crate::types::dict::Dict::set(known, vm, key, frames)?;
                frames
            }
        };
        let Some(frames) = frames.exact::<Tuple>() else { continue };
        let (stack, total) = (frames.get(vm).at(0), frames.get(vm).at(1));
        let trace = Tuple::from_values(vm, &[Value::int32(0), Value::int(bytes), stack, total])?.value();
        List::push(result, vm, trace)?;
    }
    Ok(result.value())
}

fn get_object_traceback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let trace = args.get(0).as_heap().and_then(|object| vm.interp().heap.trace_of(object));
    match trace {
        Some((_, number)) => Ok(vm.traced_frames(number)?.0),
        None => Ok(Value::NONE),
    }
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("_get_object_traceback(obj, /)", get_object_traceback, "Get the traceback where the Python object obj was allocated.\n\nReturn a tuple of (filename: str, lineno: int) tuples.\nReturn None if the tracemalloc module is disabled or did not\ntrace the allocation of the object."),
    function("_get_traces()", get_traces, "Get traces of all memory blocks allocated by Python.\n\nReturn a list of (size: int, traceback: tuple) tuples.\ntraceback is a tuple of (filename: str, lineno: int) tuples.\n\nReturn an empty list if the tracemalloc module is disabled."),
    function("clear_traces()", clear_traces, "Clear traces of memory blocks allocated by Python."),
    function("get_traceback_limit()", get_traceback_limit, "Get the maximum number of frames stored in the traceback of a trace.\n\nBy default, a trace of an allocated memory block only stores\nthe most recent frame: the limit is 1."),
    function("get_traced_memory()", get_traced_memory, "Get the current size and peak size of memory blocks traced by tracemalloc.\n\nReturns a tuple: (current: int, peak: int)."),
    function("get_tracemalloc_memory()", get_tracemalloc_memory, "Get the memory usage in bytes of the tracemalloc module.\n\nThis memory is used internally to trace memory allocations."),
    function("is_tracing()", is_tracing, "Return True if the tracemalloc module is tracing Python memory allocations."),
    function("reset_peak()", reset_peak, "Set the peak size of memory blocks traced by tracemalloc to the current size.\n\nDo nothing if the tracemalloc module is not tracing memory allocations."),
    function("start(nframe=1, /)", start, "Start tracing Python memory allocations.\n\nAlso set the maximum number of frames stored in the traceback of a\ntrace to nframe."),
    function("stop()", stop, "Stop tracing Python memory allocations.\n\nAlso clear traces of memory blocks allocated by Python."),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_tracemalloc",
    doc: "Debug module to trace memory blocks allocated by Python.",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};

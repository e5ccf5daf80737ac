//! Coroutines that nobody awaits, and where coroutines were made.
//!
//! Most coroutines are awaited at once, so the newest one is only kept in the thread's context; when the next is made and it has
//! still not begun, it is registered with the heap, which says when nobody can await it any more.

use crate::gc::Gc;
use crate::interp::finalize::UNAWAITED;
use crate::modules::sys::hooks::ORIGIN_TRACKING;
use crate::raise::{Exc, Raised};
use crate::types::generator::asynchronous::Awaitable;
use crate::types::generator::{CREATED, Generator};
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// Notes a new coroutine, or a new awaitable of an asynchronous generator.
    #[inline]
    pub(crate) fn note_unawaited(&mut self, awaitable: Value) {
        self.settle_unawaited();
        self.unawaited = Some(awaitable);
    }

    /// Hands the newest coroutine to the heap, if it has not begun.
    pub(crate) fn settle_unawaited(&mut self) {
        if let Some(last) = self.unawaited.take()
            && not_begun(self, last)
            && let Some(header) = last.as_heap()
        {
            self.heap_mut().register_finalizer(header, UNAWAITED);
        }
    }

    /// A coroutine begins: nothing is to be said about it.
    pub(crate) fn forget_unawaited(&mut self, awaitable: Value) {
        if self.unawaited == Some(awaitable) {
            self.unawaited = None;
        } else if let Some(header) = awaitable.as_heap() {
            self.heap_mut().unregister_finalizer(header);
        }
    }

    /// Warns of a coroutine that nobody can await any more.
    pub(crate) fn warn_unawaited(&mut self, object: Value) {
        if !not_begun(self, object) {
            return;
        }
        let warned = match warn(self, object) {
            Ok(()) => return,
            Err(raised) => {
                let warned = self.raised_is(Exc::RuntimeWarning);
                self.write_unraisable_of(raised, "while finalizing coroutine", object);
                warned
            }
        };
        let Some(coroutine) = object.downcast::<Generator>(self).filter(|_| !warned) else { return };
        let qualname = coroutine.get(self).qualname;
        let qualname = self.text_of(qualname).unwrap_or_default();
        if let Err(raised) = self.warn(Exc::RuntimeWarning, &format!("coroutine '{qualname}' was never awaited"), 0) {
            self.write_unraisable_of(raised, "while finalizing coroutine", object);
        }
    }
}

fn not_begun(vm: &Vm, object: Value) -> bool {
    match object.downcast::<Generator>(vm) {
        Some(coroutine) => coroutine.get(vm).state == CREATED,
        None => object.downcast::<Awaitable>(vm).is_some_and(|awaitable| awaitable.get(vm).is_new()),
    }
}

fn warn(vm: &mut Vm, object: Value) -> Result<(), Raised> {
    if let Some(awaitable) = object.downcast::<Awaitable>(vm) {
        let (generator, method) = (awaitable.get(vm).generator, awaitable.get(vm).method());
        let qualname = generator.get(vm).qualname;
        let qualname = vm.repr_string(qualname)?;
        return vm.warn(
            Exc::RuntimeWarning,
            &format!("coroutine method '{method}' of {qualname} was never awaited"),
            0,
        );
    }
    let warnings = crate::import::import_module(vm, "warnings")?;
    let function = vm.get_attr_str(warnings, "_warn_unawaited_coroutine")?;
    vm.call(function, &[object]).map(drop)
}

/// `cr_origin` of a coroutine made by the running frame's caller, when `sys.set_coroutine_origin_tracking_depth` asks for it:
/// a tuple of (file, line, function).
pub fn origin(vm: &mut Vm) -> Result<Option<Value>, Raised> {
    let wanted = vm.state(ORIGIN_TRACKING).and_then(Value::as_small_int).unwrap_or(0);
    if wanted <= 0 {
        return Ok(None);
    }
    let list = List::new(vm)?;
    let mut depth = vm.exec.depth().saturating_sub(1);
    for _ in 0..wanted {
        let Some(frame) = vm.exec.frame(depth).copied() else { break };
        let line = frame.executable.line_at(frame.lasti() as i32 * 2).unwrap_or(0);
        let file = Str::from_wtf8(vm, &frame.executable.code.filename)?;
        let function = Str::from_wtf8(vm, &frame.executable.code.name)?;
        let entry: Gc<Tuple> = Tuple::from_values(vm, &[file.value(), Value::int32(line), function.value()])?;
        List::push(list, vm, entry.value())?;
        depth -= 1;
    }
    Ok(Some(List::to_tuple(list, vm)?.value()))
}

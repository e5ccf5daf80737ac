//! `traceback`: one frame an exception passed through.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{TypeSpec, getset, getter, method};
use crate::types::Builtin;
use crate::types::frame::FrameObject;
use crate::types::list::List;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A traceback entry.
    pub struct Traceback = Builtin::Traceback {
        /// The entry nearer to where the exception was raised.
        pub next: Option<Gc<Traceback>>,
        pub frame: Gc<FrameObject>,
        /// Byte offset of the instruction.
        pub lasti: i32,
        /// `tb_lineno`; -1 while it is to be found from `lasti`.
        pub lineno: i32,
    }
}

impl Traceback {
    /// An entry before `next`.
    pub fn new(
        vm: &mut Vm,
        next: Option<Gc<Traceback>>,
        frame: Gc<FrameObject>,
        lasti: i32,
        lineno: i32,
    ) -> Result<Gc<Traceback>, Raised> {
        vm.new_exact(Traceback { header: HeaderWord::NEW, next, frame, lasti, lineno })
    }

    /// `tb_lineno`.
    pub fn line(&self, vm: &Vm) -> Option<i32> {
        if self.lineno >= 0 { Some(self.lineno) } else { self.frame.get(vm).line_at(self.lasti) }
    }
}

fn get_next(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let next = this.downcast::<Traceback>(vm).and_then(|this| this.get(vm).next);
    Ok(next.map_or(Value::NONE, Gc::value))
}

fn get_frame(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Traceback>(vm).map_or(Value::NONE, |this| this.get(vm).frame.value()))
}

fn get_lasti(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Traceback>(vm).map_or(Value::NONE, |this| Value::int32(this.get(vm).lasti)))
}

fn get_lineno(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let line = this.downcast::<Traceback>(vm).and_then(|this| this.get(vm).line(vm));
    Ok(line.map_or(Value::NONE, Value::int32))
}

fn set_next(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(traceback) = this.downcast::<Traceback>(vm) else { return Ok(()) };
    let Some(value) = value else {
        return Err(vm.raise(crate::raise::Exc::TypeError, "can't delete tb_next attribute"));
    };
    if value.is_none() {
        traceback.get_mut(vm).next = None;
        return Ok(());
    }
    let Some(next) = value.exact::<Traceback>() else {
        let got = vm.type_name(value);
        return Err(vm.raise(crate::raise::Exc::TypeError, format!("expected traceback object, got '{got}'")));
    };
    let mut at = Some(next);
    while let Some(entry) = at {
        if entry == traceback {
            return Err(vm.raise(crate::raise::Exc::ValueError, "traceback loop detected"));
        }
        at = entry.get(vm).next;
    }
    traceback.get_mut(vm).next = Some(next);
    Ok(())
}

fn new(vm: &mut Vm, _class: Gc<crate::types::type_::Type>, args: Args<'_>) -> Result<Value, Raised> {
    static SIGNATURE: crate::signature::Signature =
        crate::signature::Signature::parse("traceback(tb_next, tb_frame, tb_lasti, tb_lineno)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [next, frame, lasti, lineno] = args.all();
        let next = match next.exact::<Traceback>() {
            None if !next.is_none() => {
                let got = vm.type_name(next);
                let message = format!("expected traceback object or None, got '{got}'");
                return Err(vm.raise(crate::raise::Exc::TypeError, message));
            }
            next => next,
        };
        let Some(frame) = frame.exact::<FrameObject>() else {
            let got = vm.type_name(frame);
            let message = format!("traceback() argument 'tb_frame' must be frame, not {got}");
            return Err(vm.raise(crate::raise::Exc::TypeError, message));
        };
        let (lasti, lineno) = (vm.index_i32(lasti)?, vm.index_i32(lineno)?);
        Ok(Traceback::new(vm, next, frame, lasti, lineno)?.value())
    })
}

fn dir(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let names = List::new(vm)?;
    for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
        let name = vm.new_str(name)?;
        List::push(names, vm, name)?;
    }
    Ok(names.value())
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "traceback",
    layout: Some(<Traceback as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: &[method("__dir__($self, /)", dir, "")],
    getset: &[
        getset("tb_next", get_next, set_next, ""),
        getter("tb_frame", get_frame, ""),
        getter("tb_lasti", get_lasti, ""),
        getter("tb_lineno", get_lineno, ""),
    ],
    doc: "traceback(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nCreate a new traceback object.",
    ..TypeSpec::DEFAULT
};

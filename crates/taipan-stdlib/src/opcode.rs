//! `_opcode`: facts about the bytecode for `opcode` and `dis`.

use taipan_bytecode::operands::{BinaryOp, Intrinsic1, Intrinsic2, SpecialMethod};
use taipan_bytecode::ops::Opcode;
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::code::Code;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// CPython's names of the arguments of `BINARY_OP`, by number.
const NB_NAMES: &[&str] = &[
    "NB_ADD",
    "NB_AND",
    "NB_FLOOR_DIVIDE",
    "NB_LSHIFT",
    "NB_MATRIX_MULTIPLY",
    "NB_MULTIPLY",
    "NB_REMAINDER",
    "NB_OR",
    "NB_POWER",
    "NB_RSHIFT",
    "NB_SUBTRACT",
    "NB_TRUE_DIVIDE",
    "NB_XOR",
    "NB_INPLACE_ADD",
    "NB_INPLACE_AND",
    "NB_INPLACE_FLOOR_DIVIDE",
    "NB_INPLACE_LSHIFT",
    "NB_INPLACE_MATRIX_MULTIPLY",
    "NB_INPLACE_MULTIPLY",
    "NB_INPLACE_REMAINDER",
    "NB_INPLACE_OR",
    "NB_INPLACE_POWER",
    "NB_INPLACE_RSHIFT",
    "NB_INPLACE_SUBTRACT",
    "NB_INPLACE_TRUE_DIVIDE",
    "NB_INPLACE_XOR",
    "NB_SUBSCR",
];

fn opcode_of(vm: &mut Vm, args: Args<'_>) -> Result<Option<Opcode>, Raised> {
    let number = vm.index_i32(args.get(0))?;
    Ok(u16::try_from(number).ok().and_then(Opcode::from_u16))
}

macro_rules! tests {
    ($($name:ident: $test:expr;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let test: fn(Opcode) -> bool = $test;
            Ok(Value::bool(opcode_of(vm, args)?.is_some_and(test)))
        }
    )*};
}

tests! {
    is_valid: |_| true;
    has_arg: |op| op.has_arg();
    has_const: |op| op.has_const();
    has_name: |op| op.has_name();
    has_jump: |op| op.has_jump();
    has_free: |op| op.has_free();
    has_local: |op| op.has_local();
    has_exc: |op| op.is_block_push();
}

fn stack_effect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, oparg, jump] = args.all();
    // The forms that specialising writes have no effect of their own.
    let opcode = opcode_of(vm, args)?.filter(|opcode| opcode.base() == *opcode);
    let oparg = match oparg.not_none() {
        // As in C, what is beyond 32 bits is lost.
        Some(oparg) => vm.index_i64(oparg)? as i32,
        None => 0,
    };
    let jump = match jump.not_none() {
        None => None,
        Some(Value::TRUE) => Some(true),
        Some(Value::FALSE) => Some(false),
        Some(_) => return Err(vm.raise(Exc::ValueError, "stack_effect: jump must be False, True or None")),
    };
    let effect = opcode.and_then(|opcode| {
        let oparg = oparg.cast_unsigned();
        let (popped, pushed) = opcode.pops_and_pushes(oparg);
        if (popped as i32) < 0 || (pushed as i32) < 0 {
            return None;
        }
        Some(match jump {
            Some(jump) => opcode.stack_effect(oparg, jump),
            None => opcode.stack_effect(oparg, true).max(opcode.stack_effect(oparg, false)),
        })
    });
    match effect {
        Some(effect) => vm.new_int(i64::from(effect as i32)),
        None => Err(vm.raise(Exc::ValueError, "invalid opcode or oparg")),
    }
}

fn texts(vm: &mut Vm, items: impl Iterator<Item = &'static str>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for item in items {
        let text = vm.new_str(item)?;
        List::push(list, vm, text)?;
    }
    Ok(list.value())
}

fn get_nb_ops(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for (name, operator) in NB_NAMES.iter().zip(BinaryOp::ALL) {
        let (name, symbol) = (vm.new_str(name)?, vm.new_str(operator.text())?);
        let pair = Tuple::from_values(vm, &[name, symbol])?;
        List::push(list, vm, pair.value())?;
    }
    Ok(list.value())
}

fn get_intrinsic1_descs(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    texts(vm, Intrinsic1::ALL.iter().map(|item| item.text()))
}

fn get_intrinsic2_descs(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    texts(vm, Intrinsic2::ALL.iter().map(|item| item.text()))
}

fn get_special_method_names(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    texts(vm, SpecialMethod::ALL.iter().map(|item| item.text()))
}

fn none(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn get_executor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.get(0).exact::<Code>().is_none() {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("expected a code object, not '{got}'")));
    }
    vm.index_i32(args.get(1))?;
    Err(vm.raise(Exc::ValueError, "no executor at given byte offset"))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "ENABLE_SPECIALIZATION", 1)?;
    Module::set_int(module, vm, "ENABLE_SPECIALIZATION_FT", 1)
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "stack_effect(opcode, oparg=None, /, *, jump=None)",
        stack_effect,
        "Compute the stack effect of the opcode.",
    ),
    function("is_valid(opcode)", is_valid, "Return True if opcode is valid, False otherwise."),
    function("has_arg(opcode)", has_arg, "Return True if the opcode uses its oparg, False otherwise."),
    function("has_const(opcode)", has_const, "Return True if the opcode accesses a constant, False otherwise."),
    function("has_name(opcode)", has_name, "Return True if the opcode accesses an attribute by name, False otherwise."),
    function("has_jump(opcode)", has_jump, "Return True if the opcode has a jump target, False otherwise."),
    function("has_free(opcode)", has_free, "Return True if the opcode accesses a free variable, False otherwise."),
    function("has_local(opcode)", has_local, "Return True if the opcode accesses a local variable, False otherwise."),
    function("has_exc(opcode)", has_exc, "Return True if the opcode sets an exception handler, False otherwise."),
    function("get_specialization_stats()", none, "Return the specialization stats"),
    function(
        "get_nb_ops()",
        get_nb_ops,
        "Return array of symbols of binary ops.\n\nIndexed by the BINARY_OP oparg value.",
    ),
    function("get_intrinsic1_descs()", get_intrinsic1_descs, "Return a list of names of the unary intrinsics."),
    function("get_intrinsic2_descs()", get_intrinsic2_descs, "Return a list of names of the binary intrinsics."),
    function("get_special_method_names()", get_special_method_names, "Return a list of special method names."),
    function(
        "get_executor(code, offset)",
        get_executor,
        "Return the executor object at offset in code if exists, None otherwise.",
    ),
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_opcode",
    doc: "Opcode support module.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

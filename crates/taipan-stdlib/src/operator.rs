//! `_operator`: the operators as functions, and `attrgetter`, `itemgetter`, `methodcaller`.

use taipan_vm::args::Args;
use taipan_vm::number::{Operator, UnaryOperator};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod getters;

macro_rules! binary {
    ($($name:ident $method:ident $op:ident;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.$method(Operator::$op, args.get(0), args.get(1))
        }
    )*};
}

binary! {
    add binary Add; sub binary Sub; mul binary Mul; matmul binary MatMul; floordiv binary FloorDiv;
    truediv binary TrueDiv; modulo binary Rem; lshift binary LShift; rshift binary RShift; and_ binary And;
    xor binary Xor; or_ binary Or; pow binary Pow;
    iadd binary_in_place Add; isub binary_in_place Sub; imul binary_in_place Mul; imatmul binary_in_place MatMul;
    ifloordiv binary_in_place FloorDiv; itruediv binary_in_place TrueDiv; imod binary_in_place Rem;
    ilshift binary_in_place LShift; irshift binary_in_place RShift; iand binary_in_place And;
    ixor binary_in_place Xor; ior binary_in_place Or; ipow binary_in_place Pow;
}

macro_rules! comparison {
    ($($name:ident $op:ident;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.compare(args.get(0), args.get(1), Comparison::$op)
        }
    )*};
}

comparison! { eq Eq; ne Ne; lt Lt; le Le; gt Gt; ge Ge; }

macro_rules! unary {
    ($($name:ident $op:ident;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.unary(UnaryOperator::$op, args.get(0))
        }
    )*};
}

unary! { neg Negative; pos Positive; invert Invert; }

fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = args.get(0);
    match vm.slots(x).abs {
        Some(abs) => abs(vm, x),
        None => {
            let name = vm.type_name(x);
            Err(vm.raise(Exc::TypeError, format!("bad operand type for abs(): '{name}'")))
        }
    }
}

fn truth(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.is_true(args.get(0)).map(Value::bool)
}

fn not_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(!vm.is_true(args.get(0))?))
}

fn is_(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.get(0) == args.get(1)))
}

fn is_not(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.get(0) != args.get(1)))
}

fn is_none(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.get(0).is_none()))
}

fn is_not_none(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(!args.get(0).is_none()))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.index(args.get(0))
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.contains(args.get(0), args.get(1)).map(Value::bool)
}

fn index_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.iter(args.get(0))?;
    let mut index = 0;
    while let Some(item) = vm.next(iterator)? {
        if vm.is_equal(item, args.get(1))? {
            return Ok(Value::int(index));
        }
        index += 1;
    }
    Err(vm.raise(Exc::ValueError, "sequence.index(x): x not in sequence"))
}

fn count_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.iter(args.get(0))?;
    let mut count = 0;
    while let Some(item) = vm.next(iterator)? {
        count += usize::from(vm.is_equal(item, args.get(1))?);
    }
    Ok(Value::int(count))
}

/// Both operands of a concatenation are sequences, or TypeError names the one that is not.
fn check_sequences(vm: &mut Vm, a: Value, b: Value) -> Result<(), Raised> {
    for value in [a, b] {
        if vm.slots(value).subscript.is_none() {
            let name = vm.type_name(value);
            return Err(vm.raise(Exc::TypeError, format!("'{name}' object can't be concatenated")));
        }
    }
    Ok(())
}

fn concat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_sequences(vm, args.get(0), args.get(1))?;
    vm.binary(Operator::Add, args.get(0), args.get(1))
}

fn iconcat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_sequences(vm, args.get(0), args.get(1))?;
    vm.binary_in_place(Operator::Add, args.get(0), args.get(1))
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.get_item(args.get(0), args.get(1))
}

fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.set_item(args.get(0), args.get(1), Some(args.get(2)))?;
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.set_item(args.get(0), args.get(1), None)?;
    Ok(Value::NONE)
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let default = match args.get(1).given() {
        Some(default) => vm.index_isize(default)?,
        None => 0,
    };
    // A negative default is given back as it is; the protocol knows none.
    match usize::try_from(default) {
        Ok(default) => {
            let hint = vm.length_hint(args.get(0), default)?;
            vm.new_uint(hint as u64)
        }
        Err(_) => {
            const ABSENT: usize = usize::MAX >> 2;
            match vm.length_hint(args.get(0), ABSENT)? {
                ABSENT => vm.new_int(default as i64),
                hint => vm.new_uint(hint as u64),
            }
        }
    }
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [callable, positional, keywords] = args.all();
    let (positional, keywords) = (positional.expect::<Tuple>(vm), keywords.downcast::<Dict>(vm));
    vm.call_tuple(callable, positional, keywords)
}

/// The bytes of a comparison that does not tell where they differ.
fn digest(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    if let Some(text) = value.downcast::<Str>(vm) {
        return match text.get(vm).as_ascii() {
            Some(ascii) => Ok(ascii.as_bytes().to_vec()),
            None => Err(vm.raise(Exc::TypeError, "comparing strings with non-ASCII characters is not supported")),
        };
    }
    vm.bytes_of(value)
}

fn compare_digest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (a, b) = (args.get(0), args.get(1));
    let texts = (a.downcast::<Str>(vm).is_some(), b.downcast::<Str>(vm).is_some());
    let buffers = (vm.slots(a).get_buffer.is_some(), vm.slots(b).get_buffer.is_some());
    if texts != (true, true) && buffers != (true, true) {
        let (a, b) = (vm.type_name(a), vm.type_name(b));
        let message = format!("unsupported operand types(s) or combination of types: '{a}' and '{b}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let (a, b) = (digest(vm, a)?, digest(vm, b)?);
    let mut differ = u8::from(a.len() != b.len());
    for (i, byte) in b.iter().enumerate() {
        differ |= byte ^ a.get(i).copied().unwrap_or(0);
    }
    Ok(Value::bool(std::hint::black_box(differ) == 0))
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("truth(a, /)", truth, "Return True if a is true, False otherwise."),
    function("contains(a, b, /)", contains, "Same as b in a (note reversed operands)."),
    function("indexOf(a, b, /)", index_of, "Return the first index of b in a."),
    function("countOf(a, b, /)", count_of, "Return the number of items in a which are, or which equal, b."),
    function("is_(a, b, /)", is_, "Same as a is b."),
    function("is_not(a, b, /)", is_not, "Same as a is not b."),
    function("is_none(a, /)", is_none, "Same as a is None."),
    function("is_not_none(a, /)", is_not_none, "Same as a is not None."),
    function("index(a, /)", index, "Same as a.__index__()"),
    function("add(a, b, /)", add, "Same as a + b."),
    function("sub(a, b, /)", sub, "Same as a - b."),
    function("mul(a, b, /)", mul, "Same as a * b."),
    function("matmul(a, b, /)", matmul, "Same as a @ b."),
    function("floordiv(a, b, /)", floordiv, "Same as a // b."),
    function("truediv(a, b, /)", truediv, "Same as a / b."),
    function("mod(a, b, /)", modulo, "Same as a % b."),
    function("neg(a, /)", neg, "Same as -a."),
    function("pos(a, /)", pos, "Same as +a."),
    function("abs(a, /)", abs, "Same as abs(a)."),
    function("inv(a, /)", invert, "Same as ~a."),
    function("invert(a, /)", invert, "Same as ~a."),
    function("lshift(a, b, /)", lshift, "Same as a << b."),
    function("rshift(a, b, /)", rshift, "Same as a >> b."),
    function("not_(a, /)", not_, "Same as not a."),
    function("and_(a, b, /)", and_, "Same as a & b."),
    function("xor(a, b, /)", xor, "Same as a ^ b."),
    function("or_(a, b, /)", or_, "Same as a | b."),
    function("iadd(a, b, /)", iadd, "Same as a += b."),
    function("isub(a, b, /)", isub, "Same as a -= b."),
    function("imul(a, b, /)", imul, "Same as a *= b."),
    function("imatmul(a, b, /)", imatmul, "Same as a @= b."),
    function("ifloordiv(a, b, /)", ifloordiv, "Same as a //= b."),
    function("itruediv(a, b, /)", itruediv, "Same as a /= b."),
    function("imod(a, b, /)", imod, "Same as a %= b."),
    function("ilshift(a, b, /)", ilshift, "Same as a <<= b."),
    function("irshift(a, b, /)", irshift, "Same as a >>= b."),
    function("iand(a, b, /)", iand, "Same as a &= b."),
    function("ixor(a, b, /)", ixor, "Same as a ^= b."),
    function("ior(a, b, /)", ior, "Same as a |= b."),
    function("concat(a, b, /)", concat, "Same as a + b, for a and b sequences."),
    function("iconcat(a, b, /)", iconcat, "Same as a += b, for a and b sequences."),
    function("getitem(a, b, /)", getitem, "Same as a[b]."),
    function("setitem(a, b, c, /)", setitem, "Same as a[b] = c."),
    function("delitem(a, b, /)", delitem, "Same as del a[b]."),
    function("pow(a, b, /)", pow, "Same as a ** b."),
    function("ipow(a, b, /)", ipow, "Same as a **= b."),
    function("eq(a, b, /)", eq, "Same as a == b."),
    function("ne(a, b, /)", ne, "Same as a != b."),
    function("lt(a, b, /)", lt, "Same as a < b."),
    function("le(a, b, /)", le, "Same as a <= b."),
    function("gt(a, b, /)", gt, "Same as a > b."),
    function("ge(a, b, /)", ge, "Same as a >= b."),
    function("_compare_digest(a, b, /)", compare_digest, "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography.\n\na and b must both be of the same type: either str (ASCII only),\nor any bytes-like object.\n\nNote: If a and b are of different lengths, or if an error occurs,\na timing attack could theoretically reveal information about the\ntypes and lengths of a and b--but not their values."),
    function("length_hint(obj, default=0, /)", length_hint, "Return an estimate of the number of items in obj.\n\nThis is useful for presizing containers when building from an iterable.\n\nIf the object supports len(), the result will be exact.\nOtherwise, it may over- or under-estimate by an arbitrary amount.\nThe result will be an integer >= 0."),
    function("call(obj, /, *args, **kwargs)", call, "Same as obj(*args, **kwargs)."),
];

/// The module `_operator`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_operator",
    doc: "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.  The function names are those\nused for special methods; variants without leading and trailing\n'__' are also provided for convenience.",
    functions: FUNCTIONS,
    types: &[&getters::ATTRGETTER, &getters::ITEMGETTER, &getters::METHODCALLER],
    ..ModuleSpec::DEFAULT
};

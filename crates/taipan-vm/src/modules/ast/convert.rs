//! Trees of the parser as Python objects, and back.
//!
//! One table of the grammar's rules (the macro calls below) gives both directions. Fields stand in the order of
//! `nodes`, which a test checks. Recursion is bounded by the native stack; each alternative is read in a function of
//! its own, to keep frames small.

use taipan_syntax::ast::*;

use super::Classes;
use super::fields::{Item, NodeReader, NodeWriter, Reading, kind_of, read_place, set_place};
use super::nodes::Kind;
use crate::raise::{Exc, Raised};
use crate::value::Value;
use crate::vm::Vm;

/// The alternatives of a sum type.
trait Alternatives<'a>: Sized {
    const SUM: Kind;
    const KINDS: &'static [Kind];

    fn write(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised>;
    fn read(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value, kind: Kind) -> Result<Self, Raised>;
}

/// Declares the alternatives of a sum type: first those with fields of their own, then those whose fields are in a
/// struct of the same or another name.
macro_rules! alternatives {
    ($sum:ident $type:ident {
        $($name:ident { $($field:ident),* })*
        $(; $($outer:ident = $inner:ident { $($inner_field:ident),* })*)?
    }) => {
        impl<'a> Alternatives<'a> for $type<'a> {
            const SUM: Kind = Kind::$sum;
            const KINDS: &'static [Kind] = &[$(Kind::$name,)* $($(Kind::$outer,)*)?];

            #[allow(unused_mut)]
            fn write(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
                match self {
                    $($type::$name { $($field),* } => {
                        let mut node = NodeWriter::new(vm, classes, Kind::$name)?;
                        $(node.field(vm, classes, $field)?;)*
                        Ok(node.object)
                    })*
                    $($($type::$outer(inner) => {
                        let mut node = NodeWriter::new(vm, classes, Kind::$outer)?;
                        $(node.field(vm, classes, &inner.$inner_field)?;)*
                        Ok(node.object)
                    })*)?
                }
            }

            fn read(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value, kind: Kind) -> Result<Self, Raised> {
                match kind {
                    $(Kind::$name => {
                        #[inline(never)]
                        #[allow(unused)]
                        fn read<'a>(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<$type<'a>, Raised> {
                            let mut node = NodeReader::new(object, Kind::$name);
                            Ok($type::$name { $($field: node.field(vm, reading)?),* })
                        }
                        read(vm, reading, object)
                    })*
                    $($(Kind::$outer => {
                        #[inline(never)]
                        fn read<'a>(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<$inner<'a>, Raised> {
                            let mut node = NodeReader::new(object, Kind::$outer);
                            Ok($inner { $($inner_field: node.field(vm, reading)?),* })
                        }
                        Ok($type::$outer(reading.arena().alloc(read(vm, reading, object)?)))
                    })*)?
                    // `kind_of` gives alternatives only.
                    _ => Err(vm.raise(Exc::SystemError, "unknown kind of node")),
                }
            }
        }
    };
}

alternatives! { r#mod Mod {
    Module { body, type_ignores }
    Interactive { body }
    Expression { body }
    FunctionType { argtypes, returns }
}}

alternatives! { stmt StmtKind {
    Return { value }
    Delete { targets }
    Assign { targets, value, type_comment }
    TypeAlias { name, type_params, value }
    AugAssign { target, op, value }
    AnnAssign { target, annotation, value, simple }
    While { test, body, orelse }
    If { test, body, orelse }
    Match { subject, cases }
    Raise { exc, cause }
    Assert { test, msg }
    Import { names }
    ImportFrom { module, names, level }
    Global { names }
    Nonlocal { names }
    Expr { value }
    Pass {}
    Break {}
    Continue {}
    ;
    FunctionDef = FunctionDef { name, args, body, decorator_list, returns, type_comment, type_params }
    AsyncFunctionDef = FunctionDef { name, args, body, decorator_list, returns, type_comment, type_params }
    ClassDef = ClassDef { name, bases, keywords, body, decorator_list, type_params }
    For = For { target, iter, body, orelse, type_comment }
    AsyncFor = For { target, iter, body, orelse, type_comment }
    With = With { items, body, type_comment }
    AsyncWith = With { items, body, type_comment }
    Try = Try { body, handlers, orelse, finalbody }
    TryStar = Try { body, handlers, orelse, finalbody }
}}

alternatives! { expr ExprKind {
    BoolOp { op, values }
    NamedExpr { target, value }
    BinOp { left, op, right }
    UnaryOp { op, operand }
    Lambda { args, body }
    IfExp { test, body, orelse }
    Dict { keys, values }
    Set { elts }
    ListComp { elt, generators }
    SetComp { elt, generators }
    DictComp { key, value, generators }
    GeneratorExp { elt, generators }
    Await { value }
    Yield { value }
    YieldFrom { value }
    Compare { left, ops, comparators }
    Call { func, args, keywords }
    FormattedValue { value, conversion, format_spec }
    Interpolation { value, str, conversion, format_spec }
    JoinedStr { values }
    TemplateStr { values }
    Constant { value, kind }
    Attribute { value, attr, ctx }
    Subscript { value, slice, ctx }
    Starred { value, ctx }
    Name { id, ctx }
    List { elts, ctx }
    Tuple { elts, ctx }
    Slice { lower, upper, step }
}}

alternatives! { pattern PatternKind {
    MatchValue { value }
    MatchSingleton { value }
    MatchSequence { patterns }
    MatchMapping { keys, patterns, rest }
    MatchClass { cls, patterns, kwd_attrs, kwd_patterns }
    MatchStar { name }
    MatchAs { pattern, name }
    MatchOr { patterns }
}}

alternatives! { type_param TypeParamKind {
    TypeVar { name, bound, default_value }
    ParamSpec { name, default_value }
    TypeVarTuple { name, default_value }
}}

/// What stands for None in a list until the tree is checked.
trait Absent<'a>: Sized {
    fn absent(_: &Reading<'_, 'a>) -> Option<Self> {
        None
    }
}

impl<'a> Absent<'a> for ExprKind<'a> {
    fn absent(_: &Reading<'_, 'a>) -> Option<Self> {
        Some(ExprKind::Constant { value: Constant::ABSENT, kind: None })
    }
}

impl<'a> Absent<'a> for StmtKind<'a> {
    fn absent(reading: &Reading<'_, 'a>) -> Option<Self> {
        Some(StmtKind::Expr { value: Item::absent(reading)? })
    }
}

impl<'a> Absent<'a> for PatternKind<'a> {}

impl<'a> Absent<'a> for TypeParamKind<'a> {}

/// Nodes made of an alternative and a place.
macro_rules! placed_sums {
    ($($type:ident $kind:ident $list:expr;)*) => {$(
        impl<'a> Item<'a> for $type<'a> {
            const LIST: Option<&'static str> = Some($list);

            fn absent(reading: &Reading<'_, 'a>) -> Option<Self> {
                $kind::absent(reading).map(|kind| $type { kind, location: Location::NONE })
            }

            fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
                let object = self.kind.write(vm, classes)?;
                set_place(vm, classes, object, self.location)?;
                Ok(object)
            }

            fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
                if object.is_none() {
                    return Ok(None);
                }
                vm.check_native_stack()?;
                let location = read_place(vm, reading, object, $kind::SUM)?;
                let kind = kind_of(vm, reading, object, $kind::SUM, $kind::KINDS)?;
                let kind = $kind::read(vm, reading, object, kind)?;
                Ok(Some($type { kind, location }))
            }
        }
    )*};
}

placed_sums! {
    Stmt StmtKind "statement";
    Expr ExprKind "expression";
    Pattern PatternKind "pattern";
    TypeParam TypeParamKind "type parameter";
}

impl<'a> Item<'a> for Mod<'a> {
    fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        self.write(vm, classes)
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        let kind = kind_of(vm, reading, object, Mod::SUM, Mod::KINDS)?;
        Mod::read(vm, reading, object, kind).map(Some)
    }
}

/// Nodes that are structs; `in` names the sum type of those that are its only alternative.
macro_rules! structs {
    ($($type:ident $name:ident $(in $sum:ident)? { $($field:ident),* } $($location:ident)?, $list:expr;)*) => {$(
        impl<'a> Item<'a> for $type<'a> {
            const LIST: Option<&'static str> = $list;

            fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
                let mut node = NodeWriter::new(vm, classes, Kind::$name)?;
                $(node.field(vm, classes, &self.$field)?;)*
                $(node.place(vm, classes, self.$location)?;)?
                Ok(node.object)
            }

            fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
                vm.check_native_stack()?;
                $(
                    const SUM: Kind = Kind::$sum;
                    if object.is_none() {
                        return Ok(None);
                    }
                )?
                let mut node = NodeReader::new(object, Kind::$name);
                structs!(@read vm reading object node $type $name $($sum)? { $($field),* } $($location)?)
            }
        }
    )*};
    // Fields first, then the place.
    (@read $vm:ident $classes:ident $object:ident $node:ident $type:ident $name:ident
        { $($field:ident),* } $($location:ident)?) => {
        Ok(Some($type {
            $($field: $node.field($vm, $classes)?,)*
            $($location: read_place($vm, $classes, $object, Kind::$name)?,)?
        }))
    };
    // Of alternatives, the place first.
    (@read $vm:ident $classes:ident $object:ident $node:ident $type:ident $name:ident $sum:ident
        { $($field:ident),* } $($location:ident)?) => {{
        $(let $location = read_place($vm, $classes, $object, SUM)?;)?
        kind_of($vm, $classes, $object, SUM, &[Kind::$name])?;
        Ok(Some($type { $($field: $node.field($vm, $classes)?,)* $($location)? }))
    }};
}

structs! {
    Comprehension comprehension { target, iter, ifs, is_async }, Some("comprehension");
    ExceptHandler ExceptHandler in excepthandler { type_, name, body } location, Some("except handler");
    Arguments arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults }, None;
    Arg arg { arg, annotation, type_comment } location, None;
    Keyword keyword { arg, value } location, None;
    Alias alias { name, asname } location, None;
    WithItem withitem { context_expr, optional_vars }, None;
    MatchCase match_case { pattern, guard, body }, None;
    TypeIgnore TypeIgnore in type_ignore { lineno, tag }, None;
}

/// Sum types without fields.
macro_rules! enumerations {
    ($($type:ident $sum:ident { $($name:ident)* })*) => {$(
        impl<'a> Item<'a> for $type {
            fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
                Ok(classes.instance(vm, match self { $($type::$name => Kind::$name,)* }))
            }

            fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
                let kind = kind_of(vm, reading, object, Kind::$sum, &[$(Kind::$name),*])?;
                $(if kind == Kind::$name {
                    return Ok(Some($type::$name));
                })*
                Ok(None)
            }
        }
    )*};
}

enumerations! {
    ExprContext expr_context { Load Store Del }
    BoolOp boolop { And Or }
    Operator operator { Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv }
    UnaryOp unaryop { Invert Not UAdd USub }
    CmpOp cmpop { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn }
}

/// What lies in the arena.
impl<'a, T: Item<'a>> Item<'a> for &'a mut T {
    const LIST: Option<&'static str> = T::LIST;

    fn absent(reading: &Reading<'_, 'a>) -> Option<Self> {
        T::absent(reading).map(|item| reading.arena().alloc(item))
    }

    fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        (**self).to_object(vm, classes)
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        Ok(T::from_object(vm, reading, object)?.map(|item| reading.arena().alloc(item)))
    }
}

//! The node classes of the abstract grammar: name, base, fields with their types, places, documentation.
//!
//! A base comes before what derives from it; the number of a row is its [`Kind`].

/// Which attributes for places a class adds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// None: its nodes have no place.
    None,
    /// None: the base has them, or has none.
    Inherited,
    /// A begin and an end that may be left out.
    EndOptional,
    /// A begin and an end.
    Full,
}

/// One node class.
pub struct Node {
    pub name: &'static str,
    /// The sum type it is an alternative of.
    pub base: Option<Kind>,
    /// Names and types; `?` marks optional fields, `*` lists.
    pub fields: &'static [(&'static str, &'static str)],
    pub place: Place,
    pub doc: &'static str,
}

macro_rules! kinds {
    ($($name:ident)*) => {
        /// A node class, named as in Python.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Kind { $($name,)* }

        /// All classes in the order of their numbers.
        pub const KINDS: &[Kind] = &[$(Kind::$name,)*];
    };
}

impl Kind {
    /// The row of the class.
    pub fn node(self) -> &'static Node {
        &NODES[self as usize]
    }
}

#[rustfmt::skip]
kinds! {
    r#mod Module Interactive Expression FunctionType stmt FunctionDef AsyncFunctionDef ClassDef Return Delete Assign
    TypeAlias AugAssign AnnAssign For AsyncFor While If With AsyncWith Match Raise Try TryStar Assert Import
    ImportFrom Global Nonlocal Expr Pass Break Continue expr BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set
    ListComp SetComp DictComp GeneratorExp Await Yield YieldFrom Compare Call FormattedValue Interpolation JoinedStr
    TemplateStr Constant Attribute Subscript Starred Name List Tuple Slice expr_context Load Store Del boolop And Or
    operator Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv unaryop Invert Not UAdd USub
    cmpop Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn comprehension excepthandler ExceptHandler arguments arg keyword
    alias withitem match_case pattern MatchValue MatchSingleton MatchSequence MatchMapping MatchClass MatchStar
    MatchAs MatchOr type_ignore TypeIgnore type_param TypeVar ParamSpec TypeVarTuple
}

/// All of them.
#[rustfmt::skip]
pub static NODES: &[Node] = &[
    Node { name: "mod", base: None, fields: &[], place: Place::None, doc: "mod = Module(stmt* body, type_ignore* type_ignores)\n    | Interactive(stmt* body)\n    | Expression(expr body)\n    | FunctionType(expr* argtypes, expr returns)" },
    Node { name: "Module", base: Some(Kind::r#mod), fields: &[("body", "stmt*"), ("type_ignores", "type_ignore*")], place: Place::Inherited, doc: "Module(stmt* body, type_ignore* type_ignores)" },
    Node { name: "Interactive", base: Some(Kind::r#mod), fields: &[("body", "stmt*")], place: Place::Inherited, doc: "Interactive(stmt* body)" },
    Node { name: "Expression", base: Some(Kind::r#mod), fields: &[("body", "expr")], place: Place::Inherited, doc: "Expression(expr body)" },
    Node { name: "FunctionType", base: Some(Kind::r#mod), fields: &[("argtypes", "expr*"), ("returns", "expr")], place: Place::Inherited, doc: "FunctionType(expr* argtypes, expr returns)" },
    Node { name: "stmt", base: None, fields: &[], place: Place::EndOptional, doc: "stmt = FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)\n     | AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)\n     | ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)\n     | Return(expr? value)\n     | Delete(expr* targets)\n     | Assign(expr* targets, expr value, string? type_comment)\n     | TypeAlias(expr name, type_param* type_params, expr value)\n     | AugAssign(expr target, operator op, expr value)\n     | AnnAssign(expr target, expr annotation, expr? value, int simple)\n     | For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)\n     | AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)\n     | While(expr test, stmt* body, stmt* orelse)\n     | If(expr test, stmt* body, stmt* orelse)\n     | With(withitem* items, stmt* body, string? type_comment)\n     | AsyncWith(withitem* items, stmt* body, string? type_comment)\n     | Match(expr subject, match_case* cases)\n     | Raise(expr? exc, expr? cause)\n     | Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)\n     | TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)\n     | Assert(expr test, expr? msg)\n     | Import(alias* names)\n     | ImportFrom(identifier? module, alias* names, int? level)\n     | Global(identifier* names)\n     | Nonlocal(identifier* names)\n     | Expr(expr value)\n     | Pass\n     | Break\n     | Continue" },
    Node { name: "FunctionDef", base: Some(Kind::stmt), fields: &[("name", "str"), ("args", "arguments"), ("body", "stmt*"), ("decorator_list", "expr*"), ("returns", "expr?"), ("type_comment", "str?"), ("type_params", "type_param*")], place: Place::Inherited, doc: "FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)" },
    Node { name: "AsyncFunctionDef", base: Some(Kind::stmt), fields: &[("name", "str"), ("args", "arguments"), ("body", "stmt*"), ("decorator_list", "expr*"), ("returns", "expr?"), ("type_comment", "str?"), ("type_params", "type_param*")], place: Place::Inherited, doc: "AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)" },
    Node { name: "ClassDef", base: Some(Kind::stmt), fields: &[("name", "str"), ("bases", "expr*"), ("keywords", "keyword*"), ("body", "stmt*"), ("decorator_list", "expr*"), ("type_params", "type_param*")], place: Place::Inherited, doc: "ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)" },
    Node { name: "Return", base: Some(Kind::stmt), fields: &[("value", "expr?")], place: Place::Inherited, doc: "Return(expr? value)" },
    Node { name: "Delete", base: Some(Kind::stmt), fields: &[("targets", "expr*")], place: Place::Inherited, doc: "Delete(expr* targets)" },
    Node { name: "Assign", base: Some(Kind::stmt), fields: &[("targets", "expr*"), ("value", "expr"), ("type_comment", "str?")], place: Place::Inherited, doc: "Assign(expr* targets, expr value, string? type_comment)" },
    Node { name: "TypeAlias", base: Some(Kind::stmt), fields: &[("name", "expr"), ("type_params", "type_param*"), ("value", "expr")], place: Place::Inherited, doc: "TypeAlias(expr name, type_param* type_params, expr value)" },
    Node { name: "AugAssign", base: Some(Kind::stmt), fields: &[("target", "expr"), ("op", "operator"), ("value", "expr")], place: Place::Inherited, doc: "AugAssign(expr target, operator op, expr value)" },
    Node { name: "AnnAssign", base: Some(Kind::stmt), fields: &[("target", "expr"), ("annotation", "expr"), ("value", "expr?"), ("simple", "int")], place: Place::Inherited, doc: "AnnAssign(expr target, expr annotation, expr? value, int simple)" },
    Node { name: "For", base: Some(Kind::stmt), fields: &[("target", "expr"), ("iter", "expr"), ("body", "stmt*"), ("orelse", "stmt*"), ("type_comment", "str?")], place: Place::Inherited, doc: "For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)" },
    Node { name: "AsyncFor", base: Some(Kind::stmt), fields: &[("target", "expr"), ("iter", "expr"), ("body", "stmt*"), ("orelse", "stmt*"), ("type_comment", "str?")], place: Place::Inherited, doc: "AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)" },
    Node { name: "While", base: Some(Kind::stmt), fields: &[("test", "expr"), ("body", "stmt*"), ("orelse", "stmt*")], place: Place::Inherited, doc: "While(expr test, stmt* body, stmt* orelse)" },
    Node { name: "If", base: Some(Kind::stmt), fields: &[("test", "expr"), ("body", "stmt*"), ("orelse", "stmt*")], place: Place::Inherited, doc: "If(expr test, stmt* body, stmt* orelse)" },
    Node { name: "With", base: Some(Kind::stmt), fields: &[("items", "withitem*"), ("body", "stmt*"), ("type_comment", "str?")], place: Place::Inherited, doc: "With(withitem* items, stmt* body, string? type_comment)" },
    Node { name: "AsyncWith", base: Some(Kind::stmt), fields: &[("items", "withitem*"), ("body", "stmt*"), ("type_comment", "str?")], place: Place::Inherited, doc: "AsyncWith(withitem* items, stmt* body, string? type_comment)" },
    Node { name: "Match", base: Some(Kind::stmt), fields: &[("subject", "expr"), ("cases", "match_case*")], place: Place::Inherited, doc: "Match(expr subject, match_case* cases)" },
    Node { name: "Raise", base: Some(Kind::stmt), fields: &[("exc", "expr?"), ("cause", "expr?")], place: Place::Inherited, doc: "Raise(expr? exc, expr? cause)" },
    Node { name: "Try", base: Some(Kind::stmt), fields: &[("body", "stmt*"), ("handlers", "excepthandler*"), ("orelse", "stmt*"), ("finalbody", "stmt*")], place: Place::Inherited, doc: "Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)" },
    Node { name: "TryStar", base: Some(Kind::stmt), fields: &[("body", "stmt*"), ("handlers", "excepthandler*"), ("orelse", "stmt*"), ("finalbody", "stmt*")], place: Place::Inherited, doc: "TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)" },
    Node { name: "Assert", base: Some(Kind::stmt), fields: &[("test", "expr"), ("msg", "expr?")], place: Place::Inherited, doc: "Assert(expr test, expr? msg)" },
    Node { name: "Import", base: Some(Kind::stmt), fields: &[("names", "alias*")], place: Place::Inherited, doc: "Import(alias* names)" },
    Node { name: "ImportFrom", base: Some(Kind::stmt), fields: &[("module", "str?"), ("names", "alias*"), ("level", "int?")], place: Place::Inherited, doc: "ImportFrom(identifier? module, alias* names, int? level)" },
    Node { name: "Global", base: Some(Kind::stmt), fields: &[("names", "str*")], place: Place::Inherited, doc: "Global(identifier* names)" },
    Node { name: "Nonlocal", base: Some(Kind::stmt), fields: &[("names", "str*")], place: Place::Inherited, doc: "Nonlocal(identifier* names)" },
    Node { name: "Expr", base: Some(Kind::stmt), fields: &[("value", "expr")], place: Place::Inherited, doc: "Expr(expr value)" },
    Node { name: "Pass", base: Some(Kind::stmt), fields: &[], place: Place::Inherited, doc: "Pass" },
    Node { name: "Break", base: Some(Kind::stmt), fields: &[], place: Place::Inherited, doc: "Break" },
    Node { name: "Continue", base: Some(Kind::stmt), fields: &[], place: Place::Inherited, doc: "Continue" },
    Node { name: "expr", base: None, fields: &[], place: Place::EndOptional, doc: "expr = BoolOp(boolop op, expr* values)\n     | NamedExpr(expr target, expr value)\n     | BinOp(expr left, operator op, expr right)\n     | UnaryOp(unaryop op, expr operand)\n     | Lambda(arguments args, expr body)\n     | IfExp(expr test, expr body, expr orelse)\n     | Dict(expr?* keys, expr* values)\n     | Set(expr* elts)\n     | ListComp(expr elt, comprehension* generators)\n     | SetComp(expr elt, comprehension* generators)\n     | DictComp(expr key, expr value, comprehension* generators)\n     | GeneratorExp(expr elt, comprehension* generators)\n     | Await(expr value)\n     | Yield(expr? value)\n     | YieldFrom(expr value)\n     | Compare(expr left, cmpop* ops, expr* comparators)\n     | Call(expr func, expr* args, keyword* keywords)\n     | FormattedValue(expr value, int conversion, expr? format_spec)\n     | Interpolation(expr value, constant str, int conversion, expr? format_spec)\n     | JoinedStr(expr* values)\n     | TemplateStr(expr* values)\n     | Constant(constant value, string? kind)\n     | Attribute(expr value, identifier attr, expr_context ctx)\n     | Subscript(expr value, expr slice, expr_context ctx)\n     | Starred(expr value, expr_context ctx)\n     | Name(identifier id, expr_context ctx)\n     | List(expr* elts, expr_context ctx)\n     | Tuple(expr* elts, expr_context ctx)\n     | Slice(expr? lower, expr? upper, expr? step)" },
    Node { name: "BoolOp", base: Some(Kind::expr), fields: &[("op", "boolop"), ("values", "expr*")], place: Place::Inherited, doc: "BoolOp(boolop op, expr* values)" },
    Node { name: "NamedExpr", base: Some(Kind::expr), fields: &[("target", "expr"), ("value", "expr")], place: Place::Inherited, doc: "NamedExpr(expr target, expr value)" },
    Node { name: "BinOp", base: Some(Kind::expr), fields: &[("left", "expr"), ("op", "operator"), ("right", "expr")], place: Place::Inherited, doc: "BinOp(expr left, operator op, expr right)" },
    Node { name: "UnaryOp", base: Some(Kind::expr), fields: &[("op", "unaryop"), ("operand", "expr")], place: Place::Inherited, doc: "UnaryOp(unaryop op, expr operand)" },
    Node { name: "Lambda", base: Some(Kind::expr), fields: &[("args", "arguments"), ("body", "expr")], place: Place::Inherited, doc: "Lambda(arguments args, expr body)" },
    Node { name: "IfExp", base: Some(Kind::expr), fields: &[("test", "expr"), ("body", "expr"), ("orelse", "expr")], place: Place::Inherited, doc: "IfExp(expr test, expr body, expr orelse)" },
    Node { name: "Dict", base: Some(Kind::expr), fields: &[("keys", "expr*"), ("values", "expr*")], place: Place::Inherited, doc: "Dict(expr?* keys, expr* values)" },
    Node { name: "Set", base: Some(Kind::expr), fields: &[("elts", "expr*")], place: Place::Inherited, doc: "Set(expr* elts)" },
    Node { name: "ListComp", base: Some(Kind::expr), fields: &[("elt", "expr"), ("generators", "comprehension*")], place: Place::Inherited, doc: "ListComp(expr elt, comprehension* generators)" },
    Node { name: "SetComp", base: Some(Kind::expr), fields: &[("elt", "expr"), ("generators", "comprehension*")], place: Place::Inherited, doc: "SetComp(expr elt, comprehension* generators)" },
    Node { name: "DictComp", base: Some(Kind::expr), fields: &[("key", "expr"), ("value", "expr"), ("generators", "comprehension*")], place: Place::Inherited, doc: "DictComp(expr key, expr value, comprehension* generators)" },
    Node { name: "GeneratorExp", base: Some(Kind::expr), fields: &[("elt", "expr"), ("generators", "comprehension*")], place: Place::Inherited, doc: "GeneratorExp(expr elt, comprehension* generators)" },
    Node { name: "Await", base: Some(Kind::expr), fields: &[("value", "expr")], place: Place::Inherited, doc: "Await(expr value)" },
    Node { name: "Yield", base: Some(Kind::expr), fields: &[("value", "expr?")], place: Place::Inherited, doc: "Yield(expr? value)" },
    Node { name: "YieldFrom", base: Some(Kind::expr), fields: &[("value", "expr")], place: Place::Inherited, doc: "YieldFrom(expr value)" },
    Node { name: "Compare", base: Some(Kind::expr), fields: &[("left", "expr"), ("ops", "cmpop*"), ("comparators", "expr*")], place: Place::Inherited, doc: "Compare(expr left, cmpop* ops, expr* comparators)" },
    Node { name: "Call", base: Some(Kind::expr), fields: &[("func", "expr"), ("args", "expr*"), ("keywords", "keyword*")], place: Place::Inherited, doc: "Call(expr func, expr* args, keyword* keywords)" },
    Node { name: "FormattedValue", base: Some(Kind::expr), fields: &[("value", "expr"), ("conversion", "int"), ("format_spec", "expr?")], place: Place::Inherited, doc: "FormattedValue(expr value, int conversion, expr? format_spec)" },
    Node { name: "Interpolation", base: Some(Kind::expr), fields: &[("value", "expr"), ("str", "object"), ("conversion", "int"), ("format_spec", "expr?")], place: Place::Inherited, doc: "Interpolation(expr value, constant str, int conversion, expr? format_spec)" },
    Node { name: "JoinedStr", base: Some(Kind::expr), fields: &[("values", "expr*")], place: Place::Inherited, doc: "JoinedStr(expr* values)" },
    Node { name: "TemplateStr", base: Some(Kind::expr), fields: &[("values", "expr*")], place: Place::Inherited, doc: "TemplateStr(expr* values)" },
    Node { name: "Constant", base: Some(Kind::expr), fields: &[("value", "object"), ("kind", "str?")], place: Place::Inherited, doc: "Constant(constant value, string? kind)" },
    Node { name: "Attribute", base: Some(Kind::expr), fields: &[("value", "expr"), ("attr", "str"), ("ctx", "expr_context")], place: Place::Inherited, doc: "Attribute(expr value, identifier attr, expr_context ctx)" },
    Node { name: "Subscript", base: Some(Kind::expr), fields: &[("value", "expr"), ("slice", "expr"), ("ctx", "expr_context")], place: Place::Inherited, doc: "Subscript(expr value, expr slice, expr_context ctx)" },
    Node { name: "Starred", base: Some(Kind::expr), fields: &[("value", "expr"), ("ctx", "expr_context")], place: Place::Inherited, doc: "Starred(expr value, expr_context ctx)" },
    Node { name: "Name", base: Some(Kind::expr), fields: &[("id", "str"), ("ctx", "expr_context")], place: Place::Inherited, doc: "Name(identifier id, expr_context ctx)" },
    Node { name: "List", base: Some(Kind::expr), fields: &[("elts", "expr*"), ("ctx", "expr_context")], place: Place::Inherited, doc: "List(expr* elts, expr_context ctx)" },
    Node { name: "Tuple", base: Some(Kind::expr), fields: &[("elts", "expr*"), ("ctx", "expr_context")], place: Place::Inherited, doc: "Tuple(expr* elts, expr_context ctx)" },
    Node { name: "Slice", base: Some(Kind::expr), fields: &[("lower", "expr?"), ("upper", "expr?"), ("step", "expr?")], place: Place::Inherited, doc: "Slice(expr? lower, expr? upper, expr? step)" },
    Node { name: "expr_context", base: None, fields: &[], place: Place::None, doc: "expr_context = Load | Store | Del" },
    Node { name: "Load", base: Some(Kind::expr_context), fields: &[], place: Place::Inherited, doc: "Load" },
    Node { name: "Store", base: Some(Kind::expr_context), fields: &[], place: Place::Inherited, doc: "Store" },
    Node { name: "Del", base: Some(Kind::expr_context), fields: &[], place: Place::Inherited, doc: "Del" },
    Node { name: "boolop", base: None, fields: &[], place: Place::None, doc: "boolop = And | Or" },
    Node { name: "And", base: Some(Kind::boolop), fields: &[], place: Place::Inherited, doc: "And" },
    Node { name: "Or", base: Some(Kind::boolop), fields: &[], place: Place::Inherited, doc: "Or" },
    Node { name: "operator", base: None, fields: &[], place: Place::None, doc: "operator = Add | Sub | Mult | MatMult | Div | Mod | Pow | LShift | RShift | BitOr | BitXor | BitAnd | FloorDiv" },
    Node { name: "Add", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Add" },
    Node { name: "Sub", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Sub" },
    Node { name: "Mult", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Mult" },
    Node { name: "MatMult", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "MatMult" },
    Node { name: "Div", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Div" },
    Node { name: "Mod", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Mod" },
    Node { name: "Pow", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "Pow" },
    Node { name: "LShift", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "LShift" },
    Node { name: "RShift", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "RShift" },
    Node { name: "BitOr", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "BitOr" },
    Node { name: "BitXor", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "BitXor" },
    Node { name: "BitAnd", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "BitAnd" },
    Node { name: "FloorDiv", base: Some(Kind::operator), fields: &[], place: Place::Inherited, doc: "FloorDiv" },
    Node { name: "unaryop", base: None, fields: &[], place: Place::None, doc: "unaryop = Invert | Not | UAdd | USub" },
    Node { name: "Invert", base: Some(Kind::unaryop), fields: &[], place: Place::Inherited, doc: "Invert" },
    Node { name: "Not", base: Some(Kind::unaryop), fields: &[], place: Place::Inherited, doc: "Not" },
    Node { name: "UAdd", base: Some(Kind::unaryop), fields: &[], place: Place::Inherited, doc: "UAdd" },
    Node { name: "USub", base: Some(Kind::unaryop), fields: &[], place: Place::Inherited, doc: "USub" },
    Node { name: "cmpop", base: None, fields: &[], place: Place::None, doc: "cmpop = Eq | NotEq | Lt | LtE | Gt | GtE | Is | IsNot | In | NotIn" },
    Node { name: "Eq", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "Eq" },
    Node { name: "NotEq", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "NotEq" },
    Node { name: "Lt", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "Lt" },
    Node { name: "LtE", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "LtE" },
    Node { name: "Gt", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "Gt" },
    Node { name: "GtE", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "GtE" },
    Node { name: "Is", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "Is" },
    Node { name: "IsNot", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "IsNot" },
    Node { name: "In", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "In" },
    Node { name: "NotIn", base: Some(Kind::cmpop), fields: &[], place: Place::Inherited, doc: "NotIn" },
    Node { name: "comprehension", base: None, fields: &[("target", "expr"), ("iter", "expr"), ("ifs", "expr*"), ("is_async", "int")], place: Place::None, doc: "comprehension(expr target, expr iter, expr* ifs, int is_async)" },
    Node { name: "excepthandler", base: None, fields: &[], place: Place::EndOptional, doc: "excepthandler = ExceptHandler(expr? type, identifier? name, stmt* body)" },
    Node { name: "ExceptHandler", base: Some(Kind::excepthandler), fields: &[("type", "expr?"), ("name", "str?"), ("body", "stmt*")], place: Place::Inherited, doc: "ExceptHandler(expr? type, identifier? name, stmt* body)" },
    Node { name: "arguments", base: None, fields: &[("posonlyargs", "arg*"), ("args", "arg*"), ("vararg", "arg?"), ("kwonlyargs", "arg*"), ("kw_defaults", "expr*"), ("kwarg", "arg?"), ("defaults", "expr*")], place: Place::None, doc: "arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)" },
    Node { name: "arg", base: None, fields: &[("arg", "str"), ("annotation", "expr?"), ("type_comment", "str?")], place: Place::EndOptional, doc: "arg(identifier arg, expr? annotation, string? type_comment)" },
    Node { name: "keyword", base: None, fields: &[("arg", "str?"), ("value", "expr")], place: Place::EndOptional, doc: "keyword(identifier? arg, expr value)" },
    Node { name: "alias", base: None, fields: &[("name", "str"), ("asname", "str?")], place: Place::EndOptional, doc: "alias(identifier name, identifier? asname)" },
    Node { name: "withitem", base: None, fields: &[("context_expr", "expr"), ("optional_vars", "expr?")], place: Place::None, doc: "withitem(expr context_expr, expr? optional_vars)" },
    Node { name: "match_case", base: None, fields: &[("pattern", "pattern"), ("guard", "expr?"), ("body", "stmt*")], place: Place::None, doc: "match_case(pattern pattern, expr? guard, stmt* body)" },
    Node { name: "pattern", base: None, fields: &[], place: Place::Full, doc: "pattern = MatchValue(expr value)\n        | MatchSingleton(constant value)\n        | MatchSequence(pattern* patterns)\n        | MatchMapping(expr* keys, pattern* patterns, identifier? rest)\n        | MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)\n        | MatchStar(identifier? name)\n        | MatchAs(pattern? pattern, identifier? name)\n        | MatchOr(pattern* patterns)" },
    Node { name: "MatchValue", base: Some(Kind::pattern), fields: &[("value", "expr")], place: Place::Inherited, doc: "MatchValue(expr value)" },
    Node { name: "MatchSingleton", base: Some(Kind::pattern), fields: &[("value", "object")], place: Place::Inherited, doc: "MatchSingleton(constant value)" },
    Node { name: "MatchSequence", base: Some(Kind::pattern), fields: &[("patterns", "pattern*")], place: Place::Inherited, doc: "MatchSequence(pattern* patterns)" },
    Node { name: "MatchMapping", base: Some(Kind::pattern), fields: &[("keys", "expr*"), ("patterns", "pattern*"), ("rest", "str?")], place: Place::Inherited, doc: "MatchMapping(expr* keys, pattern* patterns, identifier? rest)" },
    Node { name: "MatchClass", base: Some(Kind::pattern), fields: &[("cls", "expr"), ("patterns", "pattern*"), ("kwd_attrs", "str*"), ("kwd_patterns", "pattern*")], place: Place::Inherited, doc: "MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)" },
    Node { name: "MatchStar", base: Some(Kind::pattern), fields: &[("name", "str?")], place: Place::Inherited, doc: "MatchStar(identifier? name)" },
    Node { name: "MatchAs", base: Some(Kind::pattern), fields: &[("pattern", "pattern?"), ("name", "str?")], place: Place::Inherited, doc: "MatchAs(pattern? pattern, identifier? name)" },
    Node { name: "MatchOr", base: Some(Kind::pattern), fields: &[("patterns", "pattern*")], place: Place::Inherited, doc: "MatchOr(pattern* patterns)" },
    Node { name: "type_ignore", base: None, fields: &[], place: Place::None, doc: "type_ignore = TypeIgnore(int lineno, string tag)" },
    Node { name: "TypeIgnore", base: Some(Kind::type_ignore), fields: &[("lineno", "int"), ("tag", "str")], place: Place::Inherited, doc: "TypeIgnore(int lineno, string tag)" },
    Node { name: "type_param", base: None, fields: &[], place: Place::Full, doc: "type_param = TypeVar(identifier name, expr? bound, expr? default_value)\n           | ParamSpec(identifier name, expr? default_value)\n           | TypeVarTuple(identifier name, expr? default_value)" },
    Node { name: "TypeVar", base: Some(Kind::type_param), fields: &[("name", "str"), ("bound", "expr?"), ("default_value", "expr?")], place: Place::Inherited, doc: "TypeVar(identifier name, expr? bound, expr? default_value)" },
    Node { name: "ParamSpec", base: Some(Kind::type_param), fields: &[("name", "str"), ("default_value", "expr?")], place: Place::Inherited, doc: "ParamSpec(identifier name, expr? default_value)" },
    Node { name: "TypeVarTuple", base: Some(Kind::type_param), fields: &[("name", "str"), ("default_value", "expr?")], place: Place::Inherited, doc: "TypeVarTuple(identifier name, expr? default_value)" },
];

"""The node classes of abstract syntax trees, made from the abstract grammar of Python 3.14."""

# The grammar as `ast` documents it: one paragraph for each sum or product type.
GRAMMAR = """
mod = Module(stmt* body, type_ignore* type_ignores)
    | Interactive(stmt* body)
    | Expression(expr body)
    | FunctionType(expr* argtypes, expr returns)

stmt = FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
     | AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
     | ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)
     | Return(expr? value)
     | Delete(expr* targets)
     | Assign(expr* targets, expr value, string? type_comment)
     | TypeAlias(expr name, type_param* type_params, expr value)
     | AugAssign(expr target, operator op, expr value)
     | AnnAssign(expr target, expr annotation, expr? value, int simple)
     | For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
     | AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
     | While(expr test, stmt* body, stmt* orelse)
     | If(expr test, stmt* body, stmt* orelse)
     | With(withitem* items, stmt* body, string? type_comment)
     | AsyncWith(withitem* items, stmt* body, string? type_comment)
     | Match(expr subject, match_case* cases)
     | Raise(expr? exc, expr? cause)
     | Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
     | TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
     | Assert(expr test, expr? msg)
     | Import(alias* names)
     | ImportFrom(identifier? module, alias* names, int? level)
     | Global(identifier* names)
     | Nonlocal(identifier* names)
     | Expr(expr value)
     | Pass
     | Break
     | Continue

expr = BoolOp(boolop op, expr* values)
     | NamedExpr(expr target, expr value)
     | BinOp(expr left, operator op, expr right)
     | UnaryOp(unaryop op, expr operand)
     | Lambda(arguments args, expr body)
     | IfExp(expr test, expr body, expr orelse)
     | Dict(expr?* keys, expr* values)
     | Set(expr* elts)
     | ListComp(expr elt, comprehension* generators)
     | SetComp(expr elt, comprehension* generators)
     | DictComp(expr key, expr value, comprehension* generators)
     | GeneratorExp(expr elt, comprehension* generators)
     | Await(expr value)
     | Yield(expr? value)
     | YieldFrom(expr value)
     | Compare(expr left, cmpop* ops, expr* comparators)
     | Call(expr func, expr* args, keyword* keywords)
     | FormattedValue(expr value, int conversion, expr? format_spec)
     | Interpolation(expr value, constant str, int conversion, expr? format_spec)
     | JoinedStr(expr* values)
     | TemplateStr(expr* values)
     | Constant(constant value, string? kind)
     | Attribute(expr value, identifier attr, expr_context ctx)
     | Subscript(expr value, expr slice, expr_context ctx)
     | Starred(expr value, expr_context ctx)
     | Name(identifier id, expr_context ctx)
     | List(expr* elts, expr_context ctx)
     | Tuple(expr* elts, expr_context ctx)
     | Slice(expr? lower, expr? upper, expr? step)

expr_context = Load | Store | Del

boolop = And | Or

operator = Add | Sub | Mult | MatMult | Div | Mod | Pow | LShift | RShift | BitOr | BitXor | BitAnd | FloorDiv

unaryop = Invert | Not | UAdd | USub

cmpop = Eq | NotEq | Lt | LtE | Gt | GtE | Is | IsNot | In | NotIn

comprehension(expr target, expr iter, expr* ifs, int is_async)

excepthandler = ExceptHandler(expr? type, identifier? name, stmt* body)

arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)

arg(identifier arg, expr? annotation, string? type_comment)

keyword(identifier? arg, expr value)

alias(identifier name, identifier? asname)

withitem(expr context_expr, expr? optional_vars)

match_case(pattern pattern, expr? guard, stmt* body)

pattern = MatchValue(expr value)
        | MatchSingleton(constant value)
        | MatchSequence(pattern* patterns)
        | MatchMapping(expr* keys, pattern* patterns, identifier? rest)
        | MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)
        | MatchStar(identifier? name)
        | MatchAs(pattern? pattern, identifier? name)
        | MatchOr(pattern* patterns)

type_ignore = TypeIgnore(int lineno, string tag)

type_param = TypeVar(identifier name, expr? bound, expr? default_value)
           | ParamSpec(identifier name, expr? default_value)
           | TypeVarTuple(identifier name, expr? default_value)
"""

# Types whose nodes know their place in the source.
PLACED = {'stmt', 'expr', 'excepthandler', 'arg', 'keyword', 'alias', 'pattern', 'type_param'}

PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_ONLY_AST = 0x400
PyCF_OPTIMIZED_AST = 0x8400
PyCF_TYPE_COMMENTS = 0x1000


class AST:
    _fields = ()
    __match_args__ = ()
    _attributes = ()
    _field_types = {}

    def __init__(self, *args, **kwargs):
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            s = "" if len(fields) == 1 else "s"
            raise TypeError(f"{cls.__name__} constructor takes at most {len(fields)} positional argument{s}")
        missing = list(fields)
        for field, value in zip(fields, args):
            setattr(self, field, value)
            missing.remove(field)
        for name, value in kwargs.items():
            if name in fields:
                if name not in missing:
                    raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
                missing.remove(name)
            elif name not in cls._attributes:
                _deprecated(f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. Support for "
                            "arbitrary keyword arguments is deprecated and will be removed in Python 3.15.")
            setattr(self, name, value)
        for field in missing:
            kind = cls._field_types.get(field)
            if kind is None or isinstance(getattr(cls, field, self), type(None)):
                continue  # optional: the class has None
            if getattr(kind, "__origin__", None) is list:
                setattr(self, field, [])
            elif kind is expr_context:
                setattr(self, field, Load())
            else:
                _deprecated(f"{cls.__name__}.__init__ missing 1 required positional argument: {field!r}. "
                            "This will become an error in Python 3.15.")

    def __reduce__(self):
        state = dict(self.__dict__)
        return type(self), tuple(None for field in self._fields if field in state), state

    def __replace__(self, /, **changes):
        cls = type(self)
        known = set(cls._fields) | set(cls._attributes)
        for name in changes:
            if name not in known:
                raise TypeError(f"{cls.__name__}.__replace__ got an unexpected keyword argument {name!r}.")
        values = {name: value for name, value in self.__dict__.items() if name in known}
        values.update(changes)
        for field in cls._fields:
            if field not in values and not hasattr(cls, field):
                raise TypeError(f"{cls.__name__}.__replace__ missing 1 keyword argument: {field!r}.")
        return cls(**values)

    def __repr__(self):
        return _shown(self, 3)


def _deprecated(message):
    import warnings
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def _shown(value, depth):
    """The repr of a node: long lists show their ends only, deep nodes as `...`."""
    if isinstance(value, AST):
        if depth <= 0:
            return f"{type(value).__name__}(...)"
        parts = [f"{field}={_shown(getattr(value, field, None), depth - 1)}" for field in value._fields]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, (list, tuple)):
        opening, closing = "[]" if isinstance(value, list) else "()"
        if len(value) > 2:
            ends = [_shown(value[0], depth), "...", _shown(value[-1], depth)]
        else:
            ends = [_shown(item, depth) for item in value]
        return opening + ", ".join(ends) + closing
    return repr(value)


_BUILTIN_KINDS = {"identifier": str, "string": str, "int": int, "constant": object}


def _signature(text):
    """The name of a constructor, and its fields as pairs of type and name."""
    name, _, rest = text.partition("(")
    fields = []
    for part in rest.rstrip(")").split(","):
        if part.strip():
            kind, field = part.split()
            fields.append((kind, field))
    return name.strip(), fields


def _make(namespace):
    kinds = {}

    def add(name, base, fields, doc):
        names = tuple(field for kind, field in fields)
        body = {"__module__": "ast", "__doc__": doc, "_fields": names, "__match_args__": names}
        if base is AST:
            body["_attributes"] = ()
            if name in PLACED:
                body["_attributes"] = ("lineno", "col_offset", "end_lineno", "end_col_offset")
                if name != "pattern" and name != "type_param":
                    body["end_lineno"] = body["end_col_offset"] = None
        for kind, field in fields:
            if kind.endswith("?"):
                body[field] = None
        namespace[name] = type(name, (base,), body)
        kinds[name] = fields

    for paragraph in GRAMMAR.strip().split("\n\n"):
        head, equals, alternatives = paragraph.partition(" = ")
        if not equals:
            name, fields = _signature(paragraph)
            add(name, AST, fields, paragraph)
            continue
        add(head, AST, [], paragraph)
        for alternative in alternatives.split("|"):
            doc = alternative.strip()
            name, fields = _signature(doc)
            add(name, namespace[head], fields, doc)
    for name, fields in kinds.items():
        types = {}
        for kind, field in fields:
            plain = kind.rstrip("?*")
            base = _BUILTIN_KINDS.get(plain) or namespace[plain]
            if kind.endswith("*"):
                base = list[base]
            elif kind.endswith("?"):
                base = base | None
            types[field] = base
        if fields:
            namespace[name]._field_types = types


AST.__module__ = "ast"
_make(globals())

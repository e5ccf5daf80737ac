//! The meaning of small numeric arguments: operators, intrinsics, common constants, special methods.
//!
//! Invariant: numbers and names equal CPython 3.14's `_opcode` module (`get_nb_ops`, `get_intrinsic1_descs`,
//! `get_intrinsic2_descs`, `get_special_method_names`) and `opcode._common_constants`.

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant = $number,)*
        }

        impl $name {
            /// Every value, in order of the numbers.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The value of this argument, if there is one.
            pub const fn from_oparg(oparg: u32) -> Option<$name> {
                Some(match oparg {
                    $($number => $name::$variant,)*
                    _ => return None,
                })
            }

            /// The argument that stands for this value.
            pub const fn oparg(self) -> u32 {
                self as u32
            }

            /// CPython's text for it.
            pub const fn text(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }
    };
}

numbered! {
    /// Argument of `BINARY_OP` (`NB_*`).
    BinaryOp {
        Add = 0, "+";
        And = 1, "&";
        FloorDivide = 2, "//";
        Lshift = 3, "<<";
        MatrixMultiply = 4, "@";
        Multiply = 5, "*";
        Remainder = 6, "%";
        Or = 7, "|";
        Power = 8, "**";
        Rshift = 9, ">>";
        Subtract = 10, "-";
        TrueDivide = 11, "/";
        Xor = 12, "^";
        InplaceAdd = 13, "+=";
        InplaceAnd = 14, "&=";
        InplaceFloorDivide = 15, "//=";
        InplaceLshift = 16, "<<=";
        InplaceMatrixMultiply = 17, "@=";
        InplaceMultiply = 18, "*=";
        InplaceRemainder = 19, "%=";
        InplaceOr = 20, "|=";
        InplacePower = 21, "**=";
        InplaceRshift = 22, ">>=";
        InplaceSubtract = 23, "-=";
        InplaceTrueDivide = 24, "/=";
        InplaceXor = 25, "^=";
        Subscr = 26, "[]";
    }
}

numbered! {
    /// Comparison in the argument of `COMPARE_OP`, which is `comparison << 5 | mask`; bit 4 asks for a bool.
    CompareOp {
        Lt = 0, "<";
        Le = 1, "<=";
        Eq = 2, "==";
        Ne = 3, "!=";
        Gt = 4, ">";
        Ge = 5, ">=";
    }
}

numbered! {
    /// Argument of `CALL_INTRINSIC_1`.
    Intrinsic1 {
        Invalid = 0, "INTRINSIC_1_INVALID";
        Print = 1, "INTRINSIC_PRINT";
        ImportStar = 2, "INTRINSIC_IMPORT_STAR";
        StopIterationError = 3, "INTRINSIC_STOPITERATION_ERROR";
        AsyncGenWrap = 4, "INTRINSIC_ASYNC_GEN_WRAP";
        UnaryPositive = 5, "INTRINSIC_UNARY_POSITIVE";
        ListToTuple = 6, "INTRINSIC_LIST_TO_TUPLE";
        TypeVar = 7, "INTRINSIC_TYPEVAR";
        ParamSpec = 8, "INTRINSIC_PARAMSPEC";
        TypeVarTuple = 9, "INTRINSIC_TYPEVARTUPLE";
        SubscriptGeneric = 10, "INTRINSIC_SUBSCRIPT_GENERIC";
        TypeAlias = 11, "INTRINSIC_TYPEALIAS";
    }
}

numbered! {
    /// Argument of `CALL_INTRINSIC_2`.
    Intrinsic2 {
        Invalid = 0, "INTRINSIC_2_INVALID";
        PrepReraiseStar = 1, "INTRINSIC_PREP_RERAISE_STAR";
        TypeVarWithBound = 2, "INTRINSIC_TYPEVAR_WITH_BOUND";
        TypeVarWithConstraints = 3, "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS";
        SetFunctionTypeParams = 4, "INTRINSIC_SET_FUNCTION_TYPE_PARAMS";
        SetTypeParamDefault = 5, "INTRINSIC_SET_TYPEPARAM_DEFAULT";
    }
}

numbered! {
    /// Argument of `LOAD_COMMON_CONSTANT`.
    CommonConstant {
        AssertionError = 0, "AssertionError";
        NotImplementedError = 1, "NotImplementedError";
        BuiltinTuple = 2, "tuple";
        BuiltinAll = 3, "all";
        BuiltinAny = 4, "any";
    }
}

numbered! {
    /// Argument of `LOAD_SPECIAL`.
    SpecialMethod {
        Enter = 0, "__enter__";
        Exit = 1, "__exit__";
        Aenter = 2, "__aenter__";
        Aexit = 3, "__aexit__";
    }
}

/// Bits of the argument of `SET_FUNCTION_ATTRIBUTE`.
pub mod make_function {
    pub const DEFAULTS: u32 = 0x01;
    pub const KWDEFAULTS: u32 = 0x02;
    pub const ANNOTATIONS: u32 = 0x04;
    pub const CLOSURE: u32 = 0x08;
    pub const ANNOTATE: u32 = 0x10;
}

/// Argument of `RESUME`: where execution resumes, and whether the yield stands under one handler only.
pub mod resume {
    pub const AT_FUNC_START: u32 = 0;
    pub const AFTER_YIELD: u32 = 1;
    pub const AFTER_YIELD_FROM: u32 = 2;
    pub const AFTER_AWAIT: u32 = 3;
    pub const LOCATION_MASK: u32 = 0x3;
    pub const DEPTH1_MASK: u32 = 0x4;
}

use super::{disassemble, instructions};
use crate::code::{CodeObject, Constant, fast};
use crate::ops::Opcode;

/// `def f(x): return x + 1000`, as python3.14 compiles it.
fn sample() -> CodeObject {
    CodeObject {
        argcount: 1,
        stacksize: 2,
        flags: 3,
        code: b"\x80\x00V\x00R\x01,\x00\0\0\0\0\0\0\0\0\0\0#\x00".as_slice().into(),
        consts: [Constant::None, Constant::Int(1000.into())].into(),
        localsplusnames: ["x".into()].into(),
        localspluskinds: [fast::LOCAL | fast::ARG_POS | fast::ARG_KW].into(),
        filename: "f.py".into(),
        name: "f".into(),
        qualname: "f".into(),
        firstlineno: 1,
        linetable: b"\x80\x00\xd7\x11\x1a".as_slice().into(),
        ..CodeObject::default()
    }
}

#[test]
fn arguments_are_explained() {
    let text = disassemble(&sample());
    for expected in ["RESUME 0", "LOAD_FAST_BORROW 0 (x)", "LOAD_CONST 1 (1000)", "BINARY_OP 0 (+)", "RETURN_VALUE"] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

#[test]
fn extended_arguments_are_joined_and_caches_skipped() {
    let code = [Opcode::ExtendedArg as u8, 1, Opcode::JumpForward as u8, 2, Opcode::ToBool as u8, 0, 0, 0, 0, 0, 0, 0];
    let found: Vec<_> = instructions(&code).collect();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].offset, found[0].oparg, found[0].jump_target()), (2, 258, Some(4 + 516)));
    assert_eq!(found[1].next_offset(), 12);
}

#[test]
fn any_bytes_can_be_shown() {
    for seed in 0..500u32 {
        let bytes: crate::Bytes =
            (0..41u32).map(|i| (seed.wrapping_mul(2654435761).rotate_left(i * 3) >> 5) as u8).collect();
        let code = CodeObject { code: bytes.clone(), exceptiontable: bytes.clone(), linetable: bytes, ..sample() };
        assert!(disassemble(&code).starts_with("f (f.py"));
    }
}

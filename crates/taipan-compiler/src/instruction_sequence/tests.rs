use taipan_bytecode::Opcode;

use super::{InstructionSequence, NO_LOCATION};
use crate::error::CompileError;

#[test]
fn labels_become_indexes_and_move_with_insertions() {
    let mut seq = InstructionSequence::new();
    let (top, end) = (seq.new_label(), seq.new_label());
    seq.use_label(top);
    seq.add_op(Opcode::Nop, 0, NO_LOCATION);
    seq.add_jump(Opcode::PopJumpIfFalse, end, NO_LOCATION);
    seq.add_jump(Opcode::Jump, top, NO_LOCATION);
    seq.use_label(end);
    seq.add_op(Opcode::ReturnValue, 0, NO_LOCATION);
    seq.insert(1, Opcode::PopTop, 0, NO_LOCATION);
    let place = |op: Opcode, oparg| if op.has_target() { seq.place(oparg).unwrap() } else { oparg };
    let args: Vec<_> = seq.instructions().iter().map(|i| (i.op, place(i.op, i.oparg))).collect();
    assert_eq!(
        args,
        [
            (Opcode::Nop, 0),
            (Opcode::PopTop, 0),
            (Opcode::PopJumpIfFalse, 4),
            (Opcode::Jump, 0),
            (Opcode::ReturnValue, 0)
        ]
    );
}

#[test]
fn a_label_never_placed_is_an_error() {
    let mut seq = InstructionSequence::new();
    let (placed, lost) = (seq.new_label(), seq.new_label());
    seq.use_label(placed);
    seq.add_jump(Opcode::Jump, lost, NO_LOCATION);
    assert!(matches!(seq.place(lost.id()), Err(CompileError::Internal(_))));
}

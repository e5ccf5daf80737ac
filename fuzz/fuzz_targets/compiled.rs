//! Any bytes as the body of a .pyc file: what can be read is verified, translated, disassembled and written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::{dis, line_table, marshal};
use taipan_vm::interp::translate::{Form, translate};

fn look(code: &CodeObject, depth: usize) {
    for form in [Form::Fused, Form::Instrumented] {
        let _ = translate(code, form);
    }
    let _ = dis::disassemble(code);
    let _ = line_table::entries(&code.linetable, code.firstlineno).count();
    let _ = line_table::without_columns(&code.linetable, code.firstlineno);
    for constant in &code.consts {
        if let (Constant::Code(inner), true) = (constant, depth < 20) {
            look(inner, depth + 1);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(code) = marshal::load_code(data) {
        look(&code, 0);
        let _ = marshal::dump_code(&code, marshal::VERSION);
    }
});

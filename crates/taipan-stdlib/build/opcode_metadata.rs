//! Writes `_opcode_metadata.py`, the tables that `opcode` and `dis` read, from our own opcode table.

use std::fmt::Write;
use taipan_bytecode::ops::{HAVE_ARGUMENT, MIN_INSTRUMENTED_OPCODE, Opcode};

/// The module's source.
pub fn source() -> String {
    let mut text = String::from("# Written at build time from the opcode table.\n_specializations = {\n");
    let mut bases: Vec<Opcode> = Vec::new();
    for form in Opcode::SPECIALIZED {
        if !bases.contains(&form.base()) {
            bases.push(form.base());
        }
    }
    for base in bases {
        let forms = Opcode::SPECIALIZED.iter().filter(|form| form.base() == base);
        let names: Vec<String> = forms.map(|form| format!("{:?}", form.name())).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {:?}: [{}],", base.name(), names.join(", "));
    }
    text.push_str("}\n\n_specialized_opmap = {\n");
    rows(&mut text, Opcode::SPECIALIZED);
    text.push_str("}\n\nopmap = {\n");
    rows(&mut text, Opcode::REAL);
    rows(&mut text, Opcode::INSTRUMENTED);
    rows(&mut text, Opcode::PSEUDO);
    let _ = writeln!(text, "}}\n\nHAVE_ARGUMENT = {HAVE_ARGUMENT}");
    let _ = writeln!(text, "MIN_INSTRUMENTED_OPCODE = {MIN_INSTRUMENTED_OPCODE}");
    text
}

fn rows(text: &mut String, ops: &[Opcode]) {
    for op in ops {
        let _ = writeln!(text, "    {:?}: {},", op.name(), op.number());
    }
}

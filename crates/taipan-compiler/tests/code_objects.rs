//! Compiles the files in `code_objects` and compares the code objects with what CPython 3.14 makes of them.
//!
//! The expectations are recorded facts: `python3.14 tests/oracle/code_object_facts.py` writes them.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use taipan_bytecode::{CodeObject, Constant, Wtf8Buf};
use taipan_compiler::compile::{CompileOptions, compile};
use taipan_syntax::ast::Arena;
use taipan_syntax::{Mode, ParseOptions, parse};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn show(constant: &Constant) -> String {
    let all = |items: &[Constant]| items.iter().map(show).collect::<Vec<_>>();
    let float = |value: f64| format!("f{:016x}", value.to_bits());
    match constant {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => float(*value),
        Constant::Complex(real, imag) => format!("c{}{}", float(*real), float(*imag)),
        Constant::Str(text) => format!("s{}", hex(text.as_bytes())),
        Constant::Bytes(bytes) => format!("b{}", hex(bytes)),
        Constant::Tuple(items) => format!("({})", all(items).join(" ")),
        Constant::FrozenSet(items) => {
            let mut items = all(items);
            items.sort();
            format!("{{{}}}", items.join(" "))
        }
        Constant::Slice(parts) => format!("slice({})", all(&parts[..]).join(" ")),
        Constant::Code(_) => "code".into(),
    }
}

fn describe(code: &CodeObject, text: &mut String) {
    fn names<'a>(names: impl Iterator<Item = &'a Wtf8Buf>) -> String {
        names.fold(String::new(), |text, name| format!("{text} {name}"))
    }
    let _ = writeln!(
        text,
        "code {} args {} {} {} stack {} flags {:#x} line {}",
        code.qualname,
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.stacksize,
        code.flags,
        code.firstlineno
    );
    let fields = [
        ("names", names(code.names.iter())),
        ("varnames", names(code.varnames())),
        ("cellvars", names(code.cellvars())),
        ("freevars", names(code.freevars())),
        ("consts", code.consts.iter().fold(String::new(), |text, constant| format!("{text} {}", show(constant)))),
        ("code", format!(" {}", hex(&code.code))),
        ("lines", format!(" {}", hex(&code.linetable))),
        ("exceptions", format!(" {}", hex(&code.exceptiontable))),
    ];
    for (field, value) in fields {
        let _ = writeln!(text, "{}", format!(" {field}{value}").trim_end());
    }
    for constant in &code.consts {
        if let Constant::Code(inner) = constant {
            describe(inner, text);
        }
    }
}

fn check(source: &Path, optimize: u8, facts: &Path) {
    let bytes = fs::read(source).expect("a source");
    let arena = Arena::new();
    let parsed = parse(&arena, &bytes, Mode::Exec, &ParseOptions::default(), None).expect("valid source");
    let name = source.file_name().expect("a name").to_string_lossy();
    let options = CompileOptions { optimize, ..CompileOptions::default() };
    let compiled = compile(parsed.tree, &name, options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut ours = String::new();
    describe(&compiled.code, &mut ours);
    let theirs = fs::read_to_string(facts).expect("facts");
    let mut owner = "";
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        if theirs.starts_with("code ") {
            owner = theirs;
        }
        assert_eq!(ours, theirs, "{name} at -O{optimize}: {owner}");
    }
    assert_eq!(ours.lines().count(), theirs.lines().count(), "{name}: number of code objects");
}

#[test]
fn code_objects_equal_cpythons() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/code_objects");
    let mut checked = 0;
    for entry in fs::read_dir(&folder).expect("the folder") {
        let facts = entry.expect("an entry").path();
        let name = facts.file_name().expect("a name").to_string_lossy().into_owned();
        let Some((stem, optimize)) = name.strip_suffix(".txt").and_then(|name| name.split_once(".O")) else { continue };
        check(&folder.join(format!("{stem}.py")), optimize.parse().expect("a level"), &facts);
        checked += 1;
    }
    assert!(checked >= 15, "only {checked} files of facts");
}

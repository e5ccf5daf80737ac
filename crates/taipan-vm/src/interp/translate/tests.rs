//! Translates recorded code objects of CPython 3.14 and compares the text of the result.
//!
//! `tests/register_code/*.txt` hold a program's code as `tests/register_code/record.py` wrote it, and the expected text; with
//! `TAIPAN_BLESS=1` the expectations are rewritten. `TAIPAN_CODE_DUMP=file` translates every code object of such a dump.

use std::fmt::Write;
use std::path::Path;

use taipan_bytecode::code::{CodeObject, Constant, co};
use taipan_bytecode::ops::Opcode;

use super::super::register_code::disassemble::disassemble;
use super::super::register_code::{CALL, NAME, Operand, POLL, RAISE, RegOp, RegisterCode, Word};
use super::{Form, translate};

fn hex(text: &str) -> taipan_bytecode::Bytes {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).unwrap()).collect()
}

/// Reads one recorded line: `qualname argcount posonly kwonly stacksize flags code exceptiontable kinds consts names locals`.
fn parse(line: &str) -> CodeObject {
    let fields: Vec<&str> = line.split(' ').collect();
    let list = |text: &str| match text {
        "" => Vec::new(),
        text => text.split(',').map(str::to_owned).collect::<Vec<_>>(),
    };
    CodeObject {
        qualname: fields[0].into(),
        argcount: fields[1].parse().unwrap(),
        posonlyargcount: fields[2].parse().unwrap(),
        kwonlyargcount: fields[3].parse().unwrap(),
        stacksize: fields[4].parse().unwrap(),
        flags: fields[5].parse().unwrap(),
        code: hex(fields[6]),
        exceptiontable: hex(fields[7]),
        localspluskinds: hex(fields[8]),
        consts: list(fields[9])
            .iter()
            .map(|item| item.parse::<i64>().map_or(Constant::None, |i| Constant::Int(i.into())))
            .collect(),
        names: list(fields[10]).iter().map(|name| name.as_str().into()).collect(),
        localsplusnames: list(fields[11]).iter().map(|name| name.as_str().into()).collect(),
        ..CodeObject::default()
    }
}

/// What every translation must satisfy: operands within the frame, jumps to operations, the map complete and sorted.
fn check_sound(code: &CodeObject, register: &RegisterCode) {
    let mut starts = vec![false; register.words.len() + 1];
    let mut pc = 0;
    while pc < register.words.len() {
        starts[pc] = true;
        pc += RegOp::from_byte(register.words[pc].get() as u8).unwrap().words();
    }
    assert_eq!(pc, register.words.len());
    let refs = (code.consts.len() + code.names.len() + register.cells as usize) as u32;
    let mut pc = 0;
    while pc < register.words.len() {
        let word = Word(register.words[pc].get());
        let info = RegOp::from_byte(word.op()).unwrap().info();
        for (operand, field) in info.operands.iter().zip([word.a(), word.b(), word.c()]) {
            let slot = |extra: u32| assert!(u32::from(field) + extra < register.frame_slots, "{pc}: {}", info.name);
            match operand {
                Operand::In | Operand::Out => slot(0),
                Operand::Out2 => slot(1),
                Operand::Slot32 => assert!(word.bc() < register.frame_slots),
                Operand::Const32 => assert!((word.bc() as usize) < code.consts.len()),
                Operand::Jump => assert!(starts[(pc as i64 + i64::from(field as i16)) as usize], "{pc}: jump"),
                Operand::Jump32 => assert!(starts[(pc as i64 + i64::from(word.sbc())) as usize], "{pc}: jump"),
                _ => {}
            }
        }
        if info.flags & NAME != 0 {
            assert!((register.words[pc + 1].get() as u32 as usize) < code.names.len());
        }
        if info.data > 0 {
            assert!(((register.words[pc + 1].get() >> 32) as u32) < refs.max(1));
        }
        let mapped = register.position(pc as u32).is_some_and(|entry| entry.pc as usize == pc);
        assert_eq!(mapped, info.flags & (RAISE | CALL | POLL) != 0, "{pc}: {}", info.name);
        pc += info.op.words();
    }
    assert!(register.map.windows(2).all(|pair| pair[0].pc < pair[1].pc));
    for entry in &register.map {
        assert!(entry.depth <= code.stacksize);
        assert!(register.deferred(entry).iter().all(|deferred| deferred.index < entry.depth));
    }
    for handler in &register.handlers {
        assert!(handler.start < handler.end && starts[handler.target as usize]);
    }
}

fn text_of(code: &CodeObject) -> String {
    let names: Vec<&str> = code.names.iter().filter_map(|name| name.as_str()).collect();
    let mut text = String::new();
    for form in [Form::Fused, Form::Instrumented] {
        let register = match translate(code, form) {
            Ok(register) => register,
            Err(error) => {
                let _ = writeln!(text, "{error}");
                continue;
            }
        };
        check_sound(code, &register);
        if form == Form::Fused {
            text.push_str(&disassemble(&register, &names));
        }
    }
    text
}

#[test]
fn recorded_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/register_code");
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "txt") {
            continue;
        }
        files += 1;
        let content = std::fs::read_to_string(&path).unwrap();
        let mut made = String::new();
        for line in content.lines() {
            if line.starts_with("# ") {
                made.push_str(line);
                made.push('\n');
            } else if let Some(recorded) = line.strip_prefix("code ") {
                let _ = writeln!(made, "{line}");
                for line in text_of(&parse(recorded)).lines() {
                    let _ = writeln!(made, "    {line}");
                }
            }
        }
        if std::env::var_os("TAIPAN_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        } else {
            assert_eq!(content, made, "{}", path.display());
        }
    }
    assert!(files >= 3);
}

#[test]
fn whole_dump() {
    // Recorded facts are above; this runs over as much code as somebody has at hand.
    let Some(path) = std::env::var_os("TAIPAN_CODE_DUMP") else { return };
    let content = std::fs::read_to_string(path).unwrap();
    let (mut count, mut words, mut instrs) = (0, 0, 0);
    let started = std::time::Instant::now();
    for line in content.lines() {
        let code = parse(line.strip_prefix("code ").unwrap_or(line));
        for form in [Form::Fused, Form::Instrumented] {
            match translate(&code, form) {
                Ok(register) => {
                    check_sound(&code, &register);
                    words += register.words.len();
                }
                Err(error) => panic!("{:?}: {error}\n{line}", code.qualname.as_str()),
            }
        }
        count += 1;
        instrs += code.code.len() / 2;
    }
    println!("{count} code objects, {instrs} units, {words} words, {:?}", started.elapsed());
}

fn assemble(instrs: &[(Opcode, u8)]) -> CodeObject {
    let mut bytes = Vec::new();
    for &(op, arg) in instrs {
        bytes.extend([op.byte().unwrap(), arg]);
        bytes.extend(std::iter::repeat_n(0, op.cache_entries() * 2));
    }
    CodeObject {
        code: bytes.into(),
        stacksize: 4,
        flags: co::OPTIMIZED | co::NEWLOCALS,
        consts: Box::new([Constant::None, Constant::Float(1.5)]),
        names: Box::new(["name".into()]),
        localsplusnames: Box::new(["x".into(), "y".into()]),
        localspluskinds: [0x26, 0x20].into(),
        argcount: 1,
        ..CodeObject::default()
    }
}

fn fails(instrs: &[(Opcode, u8)]) -> String {
    translate(&assemble(instrs), Form::Fused).expect_err("invalid code").message.into_owned()
}

#[test]
fn refuses_unsound_code() {
    use Opcode as O;
    assert_eq!(fails(&[]), "bad length of code");
    assert_eq!(fails(&[(O::LoadFast, 0)]), "control falls off the end");
    assert_eq!(fails(&[(O::LoadFast, 2), (O::ReturnValue, 0)]), "local out of bounds");
    assert_eq!(fails(&[(O::LoadConst, 2), (O::ReturnValue, 0)]), "constant out of bounds");
    assert_eq!(fails(&[(O::LoadName, 1), (O::ReturnValue, 0)]), "name out of bounds");
    assert_eq!(fails(&[(O::ReturnValue, 0)]), "stack underflow");
    assert_eq!(fails(&[(O::PushNull, 0), (O::ReturnValue, 0)]), "NULL where a value must be");
    assert_eq!(fails(&[(O::JumpForward, 9)]), "jump out of bounds");
    assert_eq!(fails(&[(O::JumpBackward, 9)]), "jump out of bounds");
    assert_eq!(fails(&[(O::LoadFast, 0), (O::LoadConst, 0), (O::BinaryOp, 27), (O::ReturnValue, 0)]), "bad argument");
    assert_eq!(fails(&[(O::LoadFast, 0), (O::YieldValue, 0), (O::ReturnValue, 0)]), "yield outside a generator");
    assert_eq!(fails(&[(O::LoadFast, 0), (O::JumpBackward, 3)]), "stack depths disagree");
    assert_eq!(fails(&[(O::LoadFast, 0), (O::Copy, 2), (O::ReturnValue, 0)]), "stack underflow");
    assert_eq!(fails(&[(O::InterpreterExit, 0)]), "opcode not allowed in code objects");
    let deep = [(O::LoadFast, 0), (O::LoadFast, 0), (O::LoadFast, 0), (O::LoadFast, 0), (O::LoadFast, 0)];
    assert_eq!(fails(&deep), "stack overflow");
}

#[test]
fn unassigned_locals_are_checked() {
    use Opcode as O;
    let code = assemble(&[(O::LoadFast, 1), (O::ReturnValue, 0)]);
    let text = text_of(&code);
    assert!(text.contains("CHECK_BOUND r1"), "{text}");
    let code = assemble(&[(O::LoadFast, 0), (O::ReturnValue, 0)]);
    assert!(!text_of(&code).contains("CHECK_BOUND"));
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut accepted = 0;
    for _ in 0..30_000 {
        let mut instrs = Vec::new();
        for _ in 0..next() % 12 + 1 {
            let op = Opcode::REAL[next() as usize % Opcode::REAL.len()];
            instrs.push((op, (next() % 4) as u8));
        }
        instrs.push((Opcode::ReturnValue, 0));
        let mut code = assemble(&instrs);
        code.stacksize = 6;
        code.flags |= co::GENERATOR;
        code.exceptiontable =
            [0x80 | (next() % 4) as u8, (next() % 8) as u8, (next() % 16) as u8, (next() % 8) as u8].into();
        for form in [Form::Fused, Form::Instrumented] {
            if let Ok(register) = translate(&code, form) {
                check_sound(&code, &register);
                accepted += 1;
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

#[test]
fn far_jumps_use_long_branches() {
    use Opcode as O;
    let mut instrs =
        vec![(O::LoadFast, 0), (O::ToBool, 0), (O::ExtendedArg, 1), (O::ExtendedArg, 0xD4), (O::PopJumpIfFalse, 0xC0)];
    for _ in 0..20_000 {
        instrs.extend([(O::LoadName, 0), (O::PopTop, 0)]);
    }
    instrs.extend([(O::LoadConst, 0), (O::ReturnValue, 0)]);
    let mut code = assemble(&instrs);
    code.stacksize = 2;
    // 0x01D4C0 units ahead is the return: 20,000 times two units and the caches of LOAD_NAME (none).
    let units = 40_000u32;
    let at = code.code.windows(2).position(|pair| pair[0] == O::ExtendedArg.byte().unwrap()).unwrap();
    code.code.to_mut()[at + 1] = (units >> 16) as u8;
    code.code.to_mut()[at + 3] = (units >> 8) as u8;
    code.code.to_mut()[at + 5] = units as u8;
    let register = translate(&code, Form::Fused).unwrap();
    check_sound(&code, &register);
    assert!(register.words.len() > 32_768);
}

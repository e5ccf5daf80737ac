//! To which frame a warning belongs: `stacklevel` and `skip_file_prefixes`.

use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// The place a warning is attributed to, and the names of its globals that matter.
pub struct Origin {
    pub filename: Value,
    pub lineno: i32,
    /// `__name__`: a str or None.
    pub module: Value,
    /// `__warningregistry__`.
    pub registry: Value,
}

/// The frame `level` steps up (1 is the running one), beyond frames of the import system and of the files to skip.
pub fn find(vm: &mut Vm, level: isize, skip: Option<Gc<Tuple>>) -> Result<Origin, Raised> {
    let mut prefixes = Vec::new();
    if let Some(skip) = skip {
        for i in 0..skip.get(vm).len() {
            let prefix = skip.get(vm).at(i);
            match prefix.downcast::<Str>(vm) {
                Some(prefix) => prefixes.push(prefix.get(vm).to_wtf8()),
                None => {
                    let got = vm.type_name(prefix);
                    return Err(vm.raise(Exc::TypeError, format!("Found non-str '{got}' in skip_file_prefixes.")));
                }
            }
        }
    }
    let mut depth = vm.exec.depth();
    let plain = level <= 0 || is_internal(vm, depth);
    let mut left = level;
    while left > 1 && depth > 0 {
        left -= 1;
        depth -= 1;
        while !plain && depth > 0 && (is_internal(vm, depth) || is_skipped(vm, depth, &prefixes)) {
            depth -= 1;
        }
    }
    let (globals, filename, lineno) = match vm.exec.frame(depth).copied() {
        Some(frame) => {
            let lineno = frame.executable.line_at(frame.lasti() as i32 * 2).unwrap_or(0);
            let filename = Str::from_wtf8(vm, &frame.executable.code.filename)?;
            // Read again: making the name may have collected.
            let Some(frame) = vm.exec.frame(depth) else { return Err(vm.raise(Exc::SystemError, "lost frame")) };
            (frame.globals, filename.value(), lineno)
        }
        None => {
            let filename = vm.new_str("<sys>")?;
            let sys = taipan_vm::import::import_module(vm, "sys")?;
            match vm.instance_dict(sys)? {
                Some(globals) => (globals, filename, 0),
                None => (Dict::new(vm)?, filename, 0),
            }
        }
    };
    let key = Str::intern(vm, "__warningregistry__")?;
    let registry = match Dict::get_item(globals, vm, key.value())? {
        Some(registry) => registry,
        None => {
            let registry = Dict::new(vm)?.value();
            Dict::set(globals, vm, key.value(), registry)?;
            registry
        }
    };
    let key = vm.name(name::NAME).value();
    let module = match Dict::get_item(globals, vm, key)? {
        Some(module) if module.is_none() || module.downcast::<Str>(vm).is_some() => module,
        _ => vm.new_str("<string>")?,
    };
    Ok(Origin { filename, lineno, module, registry })
}

/// Whether the frame at a depth runs code of the import system.
fn is_internal(vm: &Vm, depth: usize) -> bool {
    vm.exec.frame(depth).is_some_and(|frame| {
        let file = frame.executable.code.filename.as_bytes();
        contains(file, b"importlib") && contains(file, b"_bootstrap")
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn is_skipped(vm: &Vm, depth: usize, prefixes: &[taipan_bytecode::Wtf8Buf]) -> bool {
    vm.exec.frame(depth).is_some_and(|frame| {
        let file = frame.executable.code.filename.as_bytes();
        prefixes.iter().any(|prefix| file.starts_with(prefix.as_bytes()))
    })
}

//! The start of an interpreter (core modules, import system, paths, standard streams) and its end.

use crate::gc::Gc;
use crate::import::BOOTSTRAP;
use crate::modules::{self, imp};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::spec::ModuleSpec;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// The native modules of this crate.
pub const CORE_MODULES: &[&ModuleSpec] = &[
    &modules::builtins::MODULE,
    &modules::sys::MODULE,
    &modules::imp::MODULE,
    &modules::marshal::MODULE,
    &modules::packed::MODULE,
    &modules::signal::MODULE,
    &modules::symtable::MODULE,
    &modules::ast::MODULE,
    &modules::atexit::MODULE,
    &modules::thread::MODULE,
    &modules::weakref::MODULE,
    &modules::contextvars::MODULE,
    &modules::types::MODULE,
    &modules::typing::MODULE,
    &modules::gc::MODULE,
    &modules::tracemalloc::MODULE,
];

impl Vm {
    /// Makes an interpreter ready to run programs. Called once, by its first thread, after `start`.
    ///
    /// `modules` are the native modules beside those of this crate.
    ///
    /// # Errors
    /// What the library's start-up code raises.
    pub fn initialize(&mut self, modules: &[&'static ModuleSpec]) -> Result<(), Raised> {
        self.interp_mut().register_modules(CORE_MODULES);
        self.interp_mut().register_modules(modules);
        self.thread_id = crate::gil::current_thread_id();
        self.interp_mut().main_thread = self.thread_id;
        let dict = Dict::new(self)?;
        self.interp_mut().modules = Some(dict);
        let builtins = Module::from_spec(self, &modules::builtins::MODULE)?;
        let builtins_dict = builtins.get(self).dict;
        self.interp_mut().builtins = Some(builtins_dict);
        self.set_state("builtins.module", builtins.value());
        enter(self, builtins)?;
        run_exec(self, builtins)?;
        crate::interp::ops::name::keep_common_constants(self)?;
        let sys = Module::from_spec(self, &modules::sys::MODULE)?;
        enter(self, sys)?;
        run_exec(self, sys)?;
        set_paths(self, sys)?;
        early_streams(self)?;
        if self.interp().config.library.is_some() && BOOTSTRAP_NEEDS.iter().all(|n| self.has_native(n)) {
            start_import(self, sys)?;
        }
        if self.has_native("_io") {
            crate::standard_streams::open(self)?;
        }
        let main = Module::new(self, "__main__")?;
        Module::set(main, self, "__builtins__", builtins.value())?;
        if let Some(bootstrap) = self.state(BOOTSTRAP) {
            let loader = self.get_attr_str(bootstrap, "BuiltinImporter")?;
            Module::set(main, self, "__loader__", loader)?;
        }
        enter(self, main)?;
        if self.interp().config.settings.install_signal_handlers && self.has_native("_io") {
            crate::import::import_module(self, "_signal")?;
            // A write to a closed pipe is an error, not the end.
            let _ = self.host().set_signal(libc::SIGPIPE, 1);
            // So is one beyond the size limit of files.
            let _ = self.host().set_signal(libc::SIGXFSZ, 1);
        }
        if self.interp().config.settings.fault_handler {
            self.enable_fault_handler(2, true, true)?;
        }
        Ok(())
    }

    fn has_native(&self, module: &str) -> bool {
        self.interp().module_specs.contains_key(module)
    }

    /// Imports `warnings` if there are options for it, and `site` unless it is turned off.
    pub fn import_site(&mut self) -> Result<(), Raised> {
        if !self.interp().config.settings.warn_options.is_empty() && self.state(BOOTSTRAP).is_some() {
            crate::import::import_module(self, "warnings")?;
        }
        if !self.interp().config.settings.no_site && self.state(BOOTSTRAP).is_some() {
            crate::import::import_module(self, "site")?;
        }
        Ok(())
    }

    /// Ends an interpreter: threads are waited for, exit functions run, streams are flushed. Gives whether all went well.
    pub fn finalize(&mut self) -> bool {
        let mut well = true;
        let shutdown = (|| {
            let Some(modules) = self.interp().modules else { return Ok(()) };
            let key = self.new_str("threading")?;
            if let Some(threading) = Dict::get_item(modules, self, key)? {
                self.call_method(threading, "_shutdown", &[])?;
            }
            Ok(())
        })();
        if let Err(raised) = shutdown {
            self.write_unraisable(raised, Some("Exception ignored on threading shutdown"), Value::NONE);
        }
        if let Err(raised) = modules::atexit::run(self) {
            let _ = self.take_raised(raised);
        }
        self.interp_mut().finalizing = true;
        self.interp().gil.keep();
        self.run_all_finalizers();
        well &= self.flush_streams();
        crate::standard_streams::flush_opened(self);
        if self.interp().interrupted {
            let host = self.host();
            if host.set_signal(libc::SIGINT, 0).is_ok()
                && let Ok(pid) = host.process_id()
            {
                let _ = host.kill(pid, libc::SIGINT);
            }
        }
        well
    }

    /// Flushes `sys.stdout` and `sys.stderr`; false when stdout could not be flushed.
    pub fn flush_streams(&mut self) -> bool {
        let mut well = true;
        for stream in ["stdout", "stderr"] {
            let flushed = (|| {
                let Some(file) = modules::sys::get(self, stream)?.filter(|file| !file.is_none()) else { return Ok(()) };
                let closed = match self.get_attr_opt_name(file, name::CLOSED)? {
                    Some(closed) => self.is_true(closed)?,
                    None => false,
                };
                if !closed {
                    self.call_method_name(file, name::FLUSH, &[])?;
                }
                Ok(())
            })();
            if let Err(raised) = flushed {
                let file = modules::sys::get(self, stream).ok().flatten().unwrap_or(Value::NONE);
                self.write_unraisable(raised, None, file);
                well &= stream != "stdout";
            }
        }
        well
    }
}

/// Native modules without which importlib cannot start.
const BOOTSTRAP_NEEDS: &[&str] = &["_thread", "_warnings", "_weakref", "_io", "posix", "marshal"];

fn enter(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let Some(modules) = vm.interp().modules else { return Ok(()) };
    let key = vm.name(name::NAME);
    let dict = module.get(vm).dict;
    match Dict::get_str(dict, vm, key) {
        Some(name) => Dict::set(modules, vm, name, module.value()),
        None => Ok(()),
    }
}

fn run_exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    match module.get(vm).spec.and_then(|spec| spec.exec) {
        Some(exec) => exec(vm, module),
        None => Ok(()),
    }
}

/// Sets `sys.prefix` and its like, and `sys.path`.
fn set_paths(vm: &mut Vm, sys: Gc<Module>) -> Result<(), Raised> {
    let settings = vm.interp().config.settings.clone();
    let prefix = match &settings.home {
        Some(home) => home.clone(),
        None => match settings.executable.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => {
                let folder = &settings.executable[..slash];
                match folder.strip_suffix(b"/bin") {
                    Some(prefix) if !prefix.is_empty() => prefix.to_vec(),
                    Some(_) => b"/".to_vec(),
                    None => folder.to_vec(),
                }
            }
            None => b"/usr/local".to_vec(),
        },
    };
    let mut library = prefix.clone();
    if library.last() != Some(&b'/') {
        library.push(b'/');
    }
    library.extend_from_slice(b"lib/python3.14");
    let prefix = vm.decode_name(&prefix)?;
    let library = vm.decode_name(&library)?;
    for name in ["prefix", "base_prefix", "exec_prefix", "base_exec_prefix"] {
        Module::set(sys, vm, name, prefix)?;
    }
    Module::set(sys, vm, "_stdlib_dir", library)?;
    let path = List::new(vm)?;
    for folder in &settings.python_path {
        let folder = vm.decode_name(folder)?;
        List::push(path, vm, folder)?;
    }
    List::push(path, vm, library)?;
    Module::set(sys, vm, "path", path.value())
}

/// Starts importlib, and makes the packed library importable.
fn start_import(vm: &mut Vm, sys: Gc<Module>) -> Result<(), Raised> {
    let bootstrap = imp::exec_frozen(vm, "_frozen_importlib")?;
    let imp = match imp::load_native(vm, "_imp")? {
        Some(module) => module,
        None => return Err(vm.raise(Exc::ImportError, "no module _imp")),
    };
    vm.call_method(bootstrap.value(), "_install", &[sys.value(), imp.value()])?;
    vm.set_state(BOOTSTRAP, bootstrap.value());
    vm.call_method(bootstrap.value(), "_install_external_importers", &[])?;
    if vm.interp().config.settings.home.is_none() {
        let packed = crate::import::import_module(vm, "_packed_importer")?;
        vm.call_method(packed, "install", &[])?;
    }
    let zip = crate::import::import_module(vm, "zipimport")?;
    let importer = vm.get_attr_str(zip, "zipimporter")?;
    let hooks = vm.get_attr_str(sys.value(), "path_hooks")?;
    vm.call_method(hooks, "insert", &[Value::int(0), importer])?;
    // The codecs that names and streams need.
    crate::import::import_module(vm, "encodings")?;
    Ok(())
}

/// Streams that only write, for the time before `_io` stands.
fn early_streams(vm: &mut Vm) -> Result<(), Raised> {
    for (stream, fd) in [("stdout", 1), ("stderr", 2)] {
        let writer = crate::standard_streams::EarlyWriter::new(vm, fd)?;
        modules::sys::set(vm, stream, writer)?;
    }
    modules::sys::set(vm, "stdin", Value::NONE)
}

/// The value of a name of `__main__`.
pub fn main_dict(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    let key = Str::intern(vm, "__main__")?.value();
    if let Some(modules) = vm.interp().modules
        && let Some(main) = Dict::get_item(modules, vm, key)?
        && let Some(main) = main.downcast::<Module>(vm)
    {
        return Ok(main.get(vm).dict);
    }
    Err(vm.raise(Exc::RuntimeError, "lost __main__"))
}

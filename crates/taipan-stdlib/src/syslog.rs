//! The module `syslog`: messages to the system log.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "syslog",
    doc: "",
    functions: &[
        function("LOG_MASK(pri, /)", log_mask, "Calculates the mask for the individual priority pri."),
        function("LOG_UPTO(pri, /)", log_upto, "Calculates the mask for all priorities up to and including pri."),
        function("closelog()", closelog, "Reset the syslog module values and call the system library closelog()."),
        function("openlog(ident=<unrepresentable>, logoption=0, facility=LOG_USER)", openlog, "Set logging options of subsequent syslog() calls."),
        function("setlogmask(maskpri, /)", setlogmask, "Set the priority mask to maskpri and return the previous mask value."),
        MethodDef::raw("syslog", syslog, "syslog([priority=LOG_INFO,] message)\nSend the string message to the system logger."),
    ],
    types: &[],
    exec: Some(exec),
};

const INFO: i32 = 6;
const USER: i32 = 8;

#[rustfmt::skip]
const NUMBERS: &[(&str, i64)] = &[
    ("LOG_ALERT", 1), ("LOG_AUTH", 32), ("LOG_AUTHPRIV", 80), ("LOG_CONS", 2), ("LOG_CRIT", 2), ("LOG_CRON", 72),
    ("LOG_DAEMON", 24), ("LOG_DEBUG", 7), ("LOG_EMERG", 0), ("LOG_ERR", 3), ("LOG_FTP", 88), ("LOG_INFO", 6),
    ("LOG_KERN", 0), ("LOG_LOCAL0", 128), ("LOG_LOCAL1", 136), ("LOG_LOCAL2", 144), ("LOG_LOCAL3", 152),
    ("LOG_LOCAL4", 160), ("LOG_LOCAL5", 168), ("LOG_LOCAL6", 176), ("LOG_LOCAL7", 184), ("LOG_LPR", 48),
    ("LOG_MAIL", 16), ("LOG_NDELAY", 8), ("LOG_NEWS", 56), ("LOG_NOTICE", 5), ("LOG_NOWAIT", 16), ("LOG_ODELAY", 4),
    ("LOG_PERROR", 32), ("LOG_PID", 1), ("LOG_SYSLOG", 40), ("LOG_USER", 8), ("LOG_UUCP", 64), ("LOG_WARNING", 4),
];

/// Whether `openlog` was called.
const OPEN: &str = "syslog.open";

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in NUMBERS {
        Module::set_int(module, vm, name, *number)?;
    }
    Ok(())
}

fn log_mask(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let priority = vm.index_i64(args.get(0))?;
    Ok(Value::int32(1i32.wrapping_shl(priority as u32)))
}

fn log_upto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let priority = vm.index_i64(args.get(0))?;
    Ok(Value::int32(1i32.wrapping_shl((priority as u32).wrapping_add(1)).wrapping_sub(1)))
}

/// The last part of `sys.argv[0]`.
fn program_name(vm: &mut Vm) -> Result<Option<Vec<u8>>, Raised> {
    let sys = taipan_vm::import::import_module(vm, "sys")?;
    let argv = vm.get_attr_str(sys, "argv")?;
    let first = argv.downcast::<List>(vm).and_then(|argv| argv.get(vm).get_at(vm, 0));
    let Some(first) = first.and_then(|first| first.downcast::<Str>(vm)) else { return Ok(None) };
    let path = vm.encode_name(first)?;
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
    Ok(Some(name).filter(|name| !name.is_empty()))
}

fn open(vm: &mut Vm, name: Option<Vec<u8>>, options: i32, facility: i32) -> Result<(), Raised> {
    let name = match name {
        Some(name) => Some(name),
        None => program_name(vm)?,
    };
    if vm.is_audited() {
        let shown = match &name {
            Some(name) => vm.decode_name(name)?,
            None => Value::NONE,
        };
        vm.audit("syslog.openlog", &[shown, Value::int32(options), Value::int32(facility)])?;
    }
    let host = vm.host();
    if let Err(errno) = host.open_log(name.as_deref(), options, facility) {
        return Err(vm.raise_os_error(errno, &[]));
    }
    vm.set_state(OPEN, Value::TRUE);
    Ok(())
}

fn openlog(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [ident, options, facility] = args.all();
    let name = match ident.given() {
        None => None,
        Some(ident) if ident.downcast::<Str>(vm).is_some() => Some(vm.path_bytes(ident)?),
        Some(ident) => {
            let got = vm.type_name(ident);
            let message = format!("openlog() argument 'ident' must be str, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
    };
    let options = options.given().map_or(Ok(0), |options| vm.index_i32(options))?;
    let facility = facility.given().map_or(Ok(USER), |facility| vm.index_i32(facility))?;
    open(vm, name, options, facility)?;
    Ok(Value::NONE)
}

fn syslog(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (priority, message) = match args.len() {
        1 => (INFO, args.get(0)),
        2 => (vm.parsed_i32(args.get(0))?, args.get(1)),
        _ => return Err(vm.raise(Exc::TypeError, "syslog.syslog requires 1 to 2 arguments")),
    };
    let Some(text) = message.downcast::<Str>(vm) else {
        let got = vm.type_name(message);
        let which = if args.len() == 1 { String::new() } else { " 2".to_owned() };
        return Err(vm.raise(Exc::TypeError, format!("syslog() argument{which} must be str, not {got}")));
    };
    let bytes = vm.path_bytes(text.value())?;
    vm.audit("syslog.syslog", &[Value::int32(priority), message])?;
    if vm.state(OPEN) != Some(Value::TRUE) {
        open(vm, None, 0, USER)?;
    }
    vm.wait_host(|host| host.log(priority, &bytes))?;
    Ok(Value::NONE)
}

fn closelog(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    if vm.state(OPEN) == Some(Value::TRUE) {
        vm.audit("syslog.closelog", &[])?;
        vm.ask_host(|host| host.close_log())?;
        vm.set_state(OPEN, Value::FALSE);
    }
    Ok(Value::NONE)
}

fn setlogmask(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mask = vm.index_i32(args.get(0))?;
    vm.audit_numbers("syslog.setlogmask", &[mask.into()])?;
    vm.ask_host(|host| host.set_log_mask(mask)).map(Value::int32)
}

//! The hooks of `sys`: display of values and exceptions, unraisable exceptions, breakpoints, auditing.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::structseq;
use crate::types::dict::Dict;
use crate::types::exceptions::BaseException;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::structseq::{field_at, instance};
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

structseq! {
    static UNRAISABLE_ARGS = "builtins" "UnraisableHookArgs", doc "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.", flags 0, visible 5, [
        "exc_type" "Exception type",
        "exc_value" "Exception value",
        "exc_traceback" "Exception traceback",
        "err_msg" "Error message",
        "object" "Object causing the exception",
    ]
}

structseq! {
    static ASYNCGEN_HOOKS = "builtins" "asyncgen_hooks", doc "asyncgen_hooks\n\nA named tuple providing information about asynchronous\ngenerators hooks.  The attributes are read only.", flags 0, visible 2, [
        "firstiter" "Hook to intercept first iteration",
        "finalizer" "Hook to intercept finalization",
    ]
}

const AUDIT_HOOKS: &str = "sys.audit_hooks";

pub(super) fn displayhook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = args.get(0);
    if value.is_none() {
        return Ok(Value::NONE);
    }
    let Some(builtins) = vm.interp().builtins else { return Err(vm.raise(Exc::RuntimeError, "lost builtins module")) };
    let key = vm.name(name::IMPL);
    Dict::set_str(builtins, vm, key, Value::NONE)?;
    let stdout = match super::get(vm, "stdout")? {
        Some(stdout) if !stdout.is_none() => stdout,
        _ => return Err(vm.raise(Exc::RuntimeError, "lost sys.stdout")),
    };
    let text = vm.repr(value)?;
    let written = vm.call_method_name(stdout, name::WRITE, &[text]);
    if vm.catch(written, Exc::UnicodeEncodeError)?.is_none() {
        let encoding = vm.get_attr_name(stdout, name::ENCODING)?;
        let handler = vm.new_str("backslashreplace")?;
        let bytes = vm.call_method(text, "encode", &[encoding, handler])?;
        let text = vm.call_method(bytes, "decode", &[encoding])?;
        vm.call_method_name(stdout, name::WRITE, &[text])?;
    }
    let newline = Str::latin1_char(vm, b'\n')?.value();
    vm.call_method_name(stdout, name::WRITE, &[newline])?;
    let key = vm.name(name::IMPL);
    Dict::set_str(builtins, vm, key, value)?;
    Ok(Value::NONE)
}

pub(super) fn excepthook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, exception, traceback] = args.all();
    if let Some(base) = exception.downcast::<BaseException>(vm)
        && base.get(vm).traceback.is_none()
        && !traceback.is_none()
    {
        base.get_mut(vm).traceback = Some(traceback);
    }
    display_exception(vm, exception)?;
    Ok(Value::NONE)
}

/// Prints an exception with its traceback to `sys.stderr`, as the default `sys.excepthook` does.
pub fn display_exception(vm: &mut Vm, exception: Value) -> Result<(), Raised> {
    let stderr = match super::get(vm, "stderr")? {
        Some(stderr) if !stderr.is_none() => stderr,
        _ => return Ok(()),
    };
    if exception.downcast::<BaseException>(vm).is_none() {
        let text =
            format!("TypeError: print_exception(): Exception expected for value, {} found", vm.type_name(exception));
        return write_line(vm, stderr, &text);
    }
    let printed = (|| {
        let module = crate::import::import_module(vm, "traceback")?;
        let print = vm.get_attr_str(module, "_print_exception_bltin")?;
        vm.call(print, &[exception])
    })();
    if let Err(raised) = printed {
        let _ = vm.take_raised(raised);
        plain_display(vm, stderr, exception, None)?;
    }
    flush(vm, stderr);
    Ok(())
}

/// Prints an exception and a traceback (its own when `None`) as the interpreter itself does: no carets, no context.
fn plain_display(vm: &mut Vm, stderr: Value, exception: Value, traceback: Option<Value>) -> Result<(), Raised> {
    let own = exception.downcast::<BaseException>(vm).and_then(|e| e.get(vm).traceback);
    if let Some(traceback) = traceback.or(own).filter(|traceback| !traceback.is_none()) {
        write_line(vm, stderr, "Traceback (most recent call last):")?;
        print_entries(vm, stderr, traceback)?;
    }
    let class = vm.type_of(exception);
    let class = crate::types::object::full_class_name(vm, class)?;
    let text = match vm.str_string(exception) {
        Ok(text) => text,
        Err(raised) => {
            let _ = vm.take_raised(raised);
            "<exception str() failed>".to_owned()
        }
    };
    let line = if text.is_empty() { class } else { format!("{class}: {text}") };
    write_line(vm, stderr, &line)
}

/// How often the same line is shown before the rest is counted.
const SAME_LINE_SHOWN: usize = 3;

fn print_entries(vm: &mut Vm, stderr: Value, traceback: Value) -> Result<(), Raised> {
    let mut last = String::new();
    let mut same = 0;
    let mut at = traceback;
    while !at.is_none() {
        let number = vm.get_attr_str(at, "tb_lineno")?;
        let frame = vm.get_attr_str(at, "tb_frame")?;
        let code = vm.get_attr_str(frame, "f_code")?;
        let (file, function) = (vm.get_attr_str(code, "co_filename")?, vm.get_attr_str(code, "co_name")?);
        let source = source_line(vm, file, number);
        let (line, file, function) = (vm.str_string(number)?, vm.str_string(file)?, vm.str_string(function)?);
        let entry = format!("  File \"{file}\", line {line}, in {function}");
        if entry == last {
            same += 1;
        } else {
            print_repetition(vm, stderr, same)?;
            same = 1;
        }
        if same <= SAME_LINE_SHOWN {
            write_line(vm, stderr, &entry)?;
            if !source.is_empty() {
                write_line(vm, stderr, &format!("    {source}"))?;
            }
        }
        last = entry;
        at = vm.get_attr_str(at, "tb_next")?;
    }
    print_repetition(vm, stderr, same)
}

fn print_repetition(vm: &mut Vm, stderr: Value, same: usize) -> Result<(), Raised> {
    let more = same.saturating_sub(SAME_LINE_SHOWN);
    if more == 0 {
        return Ok(());
    }
    let plural = if more == 1 { "" } else { "s" };
    write_line(vm, stderr, &format!("  [Previous line repeated {more} more time{plural}]"))
}

/// A line of a file without the blanks around it, empty when it cannot be had.
fn source_line(vm: &mut Vm, file: Value, number: Value) -> String {
    let line = (|| {
        let linecache = crate::import::import_module(vm, "linecache")?;
        let line = vm.call_method(linecache, "getline", &[file, number])?;
        vm.str_string(line)
    })();
    match line {
        Ok(line) => line.trim().to_owned(),
        Err(raised) => {
            let _ = vm.take_raised(raised);
            String::new()
        }
    }
}

fn write_line(vm: &mut Vm, file: Value, line: &str) -> Result<(), Raised> {
    let text = vm.new_str(&format!("{line}\n"))?;
    vm.call_method_name(file, name::WRITE, &[text]).map(drop)
}

fn flush(vm: &mut Vm, file: Value) {
    if let Err(raised) = vm.call_method_name(file, name::FLUSH, &[]) {
        let _ = vm.take_raised(raised);
    }
}

impl Vm {
    /// Hands an exception that cannot be propagated to `sys.unraisablehook`.
    ///
    /// `message` is the text before the object ("Exception ignored in" when absent).
    pub fn write_unraisable(&mut self, raised: Raised, message: Option<&str>, object: Value) {
        let exception = self.take_raised(raised);
        let done = (|| {
            let class = self.type_of(exception).value();
            let traceback = exception.downcast::<BaseException>(self).and_then(|e| e.get(self).traceback);
            let message = match message {
                Some(message) => self.new_str(message)?,
                None => Value::NONE,
            };
            let args = [class, exception, traceback.unwrap_or(Value::NONE), message, object];
            let args = instance(self, &UNRAISABLE_ARGS, &args)?;
            let hook = super::get(self, "unraisablehook")?;
            self.audit("sys.unraisablehook", &[hook.unwrap_or(Value::NONE), args])?;
            match hook {
                Some(hook) if !hook.is_none() => self.call(hook, &[args]).map(drop),
                _ => print_unraisable(self, args),
            }
        })();
        if let Err(raised) = done {
            let _ = self.take_raised(raised);
        }
    }

    /// Hands an exception that arose while doing something with an object to `sys.unraisablehook`; the message names both.
    pub fn write_unraisable_of(&mut self, raised: Raised, doing: &str, object: Value) {
        let exception = self.take_raised(raised);
        let text = match self.repr_string(object) {
            Ok(text) => text,
            Err(raised) => {
                let _ = self.take_raised(raised);
                "<object repr() failed>".to_owned()
            }
        };
        let raised = self.reraise(exception);
        self.write_unraisable(raised, Some(&format!("Exception ignored {doing} {text}")), Value::NONE);
    }

    /// Whether someone listens to audit events.
    pub fn is_audited(&self) -> bool {
        self.state(AUDIT_HOOKS).is_some()
    }

    /// The list of audit hooks, which programs do not see.
    pub(crate) fn audit_hooks(&self) -> Option<Value> {
        self.state(AUDIT_HOOKS)
    }

    /// Raises an audit event with numbers; does nothing without hooks.
    pub fn audit_numbers(&mut self, event: &str, numbers: &[i64]) -> Result<(), Raised> {
        if !self.is_audited() {
            return Ok(());
        }
        let args = Tuple::new_uninit(self, crate::types::Builtin::Tuple as u32, numbers.len())?;
        for (i, number) in numbers.iter().enumerate() {
            let number = self.new_int(*number)?;
            args.get_mut(self).items_mut()[i] = number;
        }
        let event = self.new_str(event)?;
        match self.audit_hooks().and_then(|hooks| hooks.downcast::<List>(self)) {
            Some(hooks) => run_audit_hooks(self, hooks, event, args),
            None => Ok(()),
        }
    }

    /// Raises the audit event of a special attribute that is set.
    pub(crate) fn audit_set(
        &mut self,
        object: Value,
        attribute: &str,
        value: impl Into<Option<Value>>,
    ) -> Result<(), Raised> {
        if !self.is_audited() {
            return Ok(());
        }
        let attribute = self.new_str(attribute)?;
        self.audit("object.__setattr__", &[object, attribute, value.into().unwrap_or(Value::NONE)])
    }

    /// Raises the audit event of a special attribute that is read.
    pub(crate) fn audit_get(&mut self, object: Value, attribute: &str) -> Result<(), Raised> {
        if !self.is_audited() {
            return Ok(());
        }
        let attribute = self.new_str(attribute)?;
        self.audit("object.__getattr__", &[object, attribute])
    }

    /// Raises an audit event; does nothing without hooks.
    pub fn audit(&mut self, event: &str, args: &[Value]) -> Result<(), Raised> {
        let Some(hooks) = self.state(AUDIT_HOOKS).and_then(|hooks| hooks.downcast::<List>(self)) else { return Ok(()) };
        let args = Tuple::from_values(self, args)?;
        let event = self.new_str(event)?;
        run_audit_hooks(self, hooks, event, args)
    }
}

/// The hooks are called without tracing but for those whose `__cantrace__` is true.
fn run_audit_hooks(vm: &mut Vm, hooks: Gc<List>, event: Value, args: Gc<Tuple>) -> Result<(), Raised> {
    let mut i = 0;
    while let Some(hook) = hooks.get(vm).get_at(vm, i) {
        vm.exec.tracing += 1;
        let can_trace = can_trace(vm, hook);
        if matches!(can_trace, Ok(true)) {
            vm.exec.tracing -= 1;
        }
        let result = match can_trace {
            Ok(_) => vm.call(hook, &[event, args.value()]),
            Err(_) => Ok(Value::NONE),
        };
        if !matches!(can_trace, Ok(true)) {
            vm.exec.tracing -= 1;
        }
        can_trace?;
        result?;
        i += 1;
    }
    Ok(())
}

fn can_trace(vm: &mut Vm, hook: Value) -> Result<bool, Raised> {
    let name = Str::intern(vm, "__cantrace__")?;
    match vm.get_attr_opt(hook, name)? {
        Some(value) => vm.is_true(value),
        None => Ok(false),
    }
}

pub(super) fn unraisablehook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = crate::types::type_::class_of_spec(vm, &UNRAISABLE_ARGS)?;
    if !vm.is_instance(args.get(0), class) {
        return Err(vm.raise(Exc::TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs"));
    }
    print_unraisable(vm, args.get(0))?;
    Ok(Value::NONE)
}

fn print_unraisable(vm: &mut Vm, args: Value) -> Result<(), Raised> {
    let stderr = match super::get(vm, "stderr")? {
        Some(stderr) if !stderr.is_none() => stderr,
        _ => return Ok(()),
    };
    let exception = field_at(vm, args, 1)?;
    let (traceback, message, object) = (field_at(vm, args, 2)?, field_at(vm, args, 3)?, field_at(vm, args, 4)?);
    let repr = if object.is_none() {
        None
    } else {
        Some(match vm.repr_string(object) {
            Ok(text) => text,
            Err(raised) => {
                let _ = vm.take_raised(raised);
                "<object repr() failed>".to_owned()
            }
        })
    };
    let head = match (vm.text_of(message), repr) {
        (Some(message), Some(repr)) => format!("{message}: {repr}"),
        (Some(message), None) => format!("{message}:"),
        (None, Some(repr)) => format!("Exception ignored in: {repr}"),
        (None, None) => String::new(),
    };
    if !head.is_empty() {
        write_line(vm, stderr, &head)?;
    }
    plain_display(vm, stderr, exception, Some(traceback))?;
    flush(vm, stderr);
    Ok(())
}

pub(super) fn breakpointhook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [args, keywords] = args.all();
    let host = vm.host();
    let variable = match host.environment() {
        Ok(all) if !vm.interp().config.settings.ignore_environment => {
            all.into_iter().find(|(name, _)| name == b"PYTHONBREAKPOINT").map(|(_, value)| value)
        }
        _ => None,
    };
    let target = match variable {
        Some(value) if value == b"0" => return Ok(Value::NONE),
        Some(value) if !value.is_empty() => String::from_utf8_lossy(&value).into_owned(),
        _ => "pdb.set_trace".to_owned(),
    };
    let (module, attribute) = target.rsplit_once('.').unwrap_or(("builtins", target.as_str()));
    let found = match crate::import::import_module(vm, module) {
        Ok(module) => vm.get_attr_str(module, attribute),
        Err(raised) => Err(raised),
    };
    let hook = match found {
        Ok(hook) => hook,
        Err(raised) => {
            let _ = vm.take_raised(raised);
            let text = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\"");
            let warning = vm.new_str(&text)?;
            let warnings = crate::import::import_module(vm, "warnings")?;
            let class = vm.exception_class(Exc::RuntimeWarning).value();
            vm.call_method(warnings, "warn", &[warning, class])?;
            return Ok(Value::NONE);
        }
    };
    match args.downcast::<Tuple>(vm) {
        Some(args) => {
            let keywords = keywords.downcast::<Dict>(vm);
            vm.call_tuple(hook, args, keywords)
        }
        None => vm.call(hook, &[]),
    }
}

pub(super) fn addaudithook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = vm.audit("sys.addaudithook", &[]);
    // A hook may refuse others by an exception other than a fatal one.
    if let Err(raised) = result {
        if vm.raised_is(Exc::RuntimeError) {
            let _ = vm.take_raised(raised);
            return Ok(Value::NONE);
        }
        return Err(raised);
    }
    let hooks = match vm.state(AUDIT_HOOKS).and_then(|hooks| hooks.downcast::<List>(vm)) {
        Some(hooks) => hooks,
        None => {
            let hooks = List::new(vm)?;
            vm.set_state(AUDIT_HOOKS, hooks.value());
            hooks
        }
    };
    List::push(hooks, vm, args.get(0))?;
    Ok(Value::NONE)
}

pub(super) fn audit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [event, rest] = args.all();
    if event.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(event);
        return Err(vm.raise(Exc::TypeError, format!("audit() argument 1 must be str, not {got}")));
    }
    let hooks = vm.state(AUDIT_HOOKS).and_then(|hooks| hooks.downcast::<List>(vm));
    if let (Some(hooks), Some(rest)) = (hooks, rest.downcast::<Tuple>(vm)) {
        run_audit_hooks(vm, hooks, event, rest)?;
    }
    Ok(Value::NONE)
}

/// The keys of the hooks of asynchronous generators in the interpreter's state.
pub const FIRSTITER: &str = "sys.asyncgen_firstiter";
pub const FINALIZER: &str = "sys.asyncgen_finalizer";
/// The key of the depth to which coroutines record where they were made.
pub const ORIGIN_TRACKING: &str = "sys.coroutine_origin_tracking_depth";

pub(super) fn get_asyncgen_hooks(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let hooks = [FIRSTITER, FINALIZER].map(|key| vm.state(key).unwrap_or(Value::NONE));
    instance(vm, &ASYNCGEN_HOOKS, &hooks)
}

pub(super) fn set_asyncgen_hooks(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [firstiter, finalizer] = args.all();
    for (key, what, hook) in [(FINALIZER, "finalizer", finalizer), (FIRSTITER, "firstiter", firstiter)] {
        let Some(hook) = hook.given() else { continue };
        if !hook.is_none() && !vm.is_callable(hook) {
            let got = vm.type_name(hook);
            return Err(vm.raise(Exc::TypeError, format!("callable {what} expected, got {got}")));
        }
        vm.set_state(key, hook);
    }
    Ok(Value::NONE)
}

pub(super) fn get_origin_tracking_depth(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.state(ORIGIN_TRACKING).unwrap_or(Value::int(0)))
}

pub(super) fn set_origin_tracking_depth(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let depth = vm.index_i32(args.get(0))?;
    if depth < 0 {
        return Err(vm.raise(Exc::ValueError, "depth must be >= 0"));
    }
    vm.set_state(ORIGIN_TRACKING, Value::int32(depth));
    Ok(Value::NONE)
}

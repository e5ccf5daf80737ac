//! The module `termios`: attributes of terminals.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::{Errno, TerminalAttributes};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;
use crate::select::descriptor;

mod constants;

/// `termios.error`.
static ERROR: ModuleException =
    ModuleException { key: "termios.error", module: "termios", name: "error", base: Exc::Exception };

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "termios",
    doc: "This module provides an interface to the Posix calls for tty I/O control.\nFor a complete description of these calls, see the Posix or Unix manual\npages. It is only available for those Unix versions that support Posix\ntermios style tty I/O control.\n\nAll functions in this module take a file descriptor fd as their first\nargument. This can be an integer file descriptor, such as returned by\nsys.stdin.fileno(), or a file object, such as sys.stdin itself.",
    functions: &[
        function("tcgetattr(fd, /)", tcgetattr, "Get the tty attributes for file descriptor fd.\n\nReturns a list [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]\nwhere cc is a list of the tty special characters (each a string of\nlength 1, except the items with indices VMIN and VTIME, which are\nintegers when these fields are defined).  The interpretation of the\nflags and the speeds as well as the indexing in the cc array must be\ndone using the symbolic constants defined in this module."),
        function("tcsetattr(fd, when, attributes, /)", tcsetattr, "Set the tty attributes for file descriptor fd.\n\nThe attributes to be set are taken from the attributes argument, which\nis a list like the one returned by tcgetattr(). The when argument\ndetermines when the attributes are changed: termios.TCSANOW to\nchange immediately, termios.TCSADRAIN to change after transmitting all\nqueued output, or termios.TCSAFLUSH to change after transmitting all\nqueued output and discarding all queued input."),
        function("tcsendbreak(fd, duration, /)", tcsendbreak, "Send a break on file descriptor fd.\n\nA zero duration sends a break for 0.25-0.5 seconds; a nonzero duration\nhas a system dependent meaning."),
        function("tcdrain(fd, /)", tcdrain, "Wait until all output written to file descriptor fd has been transmitted."),
        function("tcflush(fd, queue, /)", tcflush, "Discard queued data on file descriptor fd.\n\nThe queue selector specifies which queue: termios.TCIFLUSH for the input\nqueue, termios.TCOFLUSH for the output queue, or termios.TCIOFLUSH for\nboth queues."),
        function("tcflow(fd, action, /)", tcflow, "Suspend or resume input or output on file descriptor fd.\n\nThe action argument can be termios.TCOOFF to suspend output,\ntermios.TCOON to restart output, termios.TCIOFF to suspend input,\nor termios.TCION to restart input."),
        function("tcgetwinsize(fd, /)", tcgetwinsize, "Get the tty winsize for file descriptor fd.\n\nReturns a tuple (ws_row, ws_col)."),
        function("tcsetwinsize(fd, winsize, /)", tcsetwinsize, "Set the tty winsize for file descriptor fd.\n\nThe winsize to be set is taken from the winsize argument, which\nis a two-item tuple (ws_row, ws_col) like the one returned by\ntcgetwinsize()."),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in constants::CONSTANTS {
        Module::set_int(module, vm, name, *number)?;
    }
    for (name, code) in constants::SPEEDS {
        Module::set_int(module, vm, name, i64::from(*code))?;
    }
    ERROR.define(vm, module)
}

/// Raises `termios.error` with the number and text of a system error.
#[cold]
fn raise(vm: &mut Vm, errno: Errno) -> Raised {
    let made = ERROR.class(vm).and_then(|class| {
        let text = vm.host().error_text(errno);
        let text = vm.new_str(&text)?;
        vm.call(class, &[Value::int32(errno.0), text])
    });
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Runs an operation that may block.
fn perform<T>(
    vm: &mut Vm,
    operation: impl FnMut(&dyn taipan_vm::host::Host) -> taipan_vm::host::HostResult<T>,
) -> Result<T, Raised> {
    match vm.wait_host_errno(operation)? {
        Ok(value) => Ok(value),
        Err(errno) => Err(raise(vm, errno)),
    }
}

fn tcgetattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    let attributes = perform(vm, |host| host.terminal_attributes(fd))?;
    // In a mode without lines two of the characters are counts.
    let counts = attributes.flags[3] & libc::ICANON == 0;
    let characters = List::new(vm)?;
    for (i, byte) in attributes.characters.iter().enumerate() {
        let item = if counts && (i == libc::VMIN || i == libc::VTIME) {
            Value::int(usize::from(*byte))
        } else {
            vm.new_bytes(&[*byte])?
        };
        List::push(characters, vm, item)?;
    }
    let all = List::new(vm)?;
    for number in attributes.flags.iter().chain(&attributes.speeds) {
        List::push(all, vm, Value::int(*number as usize))?;
    }
    List::push(all, vm, characters.value())?;
    Ok(all.value())
}

fn tcsetattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, when, attributes] = args.all();
    let fd = descriptor(vm, fd)?;
    let when = vm.index_i32(when)?;
    let Some(items) = attributes.downcast::<List>(vm).filter(|list| list.get(vm).len() == 7) else {
        return Err(vm.raise(Exc::TypeError, "tcsetattr, arg 3: must be 7 element list"));
    };
    let item = |vm: &Vm, i: usize| items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
    let mut numbers = [0u32; 6];
    for (i, number) in numbers.iter_mut().enumerate() {
        let value = item(vm, i);
        *number = vm.index_i64(value)? as u32;
    }
    let count = perform(vm, |host| host.terminal_attributes(fd))?.characters.len();
    let last = item(vm, 6);
    let Some(characters) = last.downcast::<List>(vm).filter(|list| list.get(vm).len() == count) else {
        let message = format!("tcsetattr: attributes[6] must be {count} element list");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let mut bytes = Vec::new();
    for i in 0..count {
        let value = characters.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        if let Some(byte) = value.downcast::<Bytes>(vm).and_then(|byte| match byte.get(vm).bytes() {
            [byte] => Some(*byte),
            _ => None,
        }) {
            bytes.push(byte);
        } else if vm.is_int(value) {
            bytes.push(vm.index_i64(value)? as u8);
        } else {
            let message = "tcsetattr: elements of attributes must be bytes objects of length 1 or integers";
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    let [input, output, control, local, in_speed, out_speed] = numbers;
    let attributes =
        TerminalAttributes { flags: [input, output, control, local], speeds: [in_speed, out_speed], characters: bytes };
    perform(vm, |host| host.set_terminal_attributes(fd, when, &attributes))?;
    Ok(Value::NONE)
}

fn tcsendbreak(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, duration) = (descriptor(vm, args.get(0))?, vm.index_i32(args.get(1))?);
    perform(vm, |host| host.send_break(fd, duration))?;
    Ok(Value::NONE)
}

fn tcdrain(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    perform(vm, |host| host.drain_terminal(fd))?;
    Ok(Value::NONE)
}

fn tcflush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, queue) = (descriptor(vm, args.get(0))?, vm.index_i32(args.get(1))?);
    perform(vm, |host| host.flush_terminal(fd, queue))?;
    Ok(Value::NONE)
}

fn tcflow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, action) = (descriptor(vm, args.get(0))?, vm.index_i32(args.get(1))?);
    perform(vm, |host| host.terminal_flow(fd, action))?;
    Ok(Value::NONE)
}

fn tcgetwinsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    let [rows, columns, ..] = perform(vm, |host| host.window_size(fd))?;
    Ok(Tuple::from_values(vm, &[Value::int(usize::from(rows)), Value::int(usize::from(columns))])?.value())
}

fn tcsetwinsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const MESSAGE: &str = "tcsetwinsize, arg 2: must be a two-item sequence";
    let fd = descriptor(vm, args.get(0))?;
    let items = vm.sequence_fast(args.get(1), MESSAGE)?;
    if items.get(vm).len() != 2 {
        return Err(vm.raise(Exc::TypeError, MESSAGE));
    }
    let mut numbers = [0u16; 2];
    for (i, number) in numbers.iter_mut().enumerate() {
        let value = items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        let wide = vm.index_i64(value)?;
        let Ok(narrow) = u16::try_from(wide) else {
            return Err(vm.raise(Exc::OverflowError, "winsize value(s) out of range."));
        };
        *number = narrow;
    }
    let mut size = perform(vm, |host| host.window_size(fd))?;
    (size[0], size[1]) = (numbers[0], numbers[1]);
    perform(vm, |host| host.set_window_size(fd, size))?;
    Ok(Value::NONE)
}

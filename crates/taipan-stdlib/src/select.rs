//! The module `select`: waiting until descriptors are ready.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::PollEntry;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, NO_NEW, TypeSpec, function, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::timeout::{Deadline, Rounding, duration};

mod epoll;

heap_object! {
    /// A poll object: events by descriptor.
    pub struct Poll {
        events: Gc<Dict>,
        running: bool,
        pad: [u8; 7],
    }
}

#[rustfmt::skip]
static POLL: TypeSpec = TypeSpec {
    name: "poll",
    module: "select",
    layout: Some(<Poll as HeapObject>::native),
    methods: &[
        method("register($self, fd, eventmask=POLLIN|POLLPRI|POLLOUT, /)", register, "Register a file descriptor with the polling object."),
        method("modify($self, fd, eventmask, /)", modify, "Modify an already registered file descriptor."),
        method("unregister($self, fd, /)", unregister, "Remove a file descriptor being tracked by the polling object."),
        method("poll($self, timeout=None, /)", poll_method, "Polls the set of registered file descriptors.\n\nReturns a list containing any descriptors that have events or errors to\nreport, as a list of (fd, event) 2-tuples."),
    ],
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "select",
    doc: "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
    functions: &[
        function("select(rlist, wlist, xlist, timeout=None, /)", select, "Wait until one or more file descriptors are ready for some kind of I/O."),
        function("poll()", new_poll, "Returns a polling object.\n\nThis object supports registering and unregistering file descriptors, and then\npolling them for I/O events."),
    ],
    types: &[&epoll::TYPE],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in [
        ("POLLIN", libc::POLLIN),
        ("POLLPRI", libc::POLLPRI),
        ("POLLOUT", libc::POLLOUT),
        ("POLLERR", libc::POLLERR),
        ("POLLHUP", libc::POLLHUP),
        ("POLLNVAL", libc::POLLNVAL),
        ("POLLRDNORM", libc::POLLRDNORM),
        ("POLLRDBAND", libc::POLLRDBAND),
        ("POLLWRNORM", libc::POLLWRNORM),
        ("POLLWRBAND", libc::POLLWRBAND),
        ("POLLRDHUP", libc::POLLRDHUP),
        ("POLLMSG", 0x400),
    ] {
        Module::set_int(module, vm, name, i64::from(number))?;
    }
    Module::set_int(module, vm, "PIPE_BUF", 4096)?;
    for (name, number) in epoll::CONSTANTS {
        Module::set_int(module, vm, name, *number)?;
    }
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)
}

/// A duration in units of `unit` nanoseconds; TypeError with `message` for what is no number.
fn number(vm: &mut Vm, value: Value, unit: i64, message: &str) -> Result<i64, Raised> {
    let is_number = vm.as_float(value).is_some()
        || vm.is_int(value)
        || vm.slots(value).float.is_some()
        || vm.slots(value).index.is_some();
    if !is_number {
        return Err(vm.raise(Exc::TypeError, message));
    }
    duration(vm, value, unit, Rounding::Up)
}

/// The descriptor of an int or an object with `fileno()`.
pub(crate) fn descriptor(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    let fd = if vm.is_int(value) {
        value
    } else {
        match vm.get_attr_opt_name(value, name::FILENO)? {
            Some(method) => vm.call(method, &[])?,
            None => {
                return Err(vm.raise(Exc::TypeError, "argument must be an int, or have a fileno() method."));
            }
        }
    };
    if !vm.is_int(fd) {
        return Err(vm.raise(Exc::TypeError, "fileno() returned a non-integer"));
    }
    let fd = match vm.as_i64(fd) {
        Some(wide) if i64::from(wide as i32) == wide => wide as i32,
        _ => return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
    };
    if fd < 0 {
        let message = format!("file descriptor cannot be a negative integer ({fd})");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(fd)
}

fn select(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [read, write, except, timeout] = args.all();
    let timeout = match timeout.not_none() {
        None => -1,
        Some(timeout) => {
            let timeout = number(vm, timeout, 1_000_000_000, "timeout must be a float or None")?;
            if timeout < 0 {
                return Err(vm.raise(Exc::ValueError, "timeout must be non-negative"));
            }
            timeout
        }
    };
    let deadline = Deadline::after(vm, timeout)?;
    let mut entries: Vec<PollEntry> = Vec::new();
    let mut lists = [Value::NONE; 3];
    let mut starts = [0; 4];
    for (i, (given, events)) in
        [(read, libc::POLLIN), (write, libc::POLLOUT), (except, libc::POLLPRI)].into_iter().enumerate()
    {
        // A list is read in place: `fileno` methods may change it.
        let list = match given.exact::<List>() {
            Some(list) => list,
            None => vm.sequence_fast(given, "arguments 1-3 must be sequences")?,
        };
        lists[i] = list.value();
        let mut at = 0;
        while let Some(item) = list.get(vm).get_at(vm, at) {
            at += 1;
            let fd = descriptor(vm, item)?;
            if fd >= libc::FD_SETSIZE as i32 {
                return Err(vm.raise(Exc::ValueError, "filedescriptor out of range in select()"));
            }
            entries.push(PollEntry { fd, events, returned: 0 });
        }
        starts[i + 1] = entries.len();
    }
    deadline.poll(vm, &mut entries)?;
    if entries.iter().any(|entry| entry.returned & libc::POLLNVAL != 0) {
        return Err(vm.raise_os_error(taipan_vm::host::Errno(libc::EBADF), &[]));
    }
    let mut results = [Value::NONE; 3];
    let masks = [libc::POLLIN | libc::POLLHUP | libc::POLLERR, libc::POLLOUT | libc::POLLERR, libc::POLLPRI];
    for i in 0..3 {
        let ready = List::new(vm)?;
        for at in starts[i]..starts[i + 1] {
            if entries[at].returned & masks[i] != 0
                && let Some(list) = lists[i].exact::<List>()
                && let Some(item) = list.get(vm).get_at(vm, at - starts[i])
            {
                List::push(ready, vm, item)?;
            }
        }
        results[i] = ready.value();
    }
    Ok(Tuple::from_values(vm, &results)?.value())
}

fn new_poll(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let events = Dict::new(vm)?;
    let class = class_of_spec(vm, &POLL)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Poll { header: HeaderWord::NEW, events, running: false, pad: [0; 7] })?.value())
}

fn event_mask(vm: &mut Vm, value: Value, default: i16) -> Result<Value, Raised> {
    match value.given() {
        None => Ok(Value::int(default as usize)),
        Some(value) => {
            let index = vm.index(value)?;
            match vm.as_i64(index) {
                Some(mask) if mask < 0 => Err(vm.raise(Exc::ValueError, "Cannot convert negative int")),
                Some(mask) if mask <= i64::from(u16::MAX) => Ok(Value::int(mask as usize)),
                _ => Err(vm.raise(Exc::OverflowError, "Python int too large for C unsigned short")),
            }
        }
    }
}

fn register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (poll, [fd, mask]) = args.method::<Poll, 2>(vm);
    let fd = descriptor(vm, fd)?;
    let mask = event_mask(vm, mask, libc::POLLIN | libc::POLLPRI | libc::POLLOUT)?;
    let events = poll.get(vm).events;
    Dict::set(events, vm, Value::int32(fd), mask)?;
    Ok(Value::NONE)
}

fn modify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (poll, [fd, mask]) = args.method::<Poll, 2>(vm);
    let fd = Value::int32(descriptor(vm, fd)?);
    let mask = event_mask(vm, mask, 0)?;
    let events = poll.get(vm).events;
    if Dict::get_item(events, vm, fd)?.is_none() {
        return Err(vm.raise_os_error(taipan_vm::host::Errno(libc::ENOENT), &[]));
    }
    Dict::set(events, vm, fd, mask)?;
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (poll, [fd]) = args.method::<Poll, 1>(vm);
    let fd = Value::int32(descriptor(vm, fd)?);
    let events = poll.get(vm).events;
    match Dict::remove(events, vm, fd)? {
        Some(_) => Ok(Value::NONE),
        None => Err(vm.raise_with(Exc::KeyError, &[fd])),
    }
}

fn poll_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (poll, [timeout]) = args.method::<Poll, 1>(vm);
    let timeout = match timeout.not_none() {
        None => -1,
        Some(timeout) => number(vm, timeout, 1_000_000, "timeout must be an integer or None")?,
    };
    if timeout > i64::from(i32::MAX) * 1_000_000 {
        return Err(vm.raise(Exc::OverflowError, "timeout is too large"));
    }
    if std::mem::replace(&mut poll.get_mut(vm).running, true) {
        return Err(vm.raise(Exc::RuntimeError, "concurrent poll() invocation"));
    }
    let result = poll_registered(vm, poll, timeout);
    poll.get_mut(vm).running = false;
    result
}

fn poll_registered(vm: &mut Vm, poll: Gc<Poll>, timeout: i64) -> Result<Value, Raised> {
    let events = poll.get(vm).events;
    let mut entries = Vec::new();
    let mut at = 0;
    while let Some((number, entry)) = events.get(vm).next_entry(vm, at) {
        at = number + 1;
        if let (Some(fd), Some(mask)) = (entry.key.as_small_int(), entry.value.as_small_int()) {
            entries.push(PollEntry { fd: fd as i32, events: mask as i16, returned: 0 });
        }
    }
    let deadline = Deadline::after(vm, timeout)?;
    let count = |entries: &Vec<PollEntry>| entries.iter().all(|entry| entry.returned == 0);
    let entries = deadline.wait(vm, count, |host, timeout| {
        host.poll(&mut entries, timeout)?;
        Ok(entries.clone())
    })?;
    let ready = List::new(vm)?;
    for entry in entries.iter().filter(|entry| entry.returned != 0) {
        let pair = [Value::int32(entry.fd), Value::int(entry.returned as u16 as usize)];
        let pair = Tuple::from_values(vm, &pair)?;
        List::push(ready, vm, pair.value())?;
    }
    Ok(ready.value())
}

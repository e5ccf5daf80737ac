//! The type `select.epoll`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{TypeSpec, class_method, getter, method};
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{descriptor, number};
use crate::timeout::Deadline;

heap_object! {
    /// An epoll descriptor.
    pub struct Epoll {
        /// -1: closed.
        fd: i32,
        pad: i32,
    }
}

/// The module's constants of this type.
pub static CONSTANTS: &[(&str, i64)] = &[
    ("EPOLLIN", libc::EPOLLIN as i64),
    ("EPOLLOUT", libc::EPOLLOUT as i64),
    ("EPOLLPRI", libc::EPOLLPRI as i64),
    ("EPOLLERR", libc::EPOLLERR as i64),
    ("EPOLLHUP", libc::EPOLLHUP as i64),
    ("EPOLLRDHUP", libc::EPOLLRDHUP as i64),
    ("EPOLLET", libc::EPOLLET as u32 as i64),
    ("EPOLLONESHOT", libc::EPOLLONESHOT as i64),
    ("EPOLLEXCLUSIVE", libc::EPOLLEXCLUSIVE as i64),
    ("EPOLLWAKEUP", libc::EPOLLWAKEUP as i64),
    ("EPOLLRDNORM", libc::EPOLLRDNORM as i64),
    ("EPOLLRDBAND", libc::EPOLLRDBAND as i64),
    ("EPOLLWRNORM", libc::EPOLLWRNORM as i64),
    ("EPOLLWRBAND", libc::EPOLLWRBAND as i64),
    ("EPOLLMSG", libc::EPOLLMSG as i64),
    ("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC as i64),
];

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "epoll",
    module: "select",
    layout: Some(<Epoll as HeapObject>::native),
    slots: Slots { new: Some(new), del: Some(finalize), ..Slots::DEFAULT },
    methods: &[
        class_method("fromfd($type, fd, /)", fromfd, "Create an epoll object from a given control fd."),
        method("close($self, /)", close, "Close the epoll control file descriptor.\n\nFurther operations on the epoll object will raise an exception."),
        method("fileno($self, /)", fileno, "Return the epoll control file descriptor."),
        method("register($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)", register, "Registers a new fd or raises an OSError if the fd is already registered.\n\n  fd\n    the target file descriptor of the operation\n  eventmask\n    a bit set composed of the various EPOLL constants\n\nThe epoll interface supports all file descriptors that support poll."),
        method("modify($self, /, fd, eventmask)", modify, "Modify event mask for a registered file descriptor.\n\n  fd\n    the target file descriptor of the operation\n  eventmask\n    a bit set composed of the various EPOLL constants"),
        method("unregister($self, /, fd)", unregister, "Remove a registered file descriptor from the epoll object.\n\n  fd\n    the target file descriptor of the operation"),
        method("poll($self, /, timeout=None, maxevents=-1)", poll, "Wait for events on the epoll file descriptor.\n\n  timeout\n    the maximum time to wait in seconds (as float);\n    a timeout of None or -1 makes poll wait indefinitely\n  maxevents\n    the maximum number of events returned; -1 means no limit\n\nReturns a list containing any descriptors that have events to\nreport, as a list of (fd, events) 2-tuples."),
        method("__enter__($self, /)", enter, ""),
        method("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)", exit, ""),
    ],
    getset: &[getter("closed", get_closed, "True if the epoll handler is closed")],
    doc: "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\nsizehint must be a positive integer or -1 for the default size. The\nsizehint is used to optimize internal data structures. It doesn't limit\nthe maximum number of monitored events.",
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("epoll(sizehint=-1, flags=0)");
    let [size, flags] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<2>()))?;
    let size = size.given().map_or(Ok(-1), |size| vm.index_i32(size))?;
    let flags = flags.given().map_or(Ok(0), |flags| vm.index_i32(flags))?;
    if size < -1 || size == 0 {
        return Err(vm.raise(Exc::ValueError, "negative sizehint"));
    }
    if flags != 0 && flags != libc::EPOLL_CLOEXEC {
        return Err(vm.raise(Exc::OSError, "invalid flags"));
    }
    let fd = vm.ask_host(|host| host.epoll_create(flags))?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Epoll { header: HeaderWord::NEW, fd, pad: 0 })?.value())
}

fn fromfd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(1))?;
    let Some(class) = args.get(0).downcast::<Type>(vm) else { return Ok(Value::NONE) };
    let shape = class.get(vm).root_shape;
    let epoll = vm.new_object(shape, Epoll { header: HeaderWord::NEW, fd, pad: 0 })?;
    vm.note_instance(epoll.value(), class);
    Ok(epoll.value())
}

fn finalize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(epoll) = this.downcast::<Epoll>(vm) {
        let fd = std::mem::replace(&mut epoll.get_mut(vm).fd, -1);
        if fd >= 0 {
            let _ = vm.host().close(fd);
        }
    }
    Ok(Value::NONE)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let epoll = args.receiver::<Epoll>(vm);
    let fd = std::mem::replace(&mut epoll.get_mut(vm).fd, -1);
    vm.forget_instance(epoll.value());
    if fd >= 0 {
        vm.ask_host(|host| host.close(fd))?;
    }
    Ok(Value::NONE)
}

fn open(vm: &mut Vm, args: Args<'_>) -> Result<i32, Raised> {
    match args.receiver::<Epoll>(vm).get(vm).fd {
        fd if fd >= 0 => Ok(fd),
        _ => Err(vm.raise(Exc::ValueError, "I/O operation on closed epoll object")),
    }
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args).map(Value::int32)
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.downcast::<Epoll>(vm).is_none_or(|epoll| epoll.get(vm).fd < 0)))
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(args.get(0))
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.call_method(args.get(0), "close", &[])
}

fn event_mask(vm: &mut Vm, value: Value) -> Result<u32, Raised> {
    match value.given() {
        None => Ok((libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32),
        Some(value) => {
            let index = vm.index(value)?;
            Ok(vm.as_i64(index).map_or(u32::MAX, |mask| mask as u32))
        }
    }
}

fn control(vm: &mut Vm, args: Args<'_>, operation: i32, mask: u32) -> Result<Value, Raised> {
    let fd = open(vm, args)?;
    let target = descriptor(vm, args.get(1))?;
    vm.ask_host(|host| host.epoll_control(fd, operation, target, mask))?;
    Ok(Value::NONE)
}

fn register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    let mask = event_mask(vm, args.all::<3>()[2])?;
    control(vm, args, libc::EPOLL_CTL_ADD, mask)
}

fn modify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    let mask = event_mask(vm, args.get(2))?;
    control(vm, args, libc::EPOLL_CTL_MOD, mask)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    control(vm, args, libc::EPOLL_CTL_DEL, 0)
}

fn poll(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, timeout, limit] = args.all();
    let fd = open(vm, args)?;
    let timeout = match timeout.not_none() {
        None => -1,
        Some(timeout) => number(vm, timeout, 1_000_000_000, "timeout must be an integer or None")?,
    };
    let limit = match limit.given() {
        None => -1,
        Some(limit) => vm.index_i32(limit)?,
    };
    let limit = match limit {
        -1 => 1023,
        limit if limit <= 0 => {
            return Err(vm.raise(Exc::ValueError, format!("maxevents must be greater than 0, got {limit}")));
        }
        limit => limit as usize,
    };
    let deadline = Deadline::after(vm, timeout)?;
    let events = deadline.wait(vm, Vec::is_empty, |host, timeout| host.epoll_wait(fd, limit, timeout))?;
    let list = List::new(vm)?;
    for (fd, mask) in events {
        let item = Tuple::from_values(vm, &[Value::int32(fd), Value::int(mask as usize)])?;
        List::push(list, vm, item.value())?;
    }
    Ok(list.value())
}

//! Pseudo-terminals, and processes on them.

use taipan_vm::args::Args;
use taipan_vm::raise::Raised;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub fn posix_openpt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.open_terminal_master(flags)).map(Value::int32)
}

pub fn grantpt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = super::descriptors::file_descriptor(vm, args.get(0))?;
    vm.ask_host(|host| host.grant_terminal(fd))?;
    Ok(Value::NONE)
}

pub fn unlockpt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = super::descriptors::file_descriptor(vm, args.get(0))?;
    vm.ask_host(|host| host.unlock_terminal(fd))?;
    Ok(Value::NONE)
}

pub fn ptsname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = super::descriptors::file_descriptor(vm, args.get(0))?;
    let name = vm.ask_host(|host| host.slave_name(fd))?;
    vm.decode_name(&name)
}

pub fn login_tty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = super::descriptors::file_descriptor(vm, args.get(0))?;
    vm.ask_host(|host| host.log_in(fd))?;
    Ok(Value::NONE)
}

pub fn forkpty(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(forkpty));
    vm.audit("os.forkpty", &[])?;
    let (master, slave) = vm.ask_host(|host| host.open_terminal_pair())?;
    let pid = match super::processes::forked(vm) {
        Ok(pid) => pid,
        Err(raised) => {
            let host = vm.host();
            let _ = host.close(master).and(host.close(slave));
            return Err(raised);
        }
    };
    let host = vm.host();
    if pid == 0 {
        let _ = host.close(master);
        if host.log_in(slave).is_err() {
            let _ = host.exit(1);
        }
        return Ok(Tuple::from_values(vm, &[Value::int32(0), Value::int32(-1)])?.value());
    }
    let _ = host.close(slave);
    super::processes::warn_of_threads(vm, "forkpty");
    Ok(Tuple::from_values(vm, &[Value::int32(pid), Value::int32(master)])?.value())
}

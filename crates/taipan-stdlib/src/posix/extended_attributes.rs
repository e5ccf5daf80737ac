//! Extended attributes of files.

use taipan_vm::args::Args;
use taipan_vm::host::AttributeFile;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::list::List;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, PathArgument, path};
use super::{int_or, truth_or};

/// The file, and whether a link at its end is followed.
fn file(
    vm: &mut Vm,
    function: &str,
    value: Value,
    follow: Value,
    allow: Allow,
) -> Result<(PathArgument, bool), Raised> {
    let file = path(vm, function, "path", value, allow)?;
    let follow = truth_or(vm, follow, true)?;
    if file.fd.is_some() && !follow {
        let message = format!("{function}: cannot use fd and follow_symlinks together");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok((file, follow))
}

fn target(file: &PathArgument, follow: bool) -> AttributeFile<'_> {
    match file.fd {
        Some(fd) => AttributeFile::Fd(fd),
        None => AttributeFile::Path(&file.bytes, follow),
    }
}

pub fn getxattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, attribute, follow] = args.all();
    let (file, follow) = file(vm, "getxattr", value, follow, Allow::PATH_OR_FD)?;
    let attribute = path(vm, "getxattr", "attribute", attribute, Allow::PATH)?;
    match vm.wait_host_errno(|host| host.attribute(target(&file, follow), &attribute.bytes))? {
        Ok(value) => vm.new_bytes(&value),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn setxattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, attribute, contents, flags, follow] = args.all();
    let (file, follow) = file(vm, "setxattr", value, follow, Allow::PATH_OR_FD)?;
    let attribute = path(vm, "setxattr", "attribute", attribute, Allow::PATH)?;
    let contents = vm.bytes_of(contents)?;
    let flags = int_or(vm, flags, 0)?;
    match vm.wait_host_errno(|host| host.set_attribute(target(&file, follow), &attribute.bytes, &contents, flags))? {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn removexattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, attribute, follow] = args.all();
    let (file, follow) = file(vm, "removexattr", value, follow, Allow::PATH_OR_FD)?;
    let attribute = path(vm, "removexattr", "attribute", attribute, Allow::PATH)?;
    match vm.wait_host_errno(|host| host.remove_attribute(target(&file, follow), &attribute.bytes))? {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn listxattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, follow] = args.all();
    let (file, follow) = file(vm, "listxattr", value, follow, Allow::ANY)?;
    match vm.wait_host_errno(|host| host.attributes(target(&file, follow)))? {
        Ok(names) => {
            let list = List::new(vm)?;
            for name in names {
                let name = vm.decode_name(&name)?;
                List::push(list, vm, name)?;
            }
            Ok(list.value())
        }
        Err(errno) => Err(file.error(vm, errno)),
    }
}

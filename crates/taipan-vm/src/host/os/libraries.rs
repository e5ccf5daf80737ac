//! Shared libraries of C code, through the loader of the system.

use std::ffi::{CStr, CString};

use super::c_string;
use crate::host::{Errno, HostResult};

/// Whether C code may be called.
pub fn native_code() -> HostResult<()> {
    Ok(())
}

/// What the loader says about its last failure.
fn last_error(otherwise: &str) -> Vec<u8> {
    // SAFETY: no arguments; the text is copied before the next call of the loader.
    let text = unsafe { libc::dlerror() };
    if text.is_null() {
        return otherwise.as_bytes().to_vec();
    }
    // SAFETY: a null-terminated string of the loader.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

pub fn open_library(name: Option<&[u8]>, mode: i32) -> HostResult<Result<usize, Vec<u8>>> {
    let name: Option<CString> = name.map(c_string).transpose()?;
    let address = name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr());
    // SAFETY: a null-terminated string or null; what the initialisers of the library do is the program's choice.
    let handle = unsafe { libc::dlopen(address, mode) };
    Ok(if handle.is_null() { Err(last_error("dlopen() error")) } else { Ok(handle as usize) })
}

pub fn library_symbol(handle: usize, name: &[u8]) -> HostResult<Result<usize, Vec<u8>>> {
    let name = c_string(name)?;
    // SAFETY: clears the last error, so that one of this call can be told.
    unsafe { libc::dlerror() };
    // SAFETY: the handle is the program's, as in C.
    let address = unsafe { libc::dlsym(handle as *mut _, name.as_ptr()) };
    Ok(if address.is_null() { Err(last_error("")) } else { Ok(address as usize) })
}

pub fn close_library(handle: usize) -> HostResult<Result<(), Vec<u8>>> {
    // SAFETY: the handle is the program's, as in C.
    let failed = unsafe { libc::dlclose(handle as *mut _) } != 0;
    Ok(if failed { Err(last_error("dlclose() error")) } else { Ok(()) })
}

pub fn loaded_libraries() -> HostResult<Vec<Vec<u8>>> {
    unsafe extern "C" fn note(info: *mut libc::dl_phdr_info, _: usize, names: *mut libc::c_void) -> i32 {
        // SAFETY: the loader gives an entry; the address is that of the list below.
        let (info, names) = unsafe { (&*info, &mut *names.cast::<Vec<Vec<u8>>>()) };
        if !info.dlpi_name.is_null() {
            // SAFETY: a null-terminated string of the loader.
            names.push(unsafe { CStr::from_ptr(info.dlpi_name) }.to_bytes().to_vec());
        }
        0
    }
    let mut names: Vec<Vec<u8>> = Vec::new();
    // SAFETY: the function is called during this call only, with the address of the list.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut names).cast()) };
    Ok(names)
}

/// `errno` of the calling thread, which is then set to another number.
pub fn exchange_errno(number: i32) -> HostResult<i32> {
    // SAFETY: the address of the thread's own number.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    Ok(unsafe { std::mem::replace(&mut *place, number) })
}

/// The addresses of `memmove` and `memset`.
pub fn memory_functions() -> HostResult<[usize; 2]> {
    let functions = [libc::memmove as *const () as usize, libc::memset as *const () as usize];
    if functions.contains(&0) { Err(Errno::NOT_SUPPORTED) } else { Ok(functions) }
}

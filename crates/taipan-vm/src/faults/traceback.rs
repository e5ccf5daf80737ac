//! Tracebacks of running threads as plain text, written by code that may run inside a signal handler.
//!
//! Invariants: nothing is allocated, locked or raised here, and nothing of the moving heap is read: threads, records of
//! frames, executables and code data stay where they are. A thread that runs meanwhile may give a wrong line, as in CPython.

use std::ptr::NonNull;

use crate::interp::frame::Frame;
use crate::interpreter::Interpreter;
use crate::vm::Vm;

/// Frames of a thread, threads, and bytes of a text that are written.
const MOST_FRAMES: usize = 100;
const MOST_THREADS: usize = 100;
const MOST_TEXT: usize = 500;

/// A descriptor with a buffer in front.
pub struct Out {
    fd: i32,
    len: usize,
    buffer: [u8; 256],
}

impl Out {
    /// Writes to a descriptor.
    pub fn new(fd: i32) -> Out {
        Out { fd, len: 0, buffer: [0; 256] }
    }

    fn byte(&mut self, byte: u8) {
        if self.len == self.buffer.len() {
            self.flush();
        }
        self.buffer[self.len] = byte;
        self.len += 1;
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.byte(byte);
        }
    }

    /// Writes a number in base 10.
    pub fn decimal(&mut self, mut number: u64) {
        let (mut digits, mut at) = ([0; 20], 20);
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        for digit in &digits[at..] {
            self.byte(*digit);
        }
    }

    /// Writes the `digits` lowest digits of a number in base 16.
    pub fn hex(&mut self, number: u64, digits: u32) {
        for digit in (0..digits).rev() {
            self.byte(b"0123456789abcdef"[(number >> (4 * digit) & 0xF) as usize]);
        }
    }

    /// Writes text with escapes for what is not printable ASCII, cut when it is long. The bytes are UTF-8, or nearly.
    fn escaped(&mut self, bytes: &[u8]) {
        let mut characters = 0;
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            if characters == MOST_TEXT {
                self.text("...");
                return;
            }
            characters += 1;
            let len = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
            let mut code = u32::from(if len == 1 { *first } else { first & (0x7F >> len) });
            for byte in bytes.iter().skip(at + 1).take(len - 1) {
                code = code << 6 | u32::from(byte & 0x3F);
            }
            at += len;
            match code {
                0x20..0x7F => self.byte(code as u8),
                0..0x100 => {
                    self.text("\\x");
                    self.hex(code.into(), 2);
                }
                0x100..0x1_0000 => {
                    self.text("\\u");
                    self.hex(code.into(), 4);
                }
                _ => {
                    self.text("\\U");
                    self.hex(code.into(), 8);
                }
            }
        }
    }

    /// Writes what is in the buffer.
    pub fn flush(&mut self) {
        let mut rest = &self.buffer[..self.len];
        while !rest.is_empty() {
            // SAFETY: as many bytes as said.
            match unsafe { libc::write(self.fd, rest.as_ptr().cast(), rest.len()) } {
                written @ 1.. => rest = rest.get(written as usize..).unwrap_or(&[]),
                // SAFETY: the address of this thread's number.
                _ if unsafe { *libc::__errno_location() } == libc::EINTR => {}
                _ => break,
            }
        }
        self.len = 0;
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        self.flush();
    }
}

fn frame(out: &mut Out, frame: &Frame) {
    out.text("  File \"");
    out.escaped(frame.executable.code.filename.as_bytes());
    out.text("\", line ");
    match frame.executable.line_at(frame.lasti().wrapping_mul(2) as i32) {
        Some(line) => out.decimal(line.unsigned_abs().into()),
        None => out.text("???"),
    }
    out.text(" in ");
    out.escaped(frame.executable.code.name.as_bytes());
    out.text("\n");
}

/// The frames of a thread, newest first.
///
/// # Safety
/// The thread is attached.
unsafe fn frames(out: &mut Out, vm: NonNull<Vm>) {
    // SAFETY: by contract; records up to the top have been written.
    let exec = unsafe { &(*vm.as_ptr()).exec };
    let depth = exec.depth();
    if depth == 0 {
        out.text("  <no Python frame>\n");
    }
    for at in (1..=depth).rev().take(MOST_FRAMES) {
        match exec.frame(at) {
            Some(record) => frame(out, record),
            None => break,
        }
    }
}

fn thread_header(out: &mut Out, id: u64, is_current: bool) {
    out.text(if is_current { "Current thread 0x" } else { "Thread 0x" });
    out.hex(id, 16);
    let mut name = [0u8; 17];
    // SAFETY: the thread lives; room for a name and its end.
    let code = unsafe { libc::pthread_getname_np(id as libc::pthread_t, name.as_mut_ptr().cast(), 16) };
    let len = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    if code == 0 && len > 0 {
        out.text(" [");
        out.escaped(&name[..len]);
        out.text("]");
    }
    out.text(" (most recent call first):\n");
}

/// The thread of an interpreter with this identity.
///
/// # Safety
/// The interpreter lives, and none of its threads comes or goes meanwhile.
pub unsafe fn thread_of(interp: NonNull<Interpreter>, id: u64) -> Option<NonNull<Vm>> {
    // SAFETY: by contract.
    unsafe { (*interp.as_ptr()).threads.iter().copied().find(|vm| (*vm.as_ptr()).thread_id == id) }
}

/// Writes the traceback of one thread, with a head that does not name it.
///
/// # Safety
/// As [`thread_of`].
pub unsafe fn dump_thread(out: &mut Out, vm: NonNull<Vm>) {
    out.text("Stack (most recent call first):\n");
    // SAFETY: by contract.
    unsafe { frames(out, vm) };
}

/// Writes the tracebacks of all threads, the newest first.
///
/// # Safety
/// As [`thread_of`].
pub unsafe fn dump_threads(out: &mut Out, interp: NonNull<Interpreter>, current: u64) {
    // SAFETY: by contract.
    let threads = unsafe { &(*interp.as_ptr()).threads };
    for (number, vm) in threads.iter().rev().enumerate() {
        if number > 0 {
            out.text("\n");
        }
        if number == MOST_THREADS {
            out.text("...\n");
            break;
        }
        // SAFETY: attached threads are on the list.
        let (id, is_finalizing) = unsafe { ((*vm.as_ptr()).thread_id, (*vm.as_ptr()).exec.finalizing) };
        thread_header(out, id, id == current);
        if is_finalizing {
            out.text("  Garbage-collecting\n");
        }
        // SAFETY: as above.
        unsafe { frames(out, *vm) };
    }
}

/// Writes what stands for the native stack: the program has nothing that could walk it inside a handler.
pub fn dump_native_stack(out: &mut Out) {
    out.text("Current thread's C stack trace (most recent call first):\n  <cannot get C stack on this system>\n");
}

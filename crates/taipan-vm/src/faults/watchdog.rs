//! The thread that writes tracebacks when time is up (`faulthandler.dump_traceback_later`).
//!
//! Invariant: it looks at the interpreter while it holds the GIL; only when it does not get that for long, as native code
//! does not give it up, does it look without. The interpreter stops and joins it before it goes.

use std::ptr::NonNull;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::traceback::{Out, dump_threads};
use crate::interpreter::Interpreter;
use crate::vm::Vm;

/// How long it waits for the GIL.
const PATIENCE: Duration = Duration::from_millis(100);

/// A running watchdog; dropping it stops it.
pub struct Watchdog {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a watchdog does when time is up.
pub struct Orders {
    pub timeout: Duration,
    pub repeat: bool,
    pub fd: i32,
    /// End the process, too.
    pub exit: bool,
    pub header: String,
}

/// An interpreter's address on its way to the thread.
struct Address(NonNull<Interpreter>);

// SAFETY: it is followed under the GIL, or as the module says.
unsafe impl Send for Address {}

impl Vm {
    /// Starts a watchdog in place of the one there is. False: no thread could be started.
    pub fn start_watchdog(&mut self, orders: Orders) -> bool {
        self.stop_watchdog();
        self.interp().gil.share();
        let address = Address(NonNull::from(self.interp_mut()));
        let gil = self.interp().gil.clone();
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let watched = stop.clone();
        let work = move || {
            let address = address;
            // Signals are for the threads that run Python code.
            super::block_signals();
            let (stopped, changed) = &*watched;
            loop {
                let guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
                let (guard, wait) = changed
                    .wait_timeout_while(guard, orders.timeout, |stopped| !*stopped)
                    .unwrap_or_else(PoisonError::into_inner);
                if *guard || !wait.timed_out() {
                    return;
                }
                drop(guard);
                let held = gil.try_acquire_for(PATIENCE);
                let mut out = Out::new(orders.fd);
                // The interpreter may want to go meanwhile: it waits for this thread.
                out.text(&orders.header);
                // SAFETY: the interpreter joins this thread before it goes.
                unsafe { dump_threads(&mut out, address.0, 0) };
                drop(out);
                if orders.exit {
                    // SAFETY: ends the process at once, as asked for.
                    unsafe { libc::_exit(1) };
                }
                if held {
                    gil.release();
                }
                if !orders.repeat {
                    return;
                }
            }
        };
        let Ok(thread) = std::thread::Builder::new().spawn(work) else { return false };
        self.interp_mut().watchdog = Some(Watchdog { stop, thread: Some(thread) });
        true
    }

    /// Stops the watchdog, if there is one.
    pub fn stop_watchdog(&mut self) {
        if let Some(watchdog) = self.interp_mut().watchdog.take() {
            // It may be waiting for the GIL.
            self.detached(|| drop(watchdog));
        }
    }

    /// In a forked child the watchdog's thread does not exist.
    pub(crate) fn forget_watchdog(&mut self) {
        if let Some(mut watchdog) = self.interp_mut().watchdog.take() {
            watchdog.thread = None;
        }
    }
}

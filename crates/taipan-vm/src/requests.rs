//! What a thread does at a safepoint because others have asked for it: signal handlers, handing over the GIL.
//!
//! Native code that works for long counts its steps ([`Vm::work`]) or carries a [`Lookout`], so that a signal ends it. It
//! keeps the GIL all the while: programs rely on `list(d)` and its like being done at once.

use std::sync::Arc;

use crate::host::Host;
use crate::host::os::signals::{MEMORY_IS_LOW, hurry_at_signals};
use crate::raise::Raised;
use crate::value::Value;
use crate::vm::Vm;

/// Steps of native work between two looks at the signals.
const WORK: u32 = 1 << 14;

/// What native code looks at that cannot run Python where it is: it stops when signals have arrived, and says so to
/// [`Vm::serve_lookout`] where it can.
pub struct Lookout {
    /// `None` on threads that run no handlers.
    host: Option<Arc<dyn Host>>,
    arrived: u64,
}

impl Lookout {
    /// Whether signals have arrived.
    pub fn is_alarmed(&mut self) -> bool {
        if let Some(host) = &self.host {
            self.arrived |= host.take_signals();
        }
        self.arrived != 0
    }
}

impl Vm {
    /// Counts native work, a step being worth about an iteration of a loop over values, and runs the handlers of signals
    /// that have arrived, now and then. Whoever calls it must expect that Python code runs.
    ///
    /// # Errors
    /// What a handler raises: KeyboardInterrupt, above all.
    #[inline(always)]
    pub fn work(&mut self, steps: usize) -> Result<(), Raised> {
        match (self.exec.work as usize).checked_sub(steps) {
            Some(left) => {
                self.exec.work = left as u32;
                Ok(())
            }
            None => self.look_for_signals(),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_for_signals(&mut self) -> Result<(), Raised> {
        self.exec.work = WORK;
        self.run_signal_handlers()
    }

    /// A lookout for the calling thread.
    pub fn lookout(&self) -> Lookout {
        Lookout { host: self.is_main_thread().then(|| self.interp().host.clone()), arrived: 0 }
    }

    /// Runs the handlers of the signals that a lookout has seen.
    ///
    /// # Errors
    /// What a handler raises.
    pub fn serve_lookout(&mut self, lookout: Lookout) -> Result<(), Raised> {
        if lookout.arrived == 0 {
            return Ok(());
        }
        self.interp_mut().seen_signals |= lookout.arrived;
        self.run_signal_handlers()
    }

    /// Serves what is asked for; called by the loop when a slice of its budget is used up.
    pub fn serve_requests(&mut self) -> Result<(), Raised> {
        self.yield_gil();
        self.run_weak_callbacks();
        self.run_signal_handlers()
    }

    /// Whether this is the thread that started the interpreter.
    pub fn is_main_thread(&self) -> bool {
        self.interp().main_thread == self.thread_id
    }

    /// Runs the Python handlers of the signals that have arrived, on the main thread.
    pub fn run_signal_handlers(&mut self) -> Result<(), Raised> {
        if !self.is_main_thread() {
            return Ok(());
        }
        hurry_at_signals(&self.exec.budget);
        let simulated = std::mem::take(&mut self.interp_mut().simulated_signals);
        let seen = std::mem::take(&mut self.interp_mut().seen_signals);
        let arrived = self.interp().host.take_signals() | simulated | seen;
        self.run_handlers_of(arrived)
    }

    /// As `run_signal_handlers`, but without the signals that are only simulated: they do not end a wait.
    pub(crate) fn run_system_signal_handlers(&mut self) -> Result<(), Raised> {
        if !self.is_main_thread() {
            return Ok(());
        }
        let arrived = self.interp().host.take_signals() | std::mem::take(&mut self.interp_mut().seen_signals);
        self.run_handlers_of(arrived)
    }

    fn run_handlers_of(&mut self, arrived: u64) -> Result<(), Raised> {
        if arrived == 0 {
            return Ok(());
        }
        if arrived & MEMORY_IS_LOW != 0 {
            self.interp_mut().simulated_signals |= arrived & !MEMORY_IS_LOW;
            return Err(self.raise_no_memory());
        }
        let mut left = arrived;
        while left != 0 {
            let signal = left.trailing_zeros();
            left &= left - 1;
            let handler = crate::modules::signal::handler(self, signal as usize)?;
            let Some(handler) = handler else { continue };
            if let Err(raised) = self.run_handler(handler, signal) {
                // The others wait for their turn.
                self.interp_mut().simulated_signals |= left;
                return Err(raised);
            }
        }
        Ok(())
    }

    fn run_handler(&mut self, handler: Value, signal: u32) -> Result<(), Raised> {
        let frame = self.current_frame_object()?;
        self.call(handler, &[Value::int(signal as usize), frame]).map(drop)
    }
}

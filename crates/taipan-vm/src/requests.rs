//! What a thread does at a safepoint because others have asked for it: signal handlers, handing over the GIL.

use crate::host::os::signals::{MEMORY_IS_LOW, hurry_at_signals};
use crate::raise::Raised;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
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
        let arrived = self.interp().host.take_signals() | simulated;
        self.run_handlers_of(arrived)
    }

    /// As `run_signal_handlers`, but without the signals that are only simulated: they do not end a wait.
    pub(crate) fn run_system_signal_handlers(&mut self) -> Result<(), Raised> {
        if !self.is_main_thread() {
            return Ok(());
        }
        let arrived = self.interp().host.take_signals();
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

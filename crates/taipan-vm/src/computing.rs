//! Long computations on plain data: another thread does them, so that a signal ends the wait for them.
//!
//! The algorithms (products of numbers of a million digits, powers, conversions, compression) lie in crates that know no
//! interpreter and cannot be stopped. The calling thread keeps the GIL and looks for signals while it waits; a handler that
//! raises ends the wait, and what is then computed for nobody is thrown away when it is done. Invariant: an interpreter has
//! at most one such computation left over; the next one waits for its end.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::raise::Raised;
use crate::vm::Vm;

/// Between two looks at the signals.
const TICK: Duration = Duration::from_millis(10);

/// Bytes of native stack; the algorithms recurse as deep as the logarithm of a size.
const STACK: usize = 1 << 20;

impl Vm {
    /// What a function gives that runs for long: many milliseconds, as the start of a thread takes some dozen microseconds.
    ///
    /// # Errors
    /// What the handler of a signal raises.
    pub fn compute<T, F>(&mut self, work: F) -> Result<T, Raised>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        if !self.is_main_thread() {
            // Handlers run on the main thread only.
            return Ok(work());
        }
        self.wait_for_left_over()?;
        let work = Arc::new(Mutex::new(Some(work)));
        let take = {
            let work = work.clone();
            move || work.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        let (sender, receiver) = sync_channel(1);
        let thread = Builder::new().stack_size(STACK).spawn(move || {
            if let Some(work) = take() {
                // Nobody may be left to hear of it.
                let _unheard = sender.send(work());
            }
        });
        let Ok(thread) = thread else {
            // The system gives no thread.
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            return work.map(|work| work()).ok_or_else(|| self.raise_no_memory());
        };
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(raised) = self.run_signal_handlers() {
                        self.leave_over(thread);
                        return Err(raised);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => match thread.join() {
                    Ok(()) => return Err(self.raise_no_memory()),
                    Err(panic) => std::panic::resume_unwind(panic),
                },
            }
        }
    }

    /// [`Vm::compute`] when it is long, else at once.
    ///
    /// # Errors
    /// As for `compute`.
    #[inline]
    pub fn compute_if<T: Send + 'static>(
        &mut self,
        is_long: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Raised> {
        if is_long { self.compute(work) } else { Ok(work()) }
    }

    fn wait_for_left_over(&mut self) -> Result<(), Raised> {
        while self.interp().left_over.as_ref().is_some_and(|thread| !thread.is_finished()) {
            std::thread::park_timeout(TICK);
            self.run_signal_handlers()?;
        }
        self.interp_mut().left_over = None;
        Ok(())
    }

    fn leave_over(&mut self, thread: JoinHandle<()>) {
        self.interp_mut().left_over = Some(thread);
    }
}

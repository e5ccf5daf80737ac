//! Waiting of one thread for what another does: a lock released, a thread ended, an item put into a queue.
//!
//! State itself lies in heap objects and changes only under the GIL. A waiter looks at it, notes the generation, lets the
//! GIL go and sleeps until the generation changes; whoever changes state calls `wake_waiters`.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::raise::Raised;
use crate::vm::Vm;

/// How long the main thread sleeps at most before it looks for signals.
const SIGNAL_SLICE: Duration = Duration::from_millis(20);

/// The event that waiters of an interpreter sleep on.
#[derive(Default)]
pub struct WaitEvent {
    generation: Mutex<u64>,
    changed: Condvar,
}

impl WaitEvent {
    fn generation(&self) -> u64 {
        *self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bump(&self) {
        *self.generation.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    fn sleep(&self, seen: u64, time: Duration) {
        let guard = self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        let _unused = self.changed.wait_timeout_while(guard, time, |generation| *generation == seen);
    }
}

impl Vm {
    /// Wakes all that wait: something they look at has changed.
    pub fn wake_waiters(&mut self) {
        if self.interp().gil.is_shared() {
            self.interp().wait_event.bump();
        }
    }

    /// As `wait_until`, for at most so many seconds (`None`: without limit).
    pub fn wait_for<T>(
        &mut self,
        seconds: Option<f64>,
        ready: impl FnMut(&mut Vm) -> Option<T>,
    ) -> Result<Option<T>, Raised> {
        let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        self.wait_until(deadline, ready)
    }

    /// Waits until `ready` gives something or the deadline passes. Signal handlers run in between.
    pub fn wait_until<T>(
        &mut self,
        deadline: Option<Instant>,
        mut ready: impl FnMut(&mut Vm) -> Option<T>,
    ) -> Result<Option<T>, Raised> {
        let event = self.interp().wait_event.clone();
        loop {
            let seen = event.generation();
            if let Some(value) = ready(self) {
                return Ok(Some(value));
            }
            let left = match deadline {
                None => Duration::from_secs(3600),
                Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => left,
                    _ => return Ok(None),
                },
            };
            let slice = if self.is_main_thread() { left.min(SIGNAL_SLICE) } else { left };
            self.detached(|| event.sleep(seen, slice));
            self.run_signal_handlers()?;
        }
    }
}

//! Waiting of one thread for what another does: a lock released, a thread ended, an item put into a queue.
//!
//! State itself lies in heap objects and changes only under the GIL. A waiter looks at it, enters itself into the list of
//! sleepers under the GIL, lets the GIL go and sleeps; whoever changes state wakes the sleepers of its key. A woken sleeper
//! that leaves without what it waited for wakes the next, so no wake is lost.
//!
//! The sleepers of a key are woken in the order in which they began to wait. One that has waited for long is promised what is
//! released (`hand_to_next`): threads that take and release a lock in a loop would else have it whenever it wakes up.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::raise::Raised;
use crate::vm::Vm;

/// How long the main thread sleeps at most before it looks for signals.
const SIGNAL_SLICE: Duration = Duration::from_millis(20);

/// How long a thread waits before what is released is kept for it.
const FAIR_AFTER: Duration = Duration::from_millis(1);

/// What a sleeper waits for: a number that an object got at its first wait.
pub type WaitKey = u32;
/// The key of events all whose sleepers are woken.
const BROADCAST: WaitKey = 0;

/// The sleeping threads of an interpreter.
#[derive(Default)]
pub struct Sleepers {
    queue: Mutex<VecDeque<(WaitKey, Arc<Sleeper>)>>,
}

struct Sleeper {
    /// The identity of the thread.
    thread: u64,
    /// When it began to wait, for the first time if it was woken for nothing.
    since: Instant,
    woken: Mutex<bool>,
    wake: Condvar,
}

impl Sleeper {
    fn sleep(&self, time: Duration) {
        let guard = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let _unused = self.wake.wait_timeout_while(guard, time, |woken| !*woken);
    }

    fn wake(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.notify_one();
    }
}

impl Sleepers {
    fn enter(&self, key: WaitKey, thread: u64, since: Instant) -> Arc<Sleeper> {
        let sleeper = Arc::new(Sleeper { thread, since, woken: Mutex::default(), wake: Condvar::new() });
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let later = queue.iter().rev().take_while(|(_, other)| other.since > since).count();
        let at = queue.len().saturating_sub(later);
        queue.insert(at, (key, sleeper.clone()));
        sleeper
    }

    /// Takes a sleeper off the list; false when it was woken, which does that.
    fn leave(&self, sleeper: &Arc<Sleeper>) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let at = queue.iter().position(|(_, other)| Arc::ptr_eq(other, sleeper));
        at.and_then(|at| queue.remove(at)).is_some()
    }

    fn wake_first(&self, key: WaitKey) -> Option<Arc<Sleeper>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let at = queue.iter().position(|(of, _)| *of == key)?;
        let (_, sleeper) = queue.remove(at)?;
        sleeper.wake();
        Some(sleeper)
    }

    fn wake_all(&self, key: WaitKey) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, sleeper)| {
            if *of == key {
                sleeper.wake();
            }
            *of != key
        });
    }
}

impl Vm {
    /// A key for an object that threads wait for one by one.
    pub fn new_wait_key(&mut self) -> WaitKey {
        let next = self.interp().next_wait_key.wrapping_add(1).max(1);
        self.interp_mut().next_wait_key = next;
        next
    }

    /// Wakes all that wait without a key: something they look at has changed.
    pub fn wake_waiters(&mut self) {
        if self.interp().gil.is_shared() {
            self.interp().sleepers.wake_all(BROADCAST);
        }
    }

    /// Wakes the thread that has waited longest with a key, which no thread has when it is 0.
    pub fn wake_next(&mut self, key: WaitKey) {
        if key != BROADCAST && self.interp().gil.is_shared() {
            self.interp().sleepers.wake_first(key);
        }
    }

    /// As `wake_next`; gives the identity of the woken thread if what is released now must be kept for it, else 0. The thread
    /// asks `ready` before it does anything else.
    pub fn hand_to_next(&mut self, key: WaitKey) -> u64 {
        if key == BROADCAST || !self.interp().gil.is_shared() {
            return 0;
        }
        let woken = self.interp().sleepers.wake_first(key);
        woken.filter(|sleeper| sleeper.since.elapsed() > FAIR_AFTER).map_or(0, |sleeper| sleeper.thread)
    }

    /// Whether something is kept for a thread (0: for none) that is another than this one and will still come for it.
    pub fn is_kept_for_other(&self, heir: u64) -> bool {
        heir != 0 && heir != self.thread_id && !self.interp().finalizing && self.has_thread(heir)
    }

    /// As `wait_with_key`, for at most so many seconds (`None`: without limit).
    pub fn wait_for<T>(
        &mut self,
        key: WaitKey,
        seconds: Option<f64>,
        ready: impl FnMut(&mut Vm) -> Option<T>,
    ) -> Result<Option<T>, Raised> {
        let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        self.wait_with_key(key, deadline, ready)
    }

    /// Waits for what `wake_waiters` tells, until `ready` gives something or the deadline passes. Handlers of signals from
    /// the system run in between.
    pub fn wait_until<T>(
        &mut self,
        deadline: Option<Instant>,
        ready: impl FnMut(&mut Vm) -> Option<T>,
    ) -> Result<Option<T>, Raised> {
        self.wait_with_key(BROADCAST, deadline, ready)
    }

    /// As `wait_until`, woken by `wake_next` of the key.
    pub fn wait_with_key<T>(
        &mut self,
        key: WaitKey,
        deadline: Option<Instant>,
        mut ready: impl FnMut(&mut Vm) -> Option<T>,
    ) -> Result<Option<T>, Raised> {
        // What has come before the wait need not be waited for.
        self.run_system_signal_handlers()?;
        let since = Instant::now();
        // The other thread may wait for the end of something that nobody can reach, a connection, say.
        let mut patience = Duration::from_millis(self.idle_patience().unsigned_abs().into());
        loop {
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
            if self.is_main_thread() && since.elapsed() > patience {
                patience *= 4;
                if self.collect_when_idle() {
                    continue;
                }
            }
            let sleepers = self.interp().sleepers.clone();
            let sleeper = sleepers.enter(key, self.thread_id, since);
            self.detached(|| sleeper.sleep(slice));
            let woken = !sleepers.leave(&sleeper);
            // What is kept for this thread must be taken before a signal handler waits for others who wait for it.
            if woken && let Some(value) = ready(self) {
                self.exec.budget.exhaust();
                return Ok(Some(value));
            }
            if let Err(raised) = self.run_system_signal_handlers() {
                if woken {
                    self.wake_next(key);
                }
                return Err(raised);
            }
        }
    }
}

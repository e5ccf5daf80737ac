//! The lock of an interpreter: one of its threads runs at a time; the others wait, or are detached in a system call.
//!
//! A detached thread has published where its native stack ends, so that a collection of another thread can scan it.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::interp::budget::Budget;
use crate::vm::Vm;

/// The lock.
#[derive(Default)]
pub struct Gil {
    state: Mutex<State>,
    freed: Condvar,
    taken: Condvar,
    /// Whether a second thread was ever started; until then nothing is locked.
    shared: AtomicBool,
    /// Threads that wait for the lock.
    waiting: AtomicU32,
    /// A waiting thread has waited for longer than the switch interval.
    wanted: AtomicBool,
}

#[derive(Default)]
struct State {
    held: bool,
    /// What the thread that holds it may do before it looks whether others want it.
    budget: Option<BudgetOfHolder>,
    /// The thread that took it last.
    holder: u64,
    /// How many times it was taken by another thread than the time before.
    times: u64,
}

/// The budget of the thread that holds the lock, which withdraws the address before it frees what lies there.
struct BudgetOfHolder(NonNull<Budget>);

// SAFETY: a budget is an atomic; the address is followed and withdrawn under the mutex of the state.
unsafe impl Send for BudgetOfHolder {}

impl State {
    fn give_up(&mut self) {
        self.held = false;
        self.budget = None;
    }

    /// Makes the thread that holds the lock look soon whether others want it.
    fn hurry(&self) {
        if let Some(budget) = &self.budget {
            // SAFETY: the holder has not withdrawn it.
            unsafe { budget.0.as_ref() }.exhaust();
        }
    }

    fn take(&mut self) {
        self.held = true;
        // A thread that gives the lock up for a moment, again and again, must not look like many that each have just got it.
        let this = current_thread_id();
        if self.holder != this {
            self.holder = this;
            self.times = self.times.wrapping_add(1);
        }
    }
}

impl Gil {
    /// From now on the lock is taken and released; called by the thread that holds it.
    pub fn share(&self) {
        if !self.shared.swap(true, Ordering::SeqCst) {
            self.lock().take();
        }
    }

    /// The thread that holds the lock never gives it up again: the others are stopped where they are.
    pub fn keep(&self) {
        self.lock().budget = None;
        self.shared.store(false, Ordering::SeqCst);
    }

    /// Whether several threads may exist.
    #[inline]
    pub fn is_shared(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }

    /// Whether the holder should let another thread run.
    #[inline]
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// The calling thread, which holds the lock, looks whether others want it when this budget is used up.
    pub fn set_budget(&self, budget: &Budget) {
        self.lock().budget = Some(BudgetOfHolder(NonNull::from(budget)));
    }

    /// A budget is about to be freed.
    pub fn forget_budget(&self, budget: &Budget) {
        let mut state = self.lock();
        if state.budget.as_ref().is_some_and(|held| std::ptr::eq(held.0.as_ptr(), budget)) {
            state.budget = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the lock.
    pub fn acquire(&self, interval: Duration) {
        let mut state = self.lock();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        while state.held {
            let times = state.times;
            let (guard, timeout) = self.freed.wait_timeout(state, interval).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            // Who has just got it may keep it for an interval.
            if timeout.timed_out() && state.held && state.times == times {
                self.wanted.store(true, Ordering::Relaxed);
                state.hurry();
            }
        }
        state.take();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        if self.wanted.swap(false, Ordering::Relaxed) {
            self.taken.notify_all();
        }
    }

    /// Waits for the lock for at most about `longest`; false: it is still held.
    pub fn try_acquire_for(&self, longest: Duration) -> bool {
        const STEPS: u32 = 20;
        let mut state = self.lock();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        for _ in 0..STEPS {
            if !state.held {
                break;
            }
            self.wanted.store(true, Ordering::Relaxed);
            state.hurry();
            (state, _) = self.freed.wait_timeout(state, longest / STEPS).unwrap_or_else(PoisonError::into_inner);
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let taken = !state.held;
        if taken {
            state.take();
        }
        if self.wanted.swap(false, Ordering::Relaxed) {
            self.taken.notify_all();
        }
        taken
    }

    /// Gives the lock up; to another thread if one has waited long enough.
    pub fn release(&self) {
        if self.is_wanted() && self.someone_waits() {
            return self.hand_over();
        }
        self.lock().give_up();
        self.freed.notify_one();
    }

    /// Gives the lock up and waits until another thread has taken it, if one wants it: the one that gives it up would else be
    /// the first to have it again.
    fn hand_over(&self) {
        let mut state = self.lock();
        state.give_up();
        self.freed.notify_one();
        let times = state.times;
        while state.times == times && self.someone_waits() {
            // The one that takes it need not be one that wanted it: look again now and then.
            let (guard, _) =
                self.taken.wait_timeout(state, Duration::from_millis(1)).unwrap_or_else(PoisonError::into_inner);
            state = guard;
        }
    }

    fn someone_waits(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

impl Vm {
    /// Runs `operation` without the GIL. It must not touch the interpreter: no value, no heap memory.
    pub fn detached<T>(&mut self, operation: impl FnOnce() -> T) -> T {
        self.detached_by(Gil::release, operation)
    }

    fn detached_by<T>(&mut self, release: fn(&Gil), operation: impl FnOnce() -> T) -> T {
        let gil = self.interp().gil.clone();
        if !gil.is_shared() {
            return operation();
        }
        let interval = self.interp().switch_interval;
        taipan_heap::with_spilled_registers(|stack_pointer| {
            self.parked_at.store(stack_pointer, Ordering::Release);
            release(&gil);
            let result = operation();
            gil.acquire(interval);
            gil.set_budget(&self.exec.budget);
            self.parked_at.store(0, Ordering::Release);
            result
        })
    }

    /// Lets another thread run if one has waited long enough; a safepoint.
    pub fn yield_gil(&mut self) {
        let gil = self.interp().gil.clone();
        if gil.is_wanted() && gil.someone_waits() {
            self.detached_by(Gil::hand_over, || ());
        }
    }
}

/// A number that no other living thread of the process has.
pub fn current_thread_id() -> u64 {
    // SAFETY: no arguments.
    unsafe { libc::pthread_self() as u64 }
}

/// The system's number of the calling thread.
pub fn native_thread_id() -> u64 {
    // SAFETY: no arguments.
    unsafe { libc::gettid() as u64 }
}

impl Vm {
    /// In a forked child only the calling thread lives on.
    pub fn after_fork_in_child(&mut self) {
        let this = std::ptr::NonNull::from(&mut *self);
        self.interp_mut().threads.retain(|thread| *thread == this);
        // Another thread may have held a lock of these at the fork; besides, it sleeps in the parent.
        self.interp_mut().gil = std::sync::Arc::default();
        self.interp_mut().sleepers = std::sync::Arc::default();
        if let Err(raised) = crate::modules::thread::local::forget_others(self) {
            let _ = self.take_raised(raised);
        }
        crate::modules::thread::handle::end_others(self);
        self.forget_watchdog();
        self.interp_mut().main_thread = self.thread_id;
    }
}

impl Vm {
    /// Whether the interpreter has threads besides this one.
    pub fn has_other_threads(&self) -> bool {
        self.interp().threads.len() > 1
    }

    /// Whether a number is the identity of a thread of the interpreter that has not ended.
    pub fn has_thread(&self, id: u64) -> bool {
        // SAFETY: the list holds the contexts of attached threads, which take themselves off it before they go.
        id != 0 && self.interp().threads.iter().any(|thread| unsafe { (*thread.as_ptr()).thread_id } == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn who_waits_takes_the_budget_of_the_holder_away() {
        let gil = Arc::new(Gil::default());
        let budget = Budget::full();
        gil.share();
        gil.set_budget(&budget);
        let waiting = {
            let gil = gil.clone();
            std::thread::spawn(move || {
                gil.acquire(Duration::from_millis(1));
                gil.release();
            })
        };
        let start = std::time::Instant::now();
        while budget.take_one() {
            assert!(start.elapsed() < Duration::from_secs(30), "nobody asked");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(gil.is_wanted());
        gil.release();
        gil.forget_budget(&budget);
        waiting.join().expect("the one that waited");
    }

    #[test]
    fn a_thread_that_gives_up_the_lock_for_moments_does_not_keep_others_out() {
        let interval = Duration::from_millis(5);
        let gil = Arc::new(Gil::default());
        let stop = Arc::new(AtomicBool::new(false));
        gil.share();
        let greedy = {
            let (gil, stop) = (gil.clone(), stop.clone());
            std::thread::spawn(move || {
                gil.acquire(interval);
                while !stop.load(Ordering::Relaxed) {
                    gil.release();
                    gil.acquire(interval);
                }
                gil.release();
            })
        };
        let (send, done) = std::sync::mpsc::channel();
        let modest = {
            let gil = gil.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    gil.acquire(interval);
                    gil.release();
                }
                send.send(()).expect("somebody waits");
            })
        };
        gil.release();
        let result = done.recv_timeout(Duration::from_secs(30));
        stop.store(true, Ordering::Relaxed);
        greedy.join().expect("the greedy one");
        modest.join().expect("the modest one");
        result.expect("twenty turns in half a minute");
    }
}

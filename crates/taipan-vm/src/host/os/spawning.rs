//! `posix_spawn`.

use super::processes::vector;
use super::signals::to_set;
use super::{c_string, check};
use crate::host::{Errno, HostResult, SpawnAction, SpawnFile};

/// Attributes and actions of one call, freed when dropped.
struct Setup {
    attributes: libc::posix_spawnattr_t,
    actions: libc::posix_spawn_file_actions_t,
}

impl Drop for Setup {
    fn drop(&mut self) {
        // SAFETY: both were initialised when this was made.
        unsafe {
            libc::posix_spawnattr_destroy(&mut self.attributes);
            libc::posix_spawn_file_actions_destroy(&mut self.actions);
        }
    }
}

/// These calls give an error number.
fn done(result: i32) -> HostResult<()> {
    if result == 0 { Ok(()) } else { Err(Errno(result)) }
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        from: libc::c_int,
    ) -> libc::c_int;
}

pub fn spawn_file(request: &SpawnFile) -> HostResult<i32> {
    let path = c_string(&request.path)?;
    let (_args, args) = vector(&request.args)?;
    let env = request.env.as_deref().map(vector).transpose()?;
    // SAFETY: all-zero structs that the calls initialise.
    let mut setup = unsafe {
        let mut setup =
            std::mem::ManuallyDrop::new(Setup { attributes: std::mem::zeroed(), actions: std::mem::zeroed() });
        done(libc::posix_spawnattr_init(&mut setup.attributes))?;
        done(libc::posix_spawn_file_actions_init(&mut setup.actions))?;
        std::mem::ManuallyDrop::into_inner(setup)
    };
    let actions = &raw mut setup.actions;
    for action in &request.actions {
        // SAFETY: initialised actions; paths end with a null byte and are copied.
        done(unsafe {
            match action {
                SpawnAction::Open { fd, path, flags, mode } => {
                    let path = c_string(path)?;
                    libc::posix_spawn_file_actions_addopen(actions, *fd, path.as_ptr(), *flags, *mode)
                }
                SpawnAction::Close(fd) => libc::posix_spawn_file_actions_addclose(actions, *fd),
                SpawnAction::Duplicate(fd, target) => libc::posix_spawn_file_actions_adddup2(actions, *fd, *target),
                SpawnAction::CloseFrom(fd) => posix_spawn_file_actions_addclosefrom_np(actions, *fd),
            }
        })?;
    }
    let attributes = &raw mut setup.attributes;
    let mut flags = 0;
    // SAFETY: initialised attributes, valid sets and parameters.
    unsafe {
        if let Some(group) = request.process_group {
            done(libc::posix_spawnattr_setpgroup(attributes, group))?;
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if request.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if request.new_session {
            flags |= 0x80; // POSIX_SPAWN_SETSID
        }
        if let Some(mask) = request.signal_mask {
            done(libc::posix_spawnattr_setsigmask(attributes, &to_set(mask)))?;
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
        }
        if let Some(mask) = request.signal_defaults {
            done(libc::posix_spawnattr_setsigdefault(attributes, &to_set(mask)))?;
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        if let Some((policy, priority)) = request.scheduler {
            if let Some(policy) = policy {
                done(libc::posix_spawnattr_setschedpolicy(attributes, policy))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
            let parameter = libc::sched_param { sched_priority: priority };
            done(libc::posix_spawnattr_setschedparam(attributes, &parameter))?;
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
        }
        done(libc::posix_spawnattr_setflags(attributes, flags as libc::c_short))?;
    }
    unsafe extern "C" {
        static environ: *const *const libc::c_char;
    }
    let mut pid = 0;
    let spawn = if request.search { libc::posix_spawnp } else { libc::posix_spawn };
    // SAFETY: null-terminated strings and arrays that live during the call; the environment is changed through the host only.
    done(unsafe {
        let env = env.as_ref().map_or(environ, |(_, env)| env.as_ptr());
        spawn(&mut pid, path.as_ptr(), &setup.actions, &setup.attributes, args.as_ptr().cast(), env.cast())
    })?;
    Ok(pid)
}

pub fn wait_id(kind: i32, id: u32, options: i32) -> HostResult<[i32; 5]> {
    // SAFETY: all-zero is a valid answer.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: room for one answer.
    check(unsafe { libc::waitid(kind as libc::idtype_t, id as libc::id_t, &mut info, options) })?;
    // SAFETY: the fields of an answer about a child.
    unsafe { Ok([info.si_pid(), info.si_uid() as i32, info.si_signo, info.si_status(), info.si_code]) }
}

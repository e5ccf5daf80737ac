//! How much address space the system still grants this process: what is reserved ahead of use must leave room for the rest.

/// Bytes that may still be mapped under the process's limits; `None` when there is no limit.
pub fn address_space_left() -> Option<usize> {
    let total = limit(libc::RLIMIT_AS).map(|most| most.saturating_sub(mapped(0).unwrap_or(most / 4)));
    let data = limit(libc::RLIMIT_DATA).map(|most| most.saturating_sub(mapped(5).unwrap_or(most / 4)));
    match (total, data) {
        (Some(total), Some(data)) => Some(total.min(data)),
        (one, other) => one.or(other),
    }
}

/// `wanted` bytes, or a part in `parts` of what is left where that is less.
pub fn share_of_address_space(wanted: usize, parts: usize) -> usize {
    address_space_left().map_or(wanted, |left| wanted.min(left / parts.max(1)))
}

#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
type Resource = libc::c_int;

fn limit(resource: Resource) -> Option<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes the struct it is given.
    let known = unsafe { libc::getrlimit(resource, &mut limit) } == 0;
    (known && limit.rlim_cur != libc::RLIM_INFINITY).then(|| usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}

/// Bytes mapped now, by the number of the figure in `/proc/self/statm` (0: all, 5: data and stacks).
fn mapped(figure: usize) -> Option<usize> {
    let mut text = [0u8; 256];
    // SAFETY: a path that ends with a null byte; the buffer has the length told; the descriptor is closed once.
    let n = unsafe {
        let fd = libc::open(c"/proc/self/statm".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        if fd < 0 {
            return None;
        }
        let n = libc::read(fd, text.as_mut_ptr().cast(), text.len());
        libc::close(fd);
        n
    };
    let text = std::str::from_utf8(text.get(..usize::try_from(n).ok()?)?).ok()?;
    let pages: usize = text.split_ascii_whitespace().nth(figure)?.parse().ok()?;
    // SAFETY: asks for a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.checked_mul(usize::try_from(page).ok()?)
}

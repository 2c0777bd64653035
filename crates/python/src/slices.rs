//! How long a thread may keep a core from others that wait.
#![allow(unsafe_code)]

/// Runs something whose threads come before those that have more to do: one that wakes takes the
/// core at once from a thread of the same or less priority with a longer slice.
///
/// Linux gives a thread the slice of the thread that starts it, and lets everybody shorten their
/// own, from 6.12 on; elsewhere this changes nothing.
pub fn with_short_slices<T>(run: impl FnOnce() -> T) -> T {
    set(SHORT_NS);
    let done = run();
    set(USUAL);
    done
}

const SHORT_NS: u64 = 100_000;
/// What the system thinks best.
const USUAL: u64 = 0;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn set(nanoseconds: u64) {
    // SAFETY: zeros are a value of this struct, which the kernel only reads, as long as it says it
    // is; none of the three calls has another precondition, and each is about this thread alone.
    unsafe {
        if libc::sched_getscheduler(0) != libc::SCHED_OTHER {
            return;
        }
        let mut attributes: libc::sched_attr = std::mem::zeroed();
        attributes.size = size_of::<libc::sched_attr>() as u32;
        attributes.sched_policy = libc::SCHED_OTHER as u32;
        attributes.sched_nice = libc::getpriority(libc::PRIO_PROCESS, 0);
        attributes.sched_runtime = nanoseconds;
        libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn set(_nanoseconds: u64) {}

//! What is counted: per thread without contention, summed when somebody looks.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use turnout_engine::{Reason, Truth};

use crate::method::Method;

/// Upper bounds of the latency buckets are 2^10 ns (about 1 µs) to 2^30 ns (about 1 s), then more.
pub(crate) const BUCKETS: usize = 22;
const FIRST_BUCKET_BITS: u32 = 10;
const CODES: usize = 17;
const REASONS: usize = 30;

/// Counters that one thread alone writes.
///
/// INVARIANT: one writer, so a plain load and store add without a locked instruction.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct ThreadCounters {
    decisions: [AtomicU64; REASONS],
    checks: [AtomicU64; 3],
    calls: [PerMethod; Method::ALL.len()],
    connections_opened: AtomicU64,
    connections_closed: AtomicU64,
    watchers_started: AtomicU64,
    watchers_ended: AtomicU64,
    slowest_swap: AtomicU64,
}

#[derive(Debug, Default)]
struct PerMethod {
    codes: [AtomicU64; CODES],
    buckets: [AtomicU64; BUCKETS],
    nanoseconds: AtomicU64,
}

#[inline]
fn add(counter: &AtomicU64, amount: u64) {
    counter.store(
        counter.load(Ordering::Relaxed).wrapping_add(amount),
        Ordering::Relaxed,
    );
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl ThreadCounters {
    /// Counts one decision.
    #[inline]
    pub(crate) fn decided(&self, reason: Reason) {
        if let Some(counter) = self.decisions.get(reason as usize) {
            add(counter, 1);
        }
    }

    /// Counts one segment check.
    #[inline]
    pub(crate) fn checked(&self, state: Truth) {
        add(&self.checks[state as usize], 1);
    }

    /// Counts one call that ended with a gRPC code after a time.
    #[inline]
    pub(crate) fn called(&self, method: Method, code: u32, took: Duration) {
        let calls = &self.calls[method as usize];
        if let Some(counter) = calls.codes.get(code as usize) {
            add(counter, 1);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        add(&calls.buckets[bucket(nanoseconds)], 1);
        add(&calls.nanoseconds, nanoseconds);
    }

    pub(crate) fn connection_opened(&self) {
        add(&self.connections_opened, 1);
    }

    pub(crate) fn connection_closed(&self) {
        add(&self.connections_closed, 1);
    }

    pub(crate) fn watcher_started(&self) {
        add(&self.watchers_started, 1);
    }

    pub(crate) fn watcher_ended(&self) {
        add(&self.watchers_ended, 1);
    }

    /// Keeps the longest time that taking a new snapshot cost a request.
    pub(crate) fn swapped(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        if nanoseconds > read(&self.slowest_swap) {
            self.slowest_swap.store(nanoseconds, Ordering::Relaxed);
        }
    }
}

#[inline]
fn bucket(nanoseconds: u64) -> usize {
    let bits = 64 - nanoseconds.leading_zeros();
    (bits.saturating_sub(FIRST_BUCKET_BITS) as usize).min(BUCKETS - 1)
}

/// The upper bound of a bucket in seconds.
pub(crate) fn bucket_bound(index: usize) -> f64 {
    if index + 1 >= BUCKETS {
        return f64::MAX;
    }
    (1_u64 << (FIRST_BUCKET_BITS as usize + index)) as f64 / 1e9
}

/// What all threads together counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub decisions: Vec<(Reason, u64)>,
    pub checks: Vec<(Truth, u64)>,
    pub calls: Vec<MethodTotals>,
    pub connections: u64,
    pub connections_opened: u64,
    pub watchers: u64,
    pub slowest_swap: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct MethodTotals {
    pub method: Method,
    pub codes: [u64; CODES],
    pub buckets: [u64; BUCKETS],
    pub seconds: f64,
}

impl Totals {
    /// Sums the counters of every thread.
    pub(crate) fn of(threads: &[Arc<ThreadCounters>]) -> Totals {
        let sum = |pick: &dyn Fn(&ThreadCounters) -> u64| {
            threads.iter().map(|thread| pick(thread)).sum::<u64>()
        };
        let opened = sum(&|t| read(&t.connections_opened));
        let started = sum(&|t| read(&t.watchers_started));
        let slowest = threads
            .iter()
            .map(|t| read(&t.slowest_swap))
            .max()
            .unwrap_or(0);
        Totals {
            decisions: Reason::ALL
                .iter()
                .map(|reason| {
                    (
                        *reason,
                        sum(&|t| t.decisions.get(*reason as usize).map_or(0, read)),
                    )
                })
                .collect(),
            checks: [Truth::True, Truth::False, Truth::Unknown]
                .into_iter()
                .map(|state| (state, sum(&|t| read(&t.checks[state as usize]))))
                .collect(),
            calls: Method::ALL
                .into_iter()
                .map(|method| MethodTotals::of(threads, method))
                .collect(),
            connections: opened.saturating_sub(sum(&|t| read(&t.connections_closed))),
            connections_opened: opened,
            watchers: started.saturating_sub(sum(&|t| read(&t.watchers_ended))),
            slowest_swap: Duration::from_nanos(slowest),
        }
    }
}

impl MethodTotals {
    fn of(threads: &[Arc<ThreadCounters>], method: Method) -> MethodTotals {
        let mut totals = MethodTotals {
            method,
            codes: [0; CODES],
            buckets: [0; BUCKETS],
            seconds: 0.0,
        };
        for thread in threads {
            let calls = &thread.calls[method as usize];
            for (total, counter) in totals.codes.iter_mut().zip(&calls.codes) {
                *total += read(counter);
            }
            for (total, counter) in totals.buckets.iter_mut().zip(&calls.buckets) {
                *total += read(counter);
            }
            totals.seconds += read(&calls.nanoseconds) as f64 / 1e9;
        }
        totals
    }

    /// Calls whatever their code.
    pub(crate) fn count(&self) -> u64 {
        self.codes.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_below_the_bound_of_its_bucket_and_above_the_one_before() {
        for nanoseconds in [
            1,
            1_023,
            1_024,
            5_000,
            80_000,
            1_000_000,
            999_999_999,
            5_000_000_000,
        ] {
            let index = bucket(nanoseconds);
            let seconds = nanoseconds as f64 / 1e9;
            assert!(seconds < bucket_bound(index), "{nanoseconds}");
            assert!(
                index == 0 || seconds >= bucket_bound(index - 1),
                "{nanoseconds}"
            );
        }
    }

    #[test]
    fn threads_are_summed() {
        let threads = [
            Arc::new(ThreadCounters::default()),
            Arc::new(ThreadCounters::default()),
        ];
        for thread in &threads {
            thread.decided(Reason::Split);
            thread.called(Method::Decide, 0, Duration::from_micros(3));
            thread.connection_opened();
        }
        threads[0].connection_closed();
        let totals = Totals::of(&threads);
        assert_eq!(totals.connections, 1);
        assert_eq!(totals.calls[0].count(), 2);
        assert!(totals.decisions.contains(&(Reason::Split, 2)));
    }
}

//! Calls on a fixed schedule, safe against coordinated omission.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::{LocalSet, yield_now};

use crate::call::Call;
use crate::{connect, report};

/// When calls start.
pub struct Schedule {
    /// Calls a second, evenly spaced.
    pub rate: f64,
    /// How long calls are started for.
    pub seconds: f64,
    /// Connections, taken in turn.
    pub connections: usize,
}

struct Seen {
    latencies: Histogram<u64>,
    failed: u64,
    under_way: u64,
}

/// Starts calls by `schedule` and prints their latencies, counted from the instant at
/// which each was due.
pub async fn run(target: &str, call: &Call, schedule: &Schedule) -> Result<(), Box<dyn Error>> {
    let mut senders = Vec::with_capacity(schedule.connections);
    for _ in 0..schedule.connections {
        senders.push(connect::connect(target).await?);
    }
    let seen = Rc::new(RefCell::new(Seen {
        latencies: report::histogram()?,
        failed: 0,
        under_way: 0,
    }));
    let began = Instant::now();
    let tasks = LocalSet::new();
    tasks
        .run_until(start_all(&senders, call, schedule, &seen))
        .await;
    let seen = seen.borrow();
    report::print(
        &seen.latencies,
        seen.failed + seen.under_way,
        began.elapsed(),
    );
    Ok(())
}

/// Starts every call when it is due, then waits a second at most for the last answers.
async fn start_all(
    senders: &[h2::client::SendRequest<bytes::Bytes>],
    call: &Call,
    schedule: &Schedule,
    seen: &Rc<RefCell<Seen>>,
) {
    let began = Instant::now();
    let calls = (schedule.rate * schedule.seconds) as u64;
    for (index, sender) in (0..calls).zip(senders.iter().cycle()) {
        let due = began + Duration::from_secs_f64(index as f64 / schedule.rate);
        while Instant::now() < due {
            // A timer of the runtime has a millisecond's grain; this has a microsecond's.
            yield_now().await;
        }
        seen.borrow_mut().under_way += 1;
        let (sender, call, seen) = (sender.clone(), call.clone(), Rc::clone(seen));
        tokio::task::spawn_local(async move {
            let sent = match sender.ready().await {
                Ok(ready) => call.send(ready).await,
                Err(error) => Err(error.into()),
            };
            let latency = u64::try_from(due.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let mut seen = seen.borrow_mut();
            seen.under_way -= 1;
            match sent {
                Ok(()) => seen.latencies.saturating_record(latency),
                Err(error) => {
                    if seen.failed == 0 {
                        eprintln!("the first call that failed: {error}");
                    }
                    seen.failed += 1;
                }
            }
        });
    }
    let patience = Instant::now() + Duration::from_secs(1);
    while seen.borrow().under_way > 0 && Instant::now() < patience {
        yield_now().await;
    }
}

//! One connection, one call at a time: its counts repeat exactly.

use std::error::Error;
use std::time::Instant;

use crate::call::Call;
use crate::{connect, report};

/// Sends `count` calls one after the other and prints their latencies.
pub async fn run(target: &str, call: &Call, count: u64) -> Result<(), Box<dyn Error>> {
    let sender = connect::connect(target).await?;
    let mut latencies = report::histogram()?;
    let began = Instant::now();
    for _ in 0..count {
        let ready = sender.clone().ready().await?;
        let started = Instant::now();
        call.send(ready).await?;
        latencies.saturating_record(nanoseconds(started));
    }
    report::print(&latencies, 0, began.elapsed());
    Ok(())
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

//! The one JSON line that a client prints.

use std::error::Error;
use std::time::Duration;

use hdrhistogram::Histogram;

/// A histogram from 100 ns to a minute at three digits.
pub fn histogram() -> Result<Histogram<u64>, Box<dyn Error>> {
    Ok(Histogram::new_with_bounds(100, 60_000_000_000, 3)?)
}

/// Prints counts and latencies in nanoseconds.
pub fn print(latencies: &Histogram<u64>, failed: u64, took: Duration) {
    println!(
        "{{\"calls\":{},\"failed\":{failed},\"seconds\":{},\"p50\":{},\"p90\":{},\"p99\":{},\"p999\":{},\"max\":{}}}",
        latencies.len(),
        took.as_secs_f64(),
        latencies.value_at_quantile(0.5),
        latencies.value_at_quantile(0.9),
        latencies.value_at_quantile(0.99),
        latencies.value_at_quantile(0.999),
        latencies.max(),
    );
}

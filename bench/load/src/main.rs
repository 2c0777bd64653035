//! The load clients of the benchmarks, each on one thread.
//!
//! `bench-load sequential TARGET PATH BODY COUNT`: one connection, one call at a time.
//! `bench-load open TARGET PATH BODY RATE SECONDS CONNECTIONS`: calls start on a fixed
//! schedule whatever the server does, and a latency counts from the scheduled instant, so
//! that a stalled server cannot hide the calls it delayed.
//!
//! TARGET is `unix:SOCKET` or `HOST:PORT`, PATH the RPC's, BODY a file with one gRPC frame.
//! Either prints one JSON line of counts and latencies in nanoseconds.

mod call;
mod connect;
mod open;
mod report;
mod sequential;

use std::error::Error;

use bytes::Bytes;

use crate::call::Call;

const USAGE: &str = "usage: bench-load sequential TARGET PATH BODY COUNT
       bench-load open TARGET PATH BODY RATE SECONDS CONNECTIONS";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // The open loop spins: at the default of 61 turns it would be blind for microseconds, and
    // looking at the sockets at each turn would cost more than the calls.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .event_interval(8)
        .build()?;
    match words.as_slice() {
        ["sequential", target, path, body, count] => {
            let call = Call::new(path, Bytes::from(std::fs::read(body)?))?;
            runtime.block_on(sequential::run(target, &call, count.parse()?))
        }
        ["open", target, path, body, rate, seconds, connections] => {
            let call = Call::new(path, Bytes::from(std::fs::read(body)?))?;
            runtime.block_on(open::run(
                target,
                &call,
                &open::Schedule {
                    rate: rate.parse()?,
                    seconds: seconds.parse()?,
                    connections: connections.parse()?,
                },
            ))
        }
        _ => Err(USAGE.into()),
    }
}

//! One SHA-256 of 40 bytes, COUNT times: its time, and under callgrind its instructions.
//!
//! Usage: `floor-sha256 COUNT`. Prints nanoseconds a digest.

use std::hint::black_box;
use std::time::Instant;

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args()
        .nth(1)
        .ok_or("usage: floor-sha256 COUNT")?
        .parse()?;
    let started = Instant::now();
    for _ in 0..count {
        black_box(Sha256::digest(black_box([b'x'; 40])));
    }
    println!("{}", started.elapsed().as_nanos() as f64 / count as f64);
    Ok(())
}

//! What one decision costs in the engine.
//!
//! `engine-cost time ROUNDS SNAPSHOT…`: nanoseconds of a decision on each snapshot and of one
//! SHA-256 of 40 bytes, interleaved, as one JSON list of rounds for each.
//! `engine-cost records ROUNDS FOLDER COUNT`: nanoseconds of a read among that many assignments.
//! `engine-cost members ROUNDS FOLDER COUNT`: what sets of so many members take, as one JSON object.
//! `engine-cost swap-members FILE FILE`: the most memory while one set takes the place of another.
//! `engine-cost count COUNT SNAPSHOT`: that many decisions, for callgrind to count.
//! `engine-cost shapes ROUNDS SNAPSHOT CASES`: nanoseconds of a decision by the shape of its rule.
//! `engine-cost count-shapes COUNT SNAPSHOT CASES`: that many decisions of each shape.

mod measured;
mod members;
mod records;
mod shapes;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use turnout_engine::Program;

use crate::measured::Users;
use crate::shapes::Shapes;

const USAGE: &str = "usage: engine-cost time ROUNDS SNAPSHOT…
       engine-cost records ROUNDS FOLDER COUNT
       engine-cost members ROUNDS FOLDER COUNT
       engine-cost swap-members FILE FILE
       engine-cost count COUNT SNAPSHOT
       engine-cost shapes ROUNDS SNAPSHOT CASES
       engine-cost count-shapes COUNT SNAPSHOT CASES";
const A_ROUND: Duration = Duration::from_millis(50);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["time", rounds, paths @ ..] => time(rounds.parse()?, paths),
        ["records", rounds, folder, count] => {
            records::time(rounds.parse()?, folder, count.parse()?)
        }
        ["members", rounds, folder, count] => {
            members::measure(rounds.parse()?, folder, count.parse()?)
        }
        ["swap-members", before, after] => members::swap(before, after),
        ["count", count, path] => {
            let (program, users) = (link(path)?, Users::new());
            users.decide(&program, count.parse()?)
        }
        ["shapes", rounds, snapshot, cases] => Shapes::read(snapshot, cases)?.time(rounds.parse()?),
        ["count-shapes", count, snapshot, cases] => {
            Shapes::read(snapshot, cases)?.count(count.parse()?);
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

fn link(path: &str) -> Result<Program, Box<dyn Error>> {
    Ok(Program::link(&std::fs::read(path)?)?)
}

fn time(rounds: usize, paths: &[&str]) -> Result<(), Box<dyn Error>> {
    let users = Users::new();
    let programs = paths
        .iter()
        .map(|path| link(path))
        .collect::<Result<Vec<_>, _>>()?;
    let mut decide = vec![Vec::new(); programs.len()];
    let mut evaluate = vec![Vec::new(); programs.len()];
    let mut explain = vec![Vec::new(); programs.len()];
    let mut hash = Vec::new();
    // The first round warms up.
    for round in 0..=rounds {
        let hashed = nanoseconds(|count| {
            sha256(count);
            Ok(())
        })?;
        let mut taken = Vec::new();
        for program in &programs {
            taken.push((
                nanoseconds(|count| users.decide(program, count))?,
                nanoseconds(|count| users.evaluate(program, count))?,
                nanoseconds(|count| users.explain(program, count))?,
            ));
        }
        if round > 0 {
            hash.push(hashed);
            for (index, (whole, part, explained)) in taken.into_iter().enumerate() {
                decide[index].push(whole);
                evaluate[index].push(part);
                explain[index].push(explained);
            }
        }
    }
    println!(
        "{{\"sha256\":{hash:?},\"decide\":{decide:?},\"evaluate\":{evaluate:?},\"explain\":{explain:?}}}"
    );
    Ok(())
}

/// Repeats `run` with a thousand calls each until a round is full.
fn nanoseconds(
    mut run: impl FnMut(u64) -> Result<(), Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    const CALLS: u64 = 1_000;
    let (began, mut calls) = (Instant::now(), 0_u64);
    while began.elapsed() < A_ROUND {
        run(CALLS)?;
        calls += CALLS;
    }
    Ok(began.elapsed().as_nanos() as f64 / calls as f64)
}

fn sha256(count: u64) {
    for _ in 0..count {
        black_box(Sha256::digest(black_box([b'x'; 40])));
    }
}

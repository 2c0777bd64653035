//! What a set of many members takes: bytes, the time to build, load and ask it, memory in a swap.

use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use turnout_member_files::{Built, MappedSet, build};
use turnout_members::{Builder, Key};

/// How many lookups a round has, half of them of members: more lines than any cache has.
const ASKED: u64 = 1 << 21;
/// Bytes of a random id.
const WIDTH: usize = 16;
/// Random numbers: odd, so that no two of 2^64 are the same.
const FAR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Builds sets of so many members in the folder, and prints what they take as one JSON object.
pub fn measure(rounds: usize, folder: &str, members: u64) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(folder);
    let path = folder.join("hashed.set");
    let named = ids(0..members);
    let texts = texts(&named);
    println!("{{");
    built("hashed", &path, |builder| {
        texts.for_each(|id| builder.add(id))
    })?;
    for (name, step) in [("dense", 2), ("sparse", FAR)] {
        built(name, &folder.join(name), |builder| {
            (0..members).for_each(|number| builder.add_integer(number.wrapping_mul(step)));
        })?;
    }
    drop(named);
    let (mut load, mut dependent) = (Vec::new(), Vec::new());
    let (mut independent, mut one_by_one) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=rounds {
        let asked = asked(members, round as u64);
        let began = Instant::now();
        let set = MappedSet::open(&path)?;
        let loaded = began.elapsed().as_secs_f64();
        let taken = (
            one_after_the_other(&set, &asked)?,
            beside_each_other(&set, &asked)?,
            one_by_one_in(&set, &asked)?,
        );
        if round > 0 {
            load.push(loaded);
            dependent.push(taken.0);
            independent.push(taken.1);
            one_by_one.push(taken.2);
        }
    }
    println!(
        "\"load_s\":{load:?},\"dependent_ns\":{dependent:?},\"independent_ns\":{independent:?},\"one_by_one_ns\":{one_by_one:?}}}"
    );
    Ok(())
}

/// Loads a set, asks it, loads another in its place, and prints the most memory that the process
/// had, beside the length of both.
pub fn swap(before: &str, after: &str) -> Result<(), Box<dyn Error>> {
    let asked = ids(0..1_000);
    let current = MappedSet::open(Path::new(before))?;
    black_box(found(&current, &asked));
    let next = MappedSet::open(Path::new(after))?;
    let sets = current.bytes().len() + next.bytes().len();
    drop(current);
    black_box(found(&next, &asked));
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix(" kB"))
        .ok_or("the system does not say the most memory")?
        .trim()
        .parse()?;
    println!("{{\"peak_bytes\":{},\"sets_bytes\":{sets}}}", peak * 1024);
    Ok(())
}

/// Builds a set, and prints its part of the object.
fn built(name: &str, path: &Path, fill: impl FnOnce(&mut Builder)) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let mut builder = Builder::new(Key([7; 16]));
    fill(&mut builder);
    let Built { written, .. } = build(builder, path)?;
    println!(
        "\"{name}\":{{\"kind\":\"{}\",\"members\":{},\"bytes\":{},\"bound\":{:e},\"build_s\":{}}},",
        written.kind.name(),
        written.count,
        written.bytes,
        written.bound,
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Random ids of one width, one behind the other.
fn ids(numbers: impl Iterator<Item = u64>) -> String {
    let mut all = String::new();
    for number in numbers {
        let _ = write!(all, "{:016x}", number.wrapping_mul(FAR));
    }
    all
}

/// Members and others by turns; other ones in each round.
fn asked(members: u64, round: u64) -> String {
    let first = round * ASKED * 31;
    ids((0..ASKED).map(|at| {
        let member = (first + at).wrapping_mul(FAR) % members;
        if at % 2 == 0 {
            member
        } else {
            members + member
        }
    }))
}

fn texts(ids: &str) -> impl Iterator<Item = &str> + Clone {
    (0..ids.len()).step_by(WIDTH).map(|at| &ids[at..at + WIDTH])
}

fn found(set: &MappedSet, asked: &str) -> usize {
    texts(asked).filter(|id| set.contains(id)).count()
}

/// Nanoseconds of a lookup when what is asked is known ahead, as for the segments of a list.
fn beside_each_other(set: &MappedSet, asked: &str) -> Result<f64, Box<dyn Error>> {
    // The lengths are not known to the compiler.
    let ids: Vec<&str> = black_box(texts(asked).collect());
    let (began, mut found) = (Instant::now(), 0);
    set.contains_each(ids, |member| found += usize::from(member));
    per_lookup(began, found)
}

/// Nanoseconds of a lookup when nothing but its length keeps the CPU from beginning with the next.
fn one_by_one_in(set: &MappedSet, asked: &str) -> Result<f64, Box<dyn Error>> {
    let ids: Vec<&str> = black_box(texts(asked).collect());
    let began = Instant::now();
    let found = ids.iter().filter(|id| set.contains(id)).count();
    per_lookup(began, found)
}

/// Nanoseconds of a lookup when what is asked next depends on the answer.
fn one_after_the_other(set: &MappedSet, asked: &str) -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    let (mut found, mut at) = (0, 0);
    while let Some(id) = asked.get(at..at + WIDTH) {
        let member = usize::from(set.contains(id));
        found += member;
        // Always the next id, and only the answer tells it.
        at += WIDTH * (1 + black_box(member) - member);
    }
    per_lookup(began, found)
}

fn per_lookup(began: Instant, found: usize) -> Result<f64, Box<dyn Error>> {
    if found as u64 != ASKED / 2 {
        return Err(format!("{found} members were found, not {}", ASKED / 2).into());
    }
    Ok(began.elapsed().as_nanos() as f64 / ASKED as f64)
}

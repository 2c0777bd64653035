//! Any bytes, as a sealed snapshot.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnout_engine::Program;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(program) = Program::link(bytes) {
        turnout_fuzz::evaluate::everything(&program);
    }
});

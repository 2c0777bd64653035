//! The measured flag and the contexts that it is decided for, as in `bench/catalogue.py`.

use std::error::Error;
use std::hint::black_box;

use turnout_engine::{Context, Evaluation, Instant, Program, Reason, ValueRef};

const FLAG: &str = "checkout-layout";
const ATTRIBUTES: [(&str, ValueRef<'static>); 4] = [
    ("country", ValueRef::String("US")),
    ("plan", ValueRef::String("pro")),
    ("age", ValueRef::Integer(34)),
    ("platform", ValueRef::String("android")),
];
const NOW: Instant = Instant(1_790_000_000_000_000_000);

/// A thousand users that take turns.
pub struct Users(Vec<String>);

impl Users {
    /// Ids as long as the measured request's.
    pub fn new() -> Self {
        Self((0..1_000).map(|user| format!("user-{user:015}")).collect())
    }

    /// From a key, an id and four attributes to a decision: what a caller pays.
    pub fn decide(&self, program: &Program, count: u64) -> Result<(), Box<dyn Error>> {
        let mut context = Context::new(program);
        for (_, id) in (0..count).zip(self.0.iter().cycle()) {
            let item = program.item(black_box(FLAG)).ok_or("no measured flag")?;
            let mut filled = context.recycle(program);
            fill(&mut filled, program, id);
            let decision = Evaluation::new(program, &mut filled, NOW).decide(item);
            if black_box(decision).reason != Reason::Split {
                return Err("the measured flag was not split".into());
            }
            context = filled.recycle(program);
        }
        Ok(())
    }

    /// The evaluation alone: the key is resolved and the context filled before.
    pub fn evaluate(&self, program: &Program, count: u64) -> Result<(), Box<dyn Error>> {
        let item = program.item(FLAG).ok_or("no measured flag")?;
        let mut context = Context::new(program);
        fill(&mut context, program, &self.0[0]);
        for _ in 0..count {
            let decision = Evaluation::new(program, black_box(&mut context), NOW).decide(item);
            if black_box(decision).reason != Reason::Split {
                return Err("the measured flag was not split".into());
            }
        }
        Ok(())
    }

    /// As [`Users::evaluate`], with the way to the decision.
    pub fn explain(&self, program: &Program, count: u64) -> Result<(), Box<dyn Error>> {
        let item = program.item(FLAG).ok_or("no measured flag")?;
        let mut context = Context::new(program);
        fill(&mut context, program, &self.0[0]);
        for _ in 0..count {
            let explained = Evaluation::new(program, black_box(&mut context), NOW).explain(item);
            if black_box(explained).0.reason != Reason::Split {
                return Err("the measured flag was not split".into());
            }
        }
        Ok(())
    }
}

fn fill<'a>(context: &mut Context<'a>, program: &Program, id: &'a str) {
    context.unit(program, "user", id);
    for (name, value) in black_box(ATTRIBUTES) {
        context.set(program, name, value);
    }
}

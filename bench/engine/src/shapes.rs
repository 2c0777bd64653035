//! What a decision costs by the shape of its rule.

use std::error::Error;
use std::hint::black_box;

use serde_json::Value as Json;
use turnout_engine::{Context, Evaluation, Instant, ItemIndex, Program, ValueRef};

use crate::nanoseconds;

/// One shape: a flag, and a context that it is decided for.
struct Shape {
    name: String,
    item: ItemIndex,
    context: Context<'static>,
}

/// The shapes of a snapshot.
pub struct Shapes {
    program: &'static Program,
    shapes: Vec<Shape>,
    now: Instant,
}

impl Shapes {
    /// Reads `{now, shapes: [{name, key, unit_id, attributes, rule}]}`; each flag must come out by the
    /// rule that is named, or by none.
    pub fn read(snapshot: &str, cases: &str) -> Result<Self, Box<dyn Error>> {
        // Contexts borrow from both until the process ends.
        let program: &'static Program =
            Box::leak(Box::new(Program::link(&std::fs::read(snapshot)?)?));
        let cases: &'static Json = Box::leak(Box::new(serde_json::from_str(
            &std::fs::read_to_string(cases)?,
        )?));
        let now = Instant(cases["now"].as_i64().ok_or("no `now`")?);
        let mut shapes = Vec::new();
        for case in cases["shapes"].as_array().ok_or("no `shapes`")? {
            let key = case["key"].as_str().ok_or("no `key`")?;
            let mut shape = Shape {
                name: case["name"].as_str().ok_or("no `name`")?.to_owned(),
                item: program.item(key).ok_or("no such flag")?,
                context: Context::new(program),
            };
            fill(program, &mut shape.context, case)?;
            let decision = Evaluation::new(program, &mut shape.context, now).decide(shape.item);
            let rule = decision.rule.map(|rule| program.rule_name(rule));
            if rule != case["rule"].as_str() {
                return Err(format!("`{key}` came out by {rule:?}: {decision:?}").into());
            }
            shapes.push(shape);
        }
        Ok(Self {
            program,
            shapes,
            now,
        })
    }

    /// Nanoseconds of a decision, all shapes in turn, as one JSON object of rounds by name.
    pub fn time(&mut self, rounds: usize) -> Result<(), Box<dyn Error>> {
        let mut taken = vec![Vec::new(); self.shapes.len()];
        for round in 0..=rounds {
            for (shape, taken) in self.shapes.iter_mut().zip(&mut taken) {
                let one = nanoseconds(|count| {
                    decide(self.program, shape, self.now, count);
                    Ok(())
                })?;
                // The first round warms up.
                if round > 0 {
                    taken.push(Json::from(one));
                }
            }
        }
        let names = self.shapes.iter().map(|shape| shape.name.clone());
        let all: serde_json::Map<_, _> = names.zip(taken.into_iter().map(Json::from)).collect();
        println!("{}", Json::from(all));
        Ok(())
    }

    /// Decides each shape so often, in its order: callgrind dumps its counts before each `counted_shape`.
    pub fn count(&mut self, count: u64) {
        for shape in &mut self.shapes {
            // Once before, so that what is made once is there.
            decide(self.program, shape, self.now, 1);
            counted_shape(self.program, shape, self.now, count);
        }
        // The dump before it ends the counts of the last shape.
        if let Some(last) = self.shapes.last_mut() {
            counted_shape(self.program, last, self.now, 0);
        }
    }
}

#[inline(never)]
fn counted_shape(program: &Program, shape: &mut Shape, now: Instant, count: u64) {
    decide(program, shape, now, count);
}

fn decide(program: &Program, shape: &mut Shape, now: Instant, count: u64) {
    for _ in 0..count {
        let context = black_box(&mut shape.context);
        black_box(Evaluation::new(program, context, now).decide(shape.item));
    }
}

fn fill(
    program: &Program,
    context: &mut Context<'static>,
    case: &'static Json,
) -> Result<(), Box<dyn Error>> {
    if let Some(id) = case["unit_id"].as_str() {
        context.unit(program, "user", id);
    }
    for (name, value) in case["attributes"].as_object().into_iter().flatten() {
        context.set(program, name, value_of(value)?);
    }
    Ok(())
}

fn value_of(value: &'static Json) -> Result<ValueRef<'static>, Box<dyn Error>> {
    Ok(match value {
        Json::String(text) => ValueRef::String(text),
        Json::Bool(on) => ValueRef::Boolean(*on),
        Json::Array(parts) => {
            let parts: Result<Vec<_>, _> = parts.iter().map(value_of).collect();
            ValueRef::List(Box::leak(parts?.into_boxed_slice()))
        }
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ValueRef::Integer(integer),
            (None, Some(double)) => ValueRef::Double(double),
            (None, None) => return Err("a number that is none".into()),
        },
        Json::Null | Json::Object(_) => return Err(format!("`{value}` is not measured").into()),
    })
}

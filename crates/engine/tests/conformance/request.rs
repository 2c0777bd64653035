//! What a row asks with: attributes, and when.
use serde_json::Value as Json;
use turnout_engine::{Context, Instant, Program, ValueRef, literal};
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::moment;

/// The request of a row; lists are kept where values can refer to them.
pub struct Request<'r> {
    row: &'r Json,
    lists: Vec<(&'r str, Vec<ValueRef<'r>>)>,
    pub now: Instant,
}

impl<'r> Request<'r> {
    pub fn of(row: &'r Json) -> Self {
        let lists = attributes(row)
            .filter_map(|(name, value)| Some((name, value.as_array()?)))
            .map(|(name, elements)| (name, elements.iter().map(scalar).collect()))
            .collect();
        let now = row["options"]["now"].as_str();
        let (seconds, nanos) = instant(now.unwrap_or("2016-06-23T12:00:00-07:00"));
        let now = Instant(seconds * 1_000_000_000 + i64::from(nanos));
        Self { row, lists, now }
    }

    pub fn fill<'c>(&'c self, program: &Program, context: &mut Context<'c>) {
        for (name, value) in attributes(self.row) {
            let list = self.lists.iter().find(|(of, _)| *of == name);
            let value = match list {
                Some((_, elements)) => ValueRef::List(elements),
                None => scalar(value),
            };
            context.set(program, name, value);
        }
        if self.row["attribute"]["state"] == "unknown" {
            context.unknown(program, "a");
        }
        for name in self.row["unknown"].as_array().into_iter().flatten() {
            context.unknown(program, name.as_str().expect("a name"));
        }
        context.partial(self.row["partial"] == true);
    }
}

/// The attributes that are set.
fn attributes(row: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let attribute = &row["attribute"];
    let own = match attribute["state"].as_str().expect("a state") {
        "set" => Some(("a", &attribute["value"])),
        "unset" | "unknown" => None,
        other => panic!("state {other}"),
    };
    let others = row["others"].as_object().into_iter().flatten();
    own.into_iter()
        .chain(others.map(|(name, value)| (name.as_str(), value)))
}

fn scalar(written: &Json) -> ValueRef<'_> {
    match written {
        Json::Null => ValueRef::Null,
        Json::Bool(value) => ValueRef::Boolean(*value),
        Json::String(value) => ValueRef::String(value),
        Json::Number(value) => match value.as_i64() {
            Some(integer) => ValueRef::Integer(integer),
            None => ValueRef::Double(value.as_f64().expect("a double")),
        },
        Json::Object(parts) => {
            let special = |name: &str| parts.get(name).and_then(Json::as_str);
            if let Some(float) = special("$float") {
                return ValueRef::Double(float.parse().expect("a float"));
            }
            if let Some(text) = special("$timestamp") {
                let (seconds, nanos) = instant(text);
                return ValueRef::Timestamp { seconds, nanos };
            }
            ValueRef::object(parts.iter().map(|(name, part)| (&**name, scalar(part))))
        }
        Json::Array(_) => ValueRef::List(&[]),
    }
}

fn instant(text: &str) -> (i64, i32) {
    let read = literal::parse_moment(text, false, None).expect("an instant");
    match read.kind {
        Some(moment::Kind::Instant(instant)) => (instant.seconds, instant.nanos),
        other => panic!("{text} is no instant: {other:?}"),
    }
}

//! The condition of a row, as a compiler would write it.
use buffa::Enumeration;
use serde_json::Value as Json;
use turnout_engine::literal;
use turnout_snapshot::turnout::snapshot::v1::__buffa::oneof::{operand, zone};
use turnout_snapshot::turnout::snapshot::v1::{
    AttributeType, Circle, Condition, EpochUnit, Interval, Modulo, Moment, MomentInterval, OnUnset,
    Operand, Operator, TextInterval, TextList, UnitZone, Zone,
};

pub fn condition(row: &Json) -> Condition {
    let options = &row["options"];
    let (r#type, epoch_unit) = types(declared(row));
    Condition {
        operator: operator(row).into(),
        r#type: r#type.into(),
        operands: operands(row),
        case_sensitive: options["case_sensitive"] == true,
        on_unset: match options["on_unset"].as_str() {
            None => OnUnset::Unspecified,
            Some("match") => OnUnset::Match,
            Some("no_match") => OnUnset::NoMatch,
            Some("unknown") => OnUnset::Unknown,
            Some(other) => panic!("on_unset {other}"),
        }
        .into(),
        zone: own_zone(row).into(),
        epoch_unit: epoch_unit.into(),
        ..Default::default()
    }
}

pub fn workspace_zone(row: &Json) -> &str {
    row["options"]["zone"]
        .as_str()
        .unwrap_or("America/Los_Angeles")
}

fn own_zone(row: &Json) -> Option<Zone> {
    let kind = match row["options"]["condition_zone"].as_str()? {
        "app" => return None,
        "user" => zone::Kind::from(UnitZone::default()),
        name => zone::Kind::Name(name.to_owned()),
    };
    Some(Zone {
        kind: Some(kind),
        ..Default::default()
    })
}

fn declared(row: &Json) -> &str {
    row["type"].as_str().expect("a type")
}

fn types(declared: &str) -> (AttributeType, EpochUnit) {
    let r#type = match declared {
        "datetime(s)" => return (AttributeType::Datetime, EpochUnit::Seconds),
        "datetime(ms)" => return (AttributeType::Datetime, EpochUnit::Milliseconds),
        "any" => AttributeType::Unspecified,
        name => AttributeType::from_proto_name(&format!("ATTRIBUTE_TYPE_{}", name.to_uppercase()))
            .unwrap_or_else(|| panic!("type {name}")),
    };
    (r#type, EpochUnit::Unspecified)
}

/// Aliases are resolved by the compiler.
fn operator(row: &Json) -> Operator {
    let name = match row["operator"].as_str().expect("an operator") {
        "is_past" => "is_after",
        "is_prior_to" => "is_before",
        name => name,
    };
    Operator::from_proto_name(&format!("OPERATOR_{}", name.to_uppercase()))
        .unwrap_or_else(|| panic!("{name}"))
}

fn operands(row: &Json) -> Vec<Operand> {
    let operator = row["operator"].as_str().expect("an operator");
    let is_list = declared(row) == "list";
    let kinds: Vec<operand::Kind> = match &row["operand"] {
        Json::Null => vec![],
        Json::Array(parts) if operator.ends_with("between") => {
            several(parts).map(|pair| interval(row, &pair)).collect()
        }
        Json::Array(parts) if operator.starts_with("is") && is_list => {
            several(parts).map(list).collect()
        }
        Json::Array(parts) => parts.iter().map(|part| plain(row, part)).collect(),
        part => vec![plain(row, part)],
    };
    kinds
        .into_iter()
        .map(|kind| Operand {
            kind: Some(kind),
            ..Default::default()
        })
        .collect()
}

/// A list of lists is several operands; a flat list is one, unless it is empty.
fn several(parts: &[Json]) -> impl Iterator<Item = Vec<Json>> {
    let nested = parts.iter().all(Json::is_array);
    let operands: Vec<Vec<Json>> = match nested {
        true => parts
            .iter()
            .filter_map(|part| part.as_array().cloned())
            .collect(),
        false => vec![parts.to_vec()],
    };
    operands.into_iter()
}

fn interval(row: &Json, pair: &[Json]) -> operand::Kind {
    let [low, high] = pair else {
        panic!("not a pair: {pair:?}")
    };
    let (low, high) = (text(low), text(high));
    match types(declared(row)).0 {
        AttributeType::Datetime => operand::Kind::from(MomentInterval {
            low: moment(row, &low).into(),
            high: moment(row, &high).into(),
            ..Default::default()
        }),
        AttributeType::Version => operand::Kind::from(TextInterval {
            low,
            high,
            ..Default::default()
        }),
        _ => operand::Kind::from(Interval {
            low,
            high,
            ..Default::default()
        }),
    }
}

/// A date in the zone of the condition; the zone of the unit nobody knows yet, and of a day it is
/// kept which one it is.
fn moment(row: &Json, text: &str) -> Moment {
    let zone = match row["options"]["condition_zone"].as_str() {
        Some("user") => None,
        _ if row["operator"] == "is_on_date" => None,
        Some("app") | None => Some(workspace_zone(row)),
        Some(name) => Some(name),
    };
    let rolling = row["options"]["rolling"] == true;
    literal::parse_moment(text, rolling, zone).unwrap_or_else(|error| panic!("{error}: {row}"))
}

fn list(elements: Vec<Json>) -> operand::Kind {
    let texts = elements.iter().map(text).collect();
    operand::Kind::from(TextList {
        texts,
        ..Default::default()
    })
}

/// The type that operands are of: an operator of one type needs no declared one.
fn operand_type(row: &Json) -> AttributeType {
    let name = row["operator"].as_str().expect("an operator");
    match types(declared(row)).0 {
        AttributeType::Unspecified if name == "is_within" => AttributeType::Geo,
        AttributeType::Unspecified if ["is_after", "is_on_date"].contains(&name) => {
            AttributeType::Datetime
        }
        declared => declared,
    }
}

fn plain(row: &Json, part: &Json) -> operand::Kind {
    let declared = operand_type(row);
    match (part, declared) {
        (Json::Number(number), AttributeType::Number) => operand::Kind::Number(number.to_string()),
        (Json::String(literal), AttributeType::Number) => operand::Kind::Number(literal.clone()),
        (Json::Bool(value), AttributeType::Boolean) => operand::Kind::Boolean(*value),
        (Json::Object(_), AttributeType::Geo) => operand::Kind::from(Circle {
            latitude: part["lat"].as_f64().expect("a latitude"),
            longitude: part["lon"].as_f64().expect("a longitude"),
            kilometres: part["km"].as_f64().expect("a distance"),
            ..Default::default()
        }),
        (Json::Object(_), _) => operand::Kind::from(Modulo {
            divisor: part["divisor"].to_string(),
            remainder: part["remainder"].to_string(),
            ..Default::default()
        }),
        (part, AttributeType::Datetime) => operand::Kind::from(moment(row, &text(part))),
        (part, _) => operand::Kind::Text(text(part)),
    }
}

fn text(part: &Json) -> String {
    part.as_str()
        .map_or_else(|| part.to_string(), str::to_owned)
}

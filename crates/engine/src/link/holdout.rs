//! Links holdouts.
use turnout_snapshot::turnout::snapshot::v1 as message;

use super::tables::{Tables, known};
use super::{LinkError, expression, schedule, variants};
use crate::holdout::{Definition, Holdout};

/// Links one holdout.
pub(super) fn link(tables: &mut Tables, holdout: message::Holdout) -> Result<Holdout, LinkError> {
    let definition = match holdout.quarantined {
        true => None,
        false => Some(definition(tables, &holdout)?),
    };
    Ok(Holdout {
        key: holdout.key.into(),
        tags: holdout
            .tags
            .into_iter()
            .map(String::into_boxed_str)
            .collect(),
        definition,
    })
}

fn definition(tables: &mut Tables, holdout: &message::Holdout) -> Result<Definition, LinkError> {
    Ok(Definition {
        status: known("status", holdout.status)?,
        unit: tables.unit_kind(holdout.unit)?,
        share: variants::share(&holdout.salt, "share", holdout.share)?,
        period: schedule::period(
            holdout
                .starts_at
                .as_option()
                .map(|at| (at.seconds, at.nanos)),
            holdout.ends_at.as_option().map(|at| (at.seconds, at.nanos)),
        ),
        audience: expression::optional(tables, holdout.audience.as_option())?,
    })
}

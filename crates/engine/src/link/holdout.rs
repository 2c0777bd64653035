//! Links holdouts.
use turnout_snapshot::turnout::snapshot::v1::__buffa::view as message;

use super::tables::{Tables, known};
use super::{LinkError, boxed, expression, schedule, variants};
use crate::holdout::{Definition, Holdout};

/// Links one holdout.
pub(super) fn link(
    tables: &mut Tables,
    holdout: &message::HoldoutView<'_>,
) -> Result<Holdout, LinkError> {
    let definition = match holdout.quarantined {
        true => None,
        false => Some(definition(tables, holdout)?),
    };
    Ok(Holdout {
        key: holdout.key.into(),
        tags: boxed(&holdout.tags),
        definition,
    })
}

fn definition(
    tables: &mut Tables,
    holdout: &message::HoldoutView<'_>,
) -> Result<Definition, LinkError> {
    Ok(Definition {
        status: known("status", holdout.status)?,
        unit: tables.unit_kind(holdout.unit)?,
        share: variants::share(holdout.salt, "share", holdout.share)?,
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

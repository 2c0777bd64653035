//! Links the zones that conditions on dates mean.
use turnout_snapshot::turnout::snapshot::v1::Content;

use super::LinkError;
use super::tables::within;
use crate::dated::UnitZone;
use crate::index::AttributeIndex;
use crate::literal;
use crate::time::Zone;

/// The zones that a snapshot knows besides those that conditions name.
pub(super) struct Zones {
    pub(super) workspace: Zone,
    /// Where a unit's own zone is told.
    pub(super) unit: Option<UnitZone>,
}

impl Zones {
    pub(super) fn new(shared: &Content) -> Result<Self, LinkError> {
        let workspace = match shared.workspace.timezone.as_str() {
            "" => Zone::UTC,
            name => named(name)?,
        };
        let attribute =
            |index| within("attribute", index, shared.attributes.len()).map(AttributeIndex::from);
        let unit = match shared.user_zone.as_option() {
            Some(told) => Some(UnitZone {
                name: attribute(told.name)?,
                offset: attribute(told.offset_seconds)?,
                fallback: workspace,
            }),
            None => None,
        };
        Ok(Self { workspace, unit })
    }
}

pub(super) fn named(name: &str) -> Result<Zone, LinkError> {
    literal::parse_zone(name).map_err(|error| LinkError::new(error.message))
}

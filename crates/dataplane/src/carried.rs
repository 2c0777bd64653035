//! The assignments that a caller carries, checked field by field.
use turnout_engine::Record;
use turnout_protos::turnout::v1::{ContextView, StickyAssignmentView};
use turnout_sticky::Key;

use crate::answer::read_instant;
use crate::context::Filling;
use crate::errors::CallError;

impl Filling<'_, '_> {
    /// Takes every record; of two of the same epoch the later one counts.
    pub(crate) fn sticky_assignments(&self, view: &ContextView<'_>) -> Result<(), CallError> {
        if view.sticky_assignments.is_empty() {
            return Ok(());
        }
        self.count("sticky_assignments", view.sticky_assignments.len())?;
        for (index, assignment) in view.sticky_assignments.iter().enumerate() {
            self.sticky_assignment(index, assignment)?;
        }
        Ok(())
    }

    fn sticky_assignment(
        &self,
        index: usize,
        assignment: &StickyAssignmentView<'_>,
    ) -> Result<(), CallError> {
        let named = [
            ("experiment", assignment.experiment),
            ("unit_kind", assignment.unit_kind),
            ("unit_id", assignment.unit_id),
            ("variant", assignment.variant),
            ("snapshot_id", assignment.snapshot_id),
        ];
        for (name, text) in named {
            let field = || format!("sticky_assignments[{index}].{name}");
            if text.is_empty() && name != "snapshot_id" {
                return Err(
                    self.bad_assignment(&field(), "is empty; send the record as it was told")
                );
            }
            if text.len() > self.limits.string_bytes {
                return Err(self.over(&field(), self.limits.string_bytes, text.len()));
            }
        }
        let assigned_at = assignment.assigned_at.as_option().and_then(read_instant);
        let Some(assigned_at) = assigned_at else {
            let field = format!("sticky_assignments[{index}].assigned_at");
            return Err(
                self.bad_assignment(&field, "is no instant between the years 1678 and 2262")
            );
        };
        let key = Key::new(
            assignment.experiment,
            assignment.unit_kind,
            assignment.unit_id,
        );
        let record = Record {
            epoch: assignment.epoch,
            variant: assignment.variant.into(),
            assigned_at,
            snapshot: assignment.snapshot_id.into(),
        };
        self.ledger.carry(key, record);
        Ok(())
    }

    fn bad_assignment(&self, field: &str, what: &str) -> CallError {
        let field = self.place.field(field);
        CallError::Field {
            reason: "BAD_VALUE",
            message: format!("`{field}` {what}"),
            field,
        }
    }
}

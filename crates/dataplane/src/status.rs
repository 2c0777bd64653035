//! GetSnapshotStatus.
use buffa::Message;
use turnout_engine::ItemKind;
use turnout_protos::turnout::v1::get_snapshot_status_response::Problem;
use turnout_protos::turnout::v1::{GetSnapshotStatusRequestView, GetSnapshotStatusResponse};

use crate::answer::{Call, Thread, on_current, read};
use crate::errors::CallError;

/// Describes the snapshot that is being served.
pub(crate) fn get_snapshot_status(
    thread: &Thread,
    request: &[u8],
    call: &Call,
    out: &mut Vec<u8>,
) -> Result<(), CallError> {
    read::<GetSnapshotStatusRequestView<'_>>(request)?;
    on_current(thread, call, 0, |current| {
        let program = &current.served.program;
        let header = program.header();
        let count = |kind| {
            let items = program
                .items()
                .iter()
                .filter(|item| item.kind == kind)
                .count();
            u32::try_from(items).unwrap_or(u32::MAX)
        };
        let rest = GetSnapshotStatusResponse {
            published_at: header.published_at.clone(),
            published_by: header.published_by.clone(),
            flags: count(ItemKind::Flag),
            experiments: count(ItemKind::Experiment),
            segments: u32::try_from(program.segments().len()).unwrap_or(u32::MAX),
            layers: u32::try_from(program.layers().len()).unwrap_or(u32::MAX),
            holdouts: u32::try_from(program.holdouts().len()).unwrap_or(u32::MAX),
            problems: header.problems.iter().map(problem).collect(),
            ..Default::default()
        };
        current.served.put_reference(out, 1, current.age);
        rest.encode(out);
        Ok(())
    })
}

fn problem(problem: &turnout_engine::Problem) -> Problem {
    Problem {
        kind: problem.kind.clone(),
        key: problem.key.clone(),
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column,
        message: problem.message.clone(),
        serving_last_good: problem.serving_last_good,
        ..Default::default()
    }
}

//! grpc.health.v1: SERVING when there is a snapshot and no end in sight.
use std::sync::Arc;

use connectrpc::{ConnectError, Router};
use connectrpc_health::{
    Checker, HealthExt, HealthService, Status, StatusStream, apply_request_limits, request_limits,
};
use futures::stream;

use crate::plane::{Phase, Plane};

const SERVICE: &str = turnout_protos::turnout::v1::DECISION_SERVICE_SERVICE_NAME;

/// Adds the health service to a router.
pub(crate) fn install(router: Router, plane: &Arc<Plane>) -> Router {
    let service = Arc::new(HealthService::new(Health {
        plane: Arc::clone(plane),
    }));
    apply_request_limits(service.register(router), request_limits())
}

struct Health {
    plane: Arc<Plane>,
}

fn status(plane: &Plane) -> Status {
    if plane.serving() {
        Status::Serving
    } else {
        Status::NotServing
    }
}

fn check_name(service: &str) -> Result<(), ConnectError> {
    match service {
        "" | SERVICE => Ok(()),
        other => Err(ConnectError::not_found(format!(
            "no service has the name `{other}`"
        ))),
    }
}

impl Checker for Health {
    async fn check(&self, service: &str) -> Result<Status, ConnectError> {
        check_name(service)?;
        Ok(status(&self.plane))
    }

    async fn watch(&self, service: &str) -> Result<StatusStream, ConnectError> {
        check_name(service)?;
        let plane = Arc::clone(&self.plane);
        let (announcements, phases) = (plane.holder.announcements(), plane.phases());
        let state = (plane, announcements, phases, None);
        Ok(StatusStream::new(stream::unfold(
            state,
            |(plane, mut announcements, mut phases, last)| async move {
                loop {
                    // Ended so that a watcher of health does not hold up the drain.
                    if plane.draining() && last == Some(Status::NotServing) {
                        return None;
                    }
                    let now = status(&plane);
                    if last != Some(now) {
                        return Some((now, (plane, announcements, phases, Some(now))));
                    }
                    tokio::select! {
                        changed = announcements.changed() => changed.ok()?,
                        reached = phases.wait_for(|phase| *phase > Phase::Serving) => { reached.ok()?; }
                    }
                }
            },
        )))
    }
}

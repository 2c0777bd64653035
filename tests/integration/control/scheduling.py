"""Changes that are scheduled by RPC, and what became of them."""

from datetime import UTC, datetime, timedelta

from turnout.control.v1 import audit_pb2, experiment_pb2, release_pb2, token_pb2
from turnout.control.v1 import schedule_pb2 as pb

HOUR = timedelta(hours=1)
SPLIT = [
    {"name": "rollout", "split": [{"variant": "on", "share": "10%"},
                                  {"variant": "off", "share": "90%"}]},
    {"name": "rest", "serve": "off"},
]  # fmt: skip


class Clock:
    """The real one, and what a test adds to it."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


def scheduled(item, hours=1, **fields):
    given = {"skip_publish": False} | fields
    change = pb.ScheduledChange(item=item, **given)
    change.change_time.FromDatetime(datetime.now(UTC) + hours * HOUR)
    return change


def verb(name, **fields):
    return {"verb": f"SCHEDULED_VERB_{name}", **fields}


def schedule(plane, item, hours=1, **fields):
    change = scheduled(item, hours, **fields)
    request = pb.CreateScheduledChangeRequest(scheduled_change=change)
    return plane.schedules.CreateScheduledChange(request)


def get(plane, change):
    return plane.schedules.GetScheduledChange(pb.GetScheduledChangeRequest(name=change.name))


def state(plane, change):
    name = pb.ScheduledChangeState.Name(get(plane, change).state)
    return name.removeprefix("SCHEDULED_CHANGE_STATE_")


def cancel(plane, change):
    return plane.schedules.CancelScheduledChange(pb.CancelScheduledChangeRequest(name=change.name))


def experiment(plane, key="e"):
    request = experiment_pb2.GetExperimentRequest(name=f"experiments/{key}")
    return plane.experiments.GetExperiment(request)


def status(plane, key="e"):
    name = experiment_pb2.ExperimentStatus.Name(experiment(plane, key).status)
    return name.removeprefix("EXPERIMENT_STATUS_")


def revisions(plane):
    found = plane.releases.ListSnapshots(release_pb2.ListSnapshotsRequest()).snapshots
    return [one.revision for one in found]


def events(plane, filter_):
    request = audit_pb2.ListAuditEventsRequest(filter=filter_)
    return plane.audit.ListAuditEvents(request).audit_events


def make_token(admin, name, role="ROLE_PUBLISHER", **fields):
    token = token_pb2.Token(role=role, **fields)
    request = token_pb2.CreateTokenRequest(token=token, token_id=name)
    return admin.tokens.CreateToken(request).secret

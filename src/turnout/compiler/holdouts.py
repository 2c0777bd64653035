"""From a holdout as written to its message."""

from turnout.compiler.audiences import compile_audience
from turnout.compiler.dates import compile_dates
from turnout.compiler.scope import CompiledItem, HeldExperiments, Scope
from turnout.compiler.shares import read_share
from turnout.documents.models import HoldoutDocument
from turnout.snapshot.v1 import snapshot_pb2 as pb

_STATUS = {
    "draft": pb.HOLDOUT_STATUS_DRAFT,
    "running": pb.HOLDOUT_STATUS_RUNNING,
    "ended": pb.HOLDOUT_STATUS_ENDED,
}


def compile_holdout(scope: Scope, key: str, document: HoldoutDocument) -> CompiledItem:
    """Compiles one holdout; what is wrong goes to the scope."""
    scope.salt = document.salt or key
    message = pb.Holdout(
        key=key,
        tags=sorted(set(document.tags)),
        status=_STATUS[document.status],
        salt=f"holdout.{scope.salt}",
    )
    scope.salts[message.salt] = ()
    scope.units.append((message, document.unit))
    try:
        message.share = read_share(document.share)
    except ValueError as error:
        scope.refuse(("share",), str(error))
    compile_dates(scope, message, document.starts_at, document.ends_at)
    if document.audience is not None:
        compile_audience(scope, document.audience, message.audience)
    for at, experiment in enumerate(document.scope.experiments or []):
        scope.named.append((experiment, ("scope", "experiments", at)))
    item = CompiledItem(message, scope)
    item.held = HeldExperiments(_set(document.scope.experiments), _set(document.scope.tags))
    return item


def _set(written: list[str] | None) -> frozenset[str] | None:
    return None if written is None else frozenset(written)

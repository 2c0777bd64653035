"""Whether who scheduled or approved something may do so still when it is done."""

from datetime import datetime

from turnout.control.access import require_role
from turnout.control.failures import PermissionDenied
from turnout.control.identity import Identities
from turnout.store import Transaction

_METHOD = "CreateScheduledChange"


def require_good_token(tx: Transaction, actor: str, at: datetime) -> None:
    """Lets an actor through whose token is good at a moment, or who has none.

    Raises:
        PermissionDenied: It is revoked, or over by then.
    """
    token = tx.tokens.find(actor)
    if token is None or token.is_good(at):
        return
    if token.revoked_at is not None:
        text = f"the token of `{actor}` was revoked since this was scheduled"
        raise PermissionDenied("TOKEN_REVOKED", text, actor=actor)
    until = f"{token.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    text = f"the token of `{actor}` is good until `{until}`, and does nothing after it"
    raise PermissionDenied("TOKEN_EXPIRED", text, actor=actor, expire_time=until)


def require_still(tx: Transaction, identities: Identities, actor: str, now: datetime) -> None:
    """Lets an actor through who could schedule it now.

    Raises:
        PermissionDenied: The token is not good any more, or the role is gone or too small.
    """
    require_good_token(tx, actor, now)
    caller = identities.known(tx, actor)
    if caller is None:
        text = f"nobody is called `{actor}` any more: there is no such token or certificate"
        raise PermissionDenied("ROLE_LOST", text, actor=actor)
    require_role(caller, _METHOD)

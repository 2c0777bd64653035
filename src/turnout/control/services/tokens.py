"""`TokenService`: who may call."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from turnout.control.access import ROLES
from turnout.control.calls import Answer, Call, write
from turnout.control.conversion.forms import number_of, word_of
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.credentials import KEPT_FOR, make_secret
from turnout.control.failures import InvalidArgument
from turnout.control.identity import RESERVED
from turnout.control.paging import read_page
from turnout.control.reach import require_no_limits
from turnout.control.services.items import Handler
from turnout.control.services.resources import is_key, new_key
from turnout.control.v1 import token_pb2 as pb
from turnout.documents.problem import clip
from turnout.store import Store, Token, Transaction

_SECTION = "tokens"
_ROLE = pb.DESCRIPTOR.enum_types_by_name["Role"]
_MOST_LIMITS = 100


class Tokens:
    """Makes tokens and makes them worthless.

    Args:
        store: Where they are.
        certificates: Names that clients have by their certificates, and no token.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        certificates: Collection[str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._reserved = RESERVED.union(certificates)
        self._now = now

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {
            "CreateToken": self._create,
            "GetToken": self._get,
            "ListTokens": self._list,
            "RevokeToken": self._revoke,
        }

    def _create(self, call: Call, request: pb.CreateTokenRequest) -> Answer:
        require_no_limits(call.caller, _SECTION)
        name = new_key(request.token_id, "token_id")
        if name in self._reserved:
            text = f"`{name}` is somebody else in the log: choose another name"
            raise InvalidArgument("token_id", text, reason="RESERVED_NAME", name=name)
        role = _role(request.token)
        expires_at = self._expiry(request.token)
        limits = {
            "key_prefixes": _limits(request.token.key_prefixes, "key_prefixes", prefix=True),
            "tags": _limits(request.token.tags, "tags", prefix=False),
        }
        secret, digest = make_secret(name)

        def create(tx: Transaction) -> Message:
            token = tx.tokens.create(
                name, id=name, digest=digest, role=role, expires_at=expires_at, **limits
            )
            return pb.CreateTokenResponse(token=_message_of(token), secret=secret)

        return write(self._store, call, request, create)

    def _get(self, call: Call, request: pb.GetTokenRequest) -> Message:
        call.check()
        with self._store.read() as tx:
            return _message_of(tx.tokens.get(_name(request.name)))

    def _list(self, call: Call, request: pb.ListTokensRequest) -> Message:
        page = read_page(request)
        call.check()
        good_at = None if request.show_expired else self._now()
        with self._store.read() as tx:
            found = tx.tokens.page(after=page.after, limit=page.size + 1, good_at=good_at)
        answer = pb.ListTokensResponse(tokens=[_message_of(one) for one in found[: page.size]])
        if len(found) > page.size:
            answer.next_page_token = page.token(found[page.size - 1].name)
        return answer

    def _revoke(self, call: Call, request: pb.RevokeTokenRequest) -> Answer:
        require_no_limits(call.caller, _SECTION)
        name = _name(request.name)
        return write(self._store, call, request, lambda tx: _message_of(tx.tokens.revoke(name)))

    def _expiry(self, token: pb.Token) -> datetime:
        now = self._now()
        if not token.HasField("expire_time"):
            return now + KEPT_FOR
        try:
            expires_at: datetime = token.expire_time.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise InvalidArgument("token.expire_time", "this is no instant") from None
        if expires_at <= now:
            text = f"the token would be over already: `{expires_at:%Y-%m-%dT%H:%M:%SZ}` is past"
            raise InvalidArgument("token.expire_time", text)
        return expires_at


def _role(token: pb.Token) -> str:
    try:
        role = word_of(_ROLE, token.role)
    except Unreadable as error:
        raise InvalidArgument("token.role", error.message) from None
    if not role:
        listed = ", ".join(f"`{one.upper()}`" for one in ROLES)
        raise InvalidArgument("token.role", f"a role is missing: one of {listed}")
    return role


def _limits(given: Any, field: str, *, prefix: bool) -> list[str]:  # noqa: ANN401 - a repeated field
    found = list(dict.fromkeys(given))
    if len(found) > _MOST_LIMITS:
        raise InvalidArgument(f"token.{field}", f"at most {_MOST_LIMITS} are allowed")
    for at, one in enumerate(found):
        if not one or (prefix and not is_key(one)):
            text = f"`{clip(one)}` is no beginning of a key" if prefix else "a tag is not empty"
            raise InvalidArgument(f"token.{field}[{at}]", text)
    return found


def _name(name: str) -> str:
    section, _, key = name.partition("/")
    if section != _SECTION or not is_key(key):
        text = f"`{clip(name)}` is no name of a token: write `{_SECTION}/NAME`"
        raise InvalidArgument("name", text, reason="BAD_NAME")
    return key


def _message_of(token: Token) -> pb.Token:
    role: Any = number_of(_ROLE, token.role)
    message = pb.Token(
        name=f"{_SECTION}/{token.name}",
        role=role,
        create_time=token.created_at,
        expire_time=token.expires_at,
        key_prefixes=token.key_prefixes,
        tags=token.tags,
    )
    if token.revoked_at is not None:
        message.revoke_time.FromDatetime(token.revoked_at)
    return message

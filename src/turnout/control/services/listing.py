"""Pages of items, by key."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from google.protobuf.message import Message

from turnout.control.conversion import status_enum
from turnout.control.filters import Term, bad_value, only_one, read_filter
from turnout.control.paging import read_page
from turnout.control.services.resources import answer_of
from turnout.documents.names import SECTION_OF, nearest, nouns, with_article
from turnout.store import Item, Store, Transaction

MOST_BYTES = 3 * 1024 * 1024
"""Of one page: clients take messages of 4 MiB unless they are told otherwise."""


class Wanted(NamedTuple):
    """What a filter of items says."""

    statuses: tuple[str, ...] | None
    """None: any."""
    key: str
    """Empty: any."""
    prefix: str
    tags: list[str]
    texts: list[str]


Tell = Callable[[Transaction, Sequence[Item]], Sequence[Message]]
"""Gives the resources of items, in their order."""


def list_items(store: Store, kind: str, request: Any, tell: Tell) -> Message:  # noqa: ANN401 - any list request
    """Answers a list.

    Raises:
        InvalidArgument: A filter, a size or a token that cannot be meant.
    """
    shown = getattr(request, "show_archived", True)
    wanted = read_wanted(kind, request.filter, shown=shown)
    page = read_page(request)
    with store.read() as tx:
        found = _find(tx, kind, wanted, page.after, page.size + 1, shown=shown)
        messages = tell(tx, found)
    count = fitting(messages, page.size)
    is_last = count == len(messages)
    return answer_of(
        kind,
        f"List{nouns(kind)}Response",
        next_page_token="" if is_last else page.token(found[count - 1].key),
        **{SECTION_OF[kind]: messages[:count]},
    )


def fitting(messages: Sequence[Message], most: int) -> int:
    """How many messages go into one page: at least one, at most so many."""
    return fitting_sizes([message.ByteSize() for message in messages[:most]])


def fitting_sizes(sizes: Sequence[int]) -> int:
    """How many things of these bytes go into one page: at least one."""
    total = 0
    for at, size in enumerate(sizes):
        total += size
        if at and total > MOST_BYTES:
            return at
    return len(sizes)


def _find(
    tx: Transaction, kind: str, wanted: Wanted, after: str, limit: int, *, shown: bool
) -> list[Item]:
    if wanted.statuses == ():
        return []
    found = tx.items.page(
        kind,
        after=after,
        # An exact key is the first of all that start with it.
        limit=1 if wanted.key else limit,
        statuses=wanted.statuses or (),
        prefix=wanted.key or wanted.prefix,
        tags=wanted.tags,
        texts=wanted.texts,
        show_archived=shown,
    )
    return [item for item in found if wanted.key in ("", item.key)]


def read_wanted(kind: str, text: str, *, shown: bool = True) -> Wanted:
    """Reads a filter of items.

    Args:
        kind: Of the items.
        text: As sent.
        shown: Archived items are wanted too; else only where the filter names them.

    Raises:
        InvalidArgument: It cannot be meant.
    """
    signs: dict[str, tuple[str, ...]] = {"key": ("=",), "tags": (":",)}
    enum = status_enum(kind)
    if enum is not None:
        signs = {"status": ("=", "!="), **signs}
    terms = read_filter(text, signs)
    keys = [(term, only_one(term)) for term in terms if term.field == "key"]
    for term, _ in keys[1:]:
        raise bad_value(term, "`key` is compared twice")
    key = keys[0][1] if keys else ""
    return Wanted(
        _statuses(kind, [term for term in terms if term.field == "status"], shown=shown),
        "" if key.endswith("*") else key,
        key[:-1] if key.endswith("*") else "",
        [only_one(term) for term in terms if term.field == "tags"],
        [only_one(term) for term in terms if not term.field],
    )


def _statuses(kind: str, terms: Sequence[Term], *, shown: bool) -> tuple[str, ...] | None:
    enum = status_enum(kind)
    if enum is None or not terms:
        return None
    names = [str(value.name) for value in enum.values]
    first = names[0].removesuffix("UNSPECIFIED")
    known = [name.removeprefix(first) for name in names[1:]]
    is_named = any(term.sign == "=" for term in terms)
    left = set(known) if shown or is_named else set(known) - {"ARCHIVED"}
    for term in terms:
        for value in term.values:
            if value.upper() not in known:
                listed = ", ".join(f"`{one}`" for one in known)
                hint = nearest(value.upper(), known) or f": there are {listed}"
                raise bad_value(term, f"`{value}` is no status of {with_article(kind)}{hint}")
        named = {value.upper() for value in term.values}
        left &= named if term.sign == "=" else set(known) - named
    return tuple(sorted(word.lower() for word in left))

"""The words that a document may use: sections, operators, and what is built later."""

import difflib
import string
from collections.abc import Container, Iterable, Iterator

MAX_KEY_LENGTH = 96
"""Of the key of an item."""

KEY_PATTERN = rf"^[A-Za-z0-9._-]{{1,{MAX_KEY_LENGTH}}}$"
"""What the key of an item looks like."""

PARAMETER_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
"""What the name of a parameter of a query looks like."""

_TYPED = string.ascii_letters + "._-"

ITEM_KINDS = {
    "segments": "segment",
    "flags": "flag",
    "experiments": "experiment",
    "layers": "layer",
    "holdouts": "holdout",
    "queries": "query",
}
"""The sections that hold items by key, and what one of them is called."""

SECTION_OF = {kind: section for section, kind in ITEM_KINDS.items()}
"""The section of each kind."""

SECTIONS = ("workspace", "attributes", *ITEM_KINDS)
"""What may stand at the top of a document."""

LATER_SECTIONS = frozenset({"campaigns"})

OPERATORS = (
    "is_any", "is_set", "is_not_set", "is_empty", "is_not_empty", "is", "is_not",
    "contains", "does_not_contain", "contains_any", "contains_all", "contains_none",
    "starts_with", "does_not_start_with", "ends_with", "does_not_end_with",
    "matches", "does_not_match",
    "is_greater_than", "is_less_than", "is_at_least", "is_at_most",
    "is_between", "is_not_between", "is_on", "is_off", "modulo",
    "is_after", "is_before", "is_since", "is_until", "is_not_after", "is_not_before",
    "is_past", "is_prior_to", "is_on_date", "is_in_cidr", "is_not_in_cidr", "is_within",
)  # fmt: skip
"""Every operator on an attribute."""

SCHEMA_TYPES = (
    "string", "number", "boolean", "list", "datetime", "datetime(s)", "datetime(ms)", "version",
    "ip", "geo",
)  # fmt: skip
"""Types of attributes. `datetime(s)` and `datetime(ms)` say what a number means."""


BUCKETING_ALGORITHMS = (
    "launchdarkly_sha1", "growthbook_fnv_v1", "growthbook_fnv_v2", "unleash_murmur3",
    "statsig_sha256", "optimizely_murmur3", "planout_sha1", "eppo_md5", "flagd_murmur3",
    "flagd_murmur3_legacy", "posthog_sha1", "split_murmur3", "flagsmith_md5",
)  # fmt: skip
"""Other systems whose buckets can be kept."""


def noun(kind: str) -> str:
    """What an RPC calls one of a kind: `Flag`."""
    return kind.capitalize()


def nouns(kind: str) -> str:
    """What an RPC calls several of a kind: `Flags`."""
    return SECTION_OF[kind].capitalize()


def item_name(kind: str, key: str) -> str:
    """How an item is told from all others, for example `flags/new-checkout`."""
    return f"{SECTION_OF[kind]}/{key}"


def identity_in(name: str) -> tuple[str, str] | None:
    """The kind and key in a name as `item_name` gives it; None: it is the name of no item.

    The key is given as it is written: it may be none.
    """
    section, separator, key = name.partition("/")
    kind = ITEM_KINDS.get(section)
    return (kind, key) if kind and separator else None


def with_article(word: str) -> str:
    """For messages: `a flag`, `an experiment`."""
    return f"{'an' if word[:1] in {*'aeio'} else 'a'} {word}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggests the known word that looks most like `word`.

    Returns:
        `, did you mean ...?` to end a message with, or nothing.
    """
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f", did you mean `{near[0]}`?" if near else ""


def nearest_key(key: str, known: Container[str]) -> str:
    """Suggests the known key that is one slip of the fingers away from `key`.

    Unlike `nearest` it takes no longer when more is known. Digits are no slips: `test-12` and
    `test-13` are two things.

    Returns:
        `, did you mean ...?` to end a message with, or nothing.
    """
    near = slip_of(key, known)
    return f", did you mean `{near}`?" if near else ""


def slip_of(key: str, known: Container[str]) -> str | None:
    """The known key that is one slip of the fingers away from `key`."""
    slips = _slips(key[:MAX_KEY_LENGTH]) if len(key) > 2 else ()
    return next((slip for slip in slips if slip in known), None)


def _slips(key: str) -> Iterator[str]:
    for at in range(len(key) + 1):
        before, after = key[:at], key[at:]
        if len(after) > 1 and not (after[0] + after[1]).isdigit():
            yield before + after[1] + after[0] + after[2:]
        if after and not after[0].isdigit():
            yield before + after[1:]
        for typed in _TYPED:
            yield before + typed + after
            if after and not after[0].isdigit():
                yield before + typed + after[1:]

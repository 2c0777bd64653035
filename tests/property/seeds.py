"""One random case, found again by its seed."""

import json
import random
import traceback
from collections import Counter

from comparing import differences
from generators import catalogue, context
from shrinking import shrink

from turnout import CompileFailed

REQUESTS = 10
"""Requests to one document: each is a case."""


def ask(seed):
    """What differs for one seed, as text, and the reasons that were met."""
    documents, asked = case(seed)
    seen = Counter()
    try:
        found = differences(documents, asked, seen)
    except Exception:  # noqa: BLE001 - whatever goes wrong is told with its seed
        return seed, f"{json.dumps(documents)}\n{traceback.format_exc()}", seen
    if not found:
        return seed, "", seen
    small = smallest(documents, found[0])
    left = [one for one in differences(small, [found[0].ctx]) if one.key == found[0].key]
    return seed, f"{json.dumps(small)}\n{left[0]}", seen


def case(seed, requests=REQUESTS):
    """The documents and the contexts of a seed."""
    rng = random.Random(seed)
    documents = catalogue(rng)
    return documents, [context(rng, documents) for _ in range(requests)]


def smallest(documents, difference):
    """Documents without what does not matter for the first difference."""

    def still(smaller):
        try:
            found = differences(smaller, [difference.ctx])
        except (CompileFailed, KeyError, IndexError, TypeError, ValueError):
            return False
        return any(one.key == difference.key for one in found)

    return shrink(documents, still)

"""Makes documents smaller while something about them stays true."""

import copy


def shrink(documents, still):
    """Removes parts, as long as `still(documents)`, until none can go."""
    removed = True
    while removed:
        removed = False
        for path in sorted(paths(documents), key=len):
            smaller = without(documents, path)
            if smaller is not None and still(smaller):
                documents, removed = smaller, True
                break
    return documents


def paths(value, path=()):
    """The place of every part, outermost first."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        yield (*path, name)
        if isinstance(part, dict | list):
            yield from paths(part, (*path, name))


def without(documents, path):
    """The documents without the part at a path; its sections are emptied, not removed."""
    if len(path) == 1 and not documents[path[0]]:
        return None
    smaller = copy.deepcopy(documents)
    inner = smaller
    for name in path[:-1]:
        inner = inner[name]
    if len(path) == 1:
        inner[path[0]] = {}
    else:
        del inner[path[-1]]
    return smaller

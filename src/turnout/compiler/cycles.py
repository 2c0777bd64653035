"""Finds cycles and chains of references without recursion."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", str, tuple[str, str])
"""A key, or a kind and a key."""


def find_cycles(graph: Mapping[Node, Iterable[Node]]) -> list[list[Node]]:
    """Finds one cycle through every knot of nodes that refer to themselves.

    Args:
        graph: The names that each name refers to; unknown names are ignored.

    Returns:
        Cycles as names in the order of reference, the smallest name first, the last refers to
        the first. A node that refers to itself is a cycle of one. Sorted.
    """
    remaining = {node: set(_known(graph, node)) for node in graph}
    _strip(remaining)
    cycles = []
    waiting = sorted(remaining)
    while waiting:
        start = waiting[0]
        way = _shortest(remaining, start)
        for node in way or [start]:
            remaining.pop(node)
        gone = set(way or [start])
        for references in remaining.values():
            references.difference_update(gone)
        _strip(remaining)
        waiting = sorted(remaining)
        if way:
            cycles.append(_from_the_least(way))
    return sorted(cycles)


def _from_the_least(cycle: list[Node]) -> list[Node]:
    least = min(range(len(cycle)), key=cycle.__getitem__)
    return cycle[least:] + cycle[:least]


def _known(graph: Mapping[Node, Iterable[Node]], node: Node) -> Iterable[Node]:
    return (other for other in graph[node] if other in graph)


def _strip(remaining: dict[Node, set[Node]]) -> None:
    """Removes every node that cannot be in a cycle because it refers to nothing."""
    users: dict[Node, list[Node]] = {}
    for node, references in remaining.items():
        for other in references:
            users.setdefault(other, []).append(node)
    leaves = [node for node, references in remaining.items() if not references]
    while leaves:
        leaf = leaves.pop()
        remaining.pop(leaf)
        for user in users.get(leaf, ()):
            if user in remaining:
                remaining[user].discard(leaf)
                if not remaining[user]:
                    leaves.append(user)


def _shortest(graph: dict[Node, set[Node]], start: Node) -> list[Node] | None:
    """The shortest way from a node back to itself."""
    came_from: dict[Node, Node] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for other in sorted(graph[node]):
            if other == start:
                way = [node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other not in came_from:
                came_from[other] = node
                waiting.append(other)
    return None


def heights(graph: Mapping[Node, Mapping[Node, int]], own: int) -> dict[Node, int]:
    """How high each node stands on those that it refers to.

    Args:
        graph: What each name refers to, with the height of the step; without a cycle.
        own: The height of a node that refers to nothing.
    """
    found: dict[Node, int] = {}
    waiting = list(graph)
    while waiting:
        node = waiting[-1]
        open_references = [other for other in graph[node] if other in graph and other not in found]
        if open_references and node not in found:
            waiting += open_references
            continue
        waiting.pop()
        steps = (found[other] + step for other, step in graph[node].items() if other in found)
        found.setdefault(node, max(steps, default=0) + own)
    return found

"""Cycles of references, against a slow and obvious search."""

from hypothesis import given
from hypothesis import strategies as st

from turnout.compiler.cycles import find_cycles, heights

names = st.sampled_from("abcdefg")
graphs = st.dictionaries(names, st.sets(names, max_size=3))


def reaches(graph, start):
    seen, waiting = set(), [start]
    while waiting:
        for other in graph.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


@given(graphs)
def test_cycles_are_found_where_there_are_some(graph):
    cycles = find_cycles(graph)
    in_cycles = {node for node in graph if node in reaches(graph, node)}
    assert bool(cycles) == bool(in_cycles)
    for cycle in cycles:
        assert set(cycle) <= in_cycles
        assert cycle[0] == min(cycle)
        for node, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert following in graph[node]


@given(graphs)
def test_nothing_is_left_once_the_cycles_found_are_cut(graph):
    gone = {node for cycle in find_cycles(graph) for node in cycle}
    rest = {node: others - gone for node, others in graph.items() if node not in gone}
    assert not find_cycles(rest)


@given(graphs)
def test_heights_add_up(graph):
    ordered = {
        node: {other: 2 for other in others if other > node} for node, others in graph.items()
    }
    found = heights(ordered, 1)
    for node, others in ordered.items():
        below = [found[other] + 2 for other in others if other in ordered]
        assert found[node] == max(below, default=0) + 1

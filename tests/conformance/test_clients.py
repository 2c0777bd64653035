"""The decision cases through `turnout.Client` and `turnout.AsyncClient`."""

import asyncio

import golden
import pytest

from turnout import AsyncClient, Client

CASES = list(golden.cases())


@pytest.fixture(scope="module", params=["tcp", "unix"])
def clients(request, served):
    return {
        file: Client(plane.address if request.param == "tcp" else plane.socket)
        for file, plane in served.items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_decision(clients, case):
    client, expected = clients[case.file], case.expected()
    if "segment" in case.fields:
        result = client.check_segment(case.fields["segment"], case.context(), now=case.now)
    else:
        result = client.decide(case.fields["key"], case.context(), now=case.now)
    given = golden.answered(result, expected)
    assert golden.same(given, expected), given


@pytest.mark.parametrize("file", golden.decision_files())
def test_asyncio_answers_as_the_other(served, clients, file):
    async def ask():
        async with AsyncClient(served[file].socket) as client:
            for case in (case for case in CASES if case.file == file):
                context, now = case.context(), case.now
                together = await client.decide_all(context, now=now)
                assert _answers(together) == _answers(clients[file].decide_all(context, now=now))
                inside = await client.matching_segments(context, now=now)
                assert inside == clients[file].matching_segments(context, now=now)

    asyncio.run(ask())


def _answers(decisions):
    return [decision[:-1] for decision in decisions]  # the age of the snapshot differs

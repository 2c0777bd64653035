"""The conformance cases through a running data plane, asked by a plain gRPC stub."""

import golden
import grpc
import pytest
import wire

from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.v1 import decision_pb2 as pb

ROWS = golden.rows(refused=False)
REFUSED = golden.rows(refused=True)
CASES = list(golden.cases())


@pytest.fixture(scope="session")
def conditions(serve):
    documents = golden.catalogues(ROWS)
    return {zone: serve(_sealed(one)).stub for zone, one in documents.items()}


@pytest.fixture(scope="session")
def stubs(served):
    return {file: plane.stub for file, plane in served.items()}


def _sealed(documents):
    compiled = compile_documents(read_mapping(documents))
    assert not compiled.problems
    return compiled.seal(revision=1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_condition(conditions, row):
    context = wire.context(row.context(attribute=row.id))
    request = pb.CheckSegmentRequest(key=row.id, context=context)
    request.now.FromDatetime(row.now)
    reply = conditions[row.workspace["timezone"]].CheckSegment(request)
    given = wire.segment_check(reply.check)
    assert (given["state"], given["notes"]) == row.expected(), row.fields


def test_what_the_compiler_refuses_is_quarantined(serve):
    for documents in golden.catalogues(REFUSED).values():
        compiled = compile_documents(read_mapping(documents), history={})
        assert {problem.key for problem in compiled.problems} == set(documents["segments"])
        _refuse_to_know(serve(compiled.seal(revision=1)).stub, documents["segments"])


def _refuse_to_know(stub, keys):
    for key in keys:
        reply = stub.CheckSegment(pb.CheckSegmentRequest(key=key))
        given = wire.segment_check(reply.check)
        assert (given["state"], given["reason"]) == ("UNKNOWN", "QUARANTINED"), key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_decision(stubs, case):
    stub, context = stubs[case.file], wire.context(case.context())
    if "segment" in case.fields:
        request = pb.CheckSegmentRequest(key=case.fields["segment"], context=context)
        request.now.FromDatetime(case.now)
        given = wire.segment_check(stub.CheckSegment(request).check)
    else:
        request = pb.DecideRequest(key=case.fields["key"], context=context)
        request.now.FromDatetime(case.now)
        given = wire.decision(stub.Decide(request).decision, case.expected())
    assert golden.same(given, case.expected()), given


@pytest.mark.parametrize("file", golden.decision_files())
def test_a_batch_answers_as_single_calls(stubs, file):
    stub = stubs[file]
    whole = [case for case in CASES if case.file == file and "key" in case.fields]
    for now in {case.now for case in whole}:
        _ask_together(stub, now, [case for case in whole if case.now == now])


def _ask_together(stub, now, batch):
    items = [
        pb.BatchDecideRequest.Item(key=case.fields["key"], context=wire.context(case.context()))
        for case in batch
    ]
    request = pb.BatchDecideRequest(items=items)
    request.now.FromDatetime(now)
    reply = stub.BatchDecide(request)
    for case, result in zip(batch, reply.results, strict=True):
        given = wire.decision(result.decision, case.expected())
        assert golden.same(given, case.expected()), (case.id, given)


def test_the_server_is_the_one_that_was_asked(stubs):
    with pytest.raises(grpc.RpcError) as failed:
        stubs["flags"].Decide(pb.DecideRequest(key="no-such-key"))
    assert failed.value.code() is grpc.StatusCode.NOT_FOUND

"""Previews: a query is tried, and nothing is changed."""

import threading
import time

import pytest
from evaluating import make_query, users

from servers.waiting import wait_until
from turnout.control.v1 import query_pb2 as pb
from turnout.segments.failures import QueryFailed

SQL = "SELECT unit_id FROM users WHERE age > :age"


def preview(plane, **fields):
    return plane.queries.PreviewQuery(pb.PreviewQueryRequest(**fields))


@pytest.fixture
def query(plane, database):
    database.ids = [*users(20), *users(5)]
    return make_query(plane, sql=SQL, parameters={"age": 18})


def test_one_of_the_store_is_counted_and_some_ids_are_shown(plane, database, query):
    found = preview(plane, name=query.name)
    assert (found.count, list(found.sample)) == (20, users(10))
    assert database.asked[0].parameters == {"age": 18}
    found = preview(plane, name=query.name, parameters={"age": 65}, sample_size=3)
    assert list(found.sample) == users(3)
    assert database.asked[1].parameters == {"age": 65}


def test_one_that_is_not_in_the_store_is_tried(plane, database):
    database.ids = users(2)
    given = pb.Query(connection="fake", sql=SQL, parameters={"age": 18}, id_column="unit_id")
    assert preview(plane, query=given).count == 2
    assert plane.queries.ListQueries(pb.ListQueriesRequest()).queries == []


def test_what_fails_is_told(plane, database, query, refused):
    database.failure = QueryFailed("SYNTAX", "there is no table `users`")
    with refused("FAILED_PRECONDITION", "SYNTAX") as told:
        preview(plane, name=query.name)
    assert told[0].message == "there is no table `users`"
    database.failure = QueryFailed("TIMEOUT", "it took longer than 1 s")
    with refused("DEADLINE_EXCEEDED", "TIMEOUT"):
        preview(plane, name=query.name)
    database.failure = QueryFailed("CONNECTION_LOST", "it went away")
    with refused("UNAVAILABLE", "CONNECTION_LOST"):
        preview(plane, name=query.name)


def test_what_cannot_be_meant_is_refused(plane, query, refused):
    with refused("INVALID_ARGUMENT"):
        preview(plane)
    with refused("NOT_FOUND", "QUERY_NOT_FOUND"):
        preview(plane, name="queries/none")
    with refused("INVALID_ARGUMENT") as told:
        preview(plane, name=query.name, sample_size=1001)
    assert "sample_size" in told[0].fields
    with refused("INVALID_ARGUMENT", "BAD_QUERY") as told:
        preview(plane, name=query.name, parameters={"ages": 1})
    assert "parameters.ages" in told[0].fields
    with refused("INVALID_ARGUMENT", "BAD_QUERY") as told:
        preview(plane, query=pb.Query(connection="fake", sql=SQL))
    assert next(iter(told[0].fields)).startswith("query.")
    with refused("FAILED_PRECONDITION", "UNKNOWN_CONNECTION") as told:
        preview(plane, query=pb.Query(connection="else", sql="SELECT 1 AS unit_id"))
    assert told[0].parts["name"] == "else"


@pytest.mark.usefixtures("query")
def test_one_that_nobody_waits_for_any_more_ends(plane, database):
    database.hold()
    request = pb.PreviewQueryRequest(name="queries/q")
    call = plane.queries._stub.PreviewQuery.future(request)
    database.wait_until_held()
    call.cancel()
    wait_until(lambda: not any_query_thread(), "the query ended")


def any_query_thread():
    time.sleep(0.05)
    return any(thread.name == "turnout-query" for thread in threading.enumerate())

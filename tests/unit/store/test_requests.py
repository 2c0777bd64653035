"""Request ids: a repetition gets the answer of the first, another request does not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from turnout.store import Act, Invalid, InvalidRequestId
from turnout.store.tables import requests

ID = "6a1f0c0e-5f0b-4f6e-9d3e-0a5d8b9f2f11"


@pytest.fixture
def asked(store, moment):
    def asked(request_id=ID, method="CreateFlag", digest="d", *, actor="anna", hours=0.0):
        act = Act(actor, method, at=moment + timedelta(hours=hours))
        with store.write(act) as tx:
            found = tx.requests.answer(request_id, method, digest)
            if found is None:
                tx.requests.keep(request_id, method, digest, f"after {hours} h".encode())
            return found

    return asked


def test_a_repetition_gets_the_first_answer(asked):
    assert asked() is None
    assert asked(hours=1) == asked(hours=23.9) == b"after 0.0 h"


@pytest.mark.parametrize("other", [{"digest": "e"}, {"method": "UpdateFlag"}])
def test_another_request_with_the_same_id_is_refused(asked, other):
    asked()
    with pytest.raises(InvalidRequestId, match=ID) as refused:
        asked(**other)
    assert refused.value.field == "request_id"


def test_the_ids_of_others_are_their_own(asked):
    assert asked() is None
    assert asked(actor="bert", digest="e") is None


def test_an_answer_is_kept_for_a_day_and_then_forgotten(store, asked):
    asked()
    asked("other", hours=12)
    assert asked(digest="e", hours=24) is None
    with store._database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar() == 2


def test_an_answer_is_kept_only_with_its_write(store, act):
    with store.write(act, validate_only=True) as tx:
        tx.requests.keep(ID, "CreateFlag", "d", b"answer")
    with store.write(act) as tx:
        assert tx.requests.answer(ID, "CreateFlag", "d") is None


def test_an_id_that_cannot_be_kept_is_refused(asked):
    with pytest.raises(Invalid):
        asked("a\0b")

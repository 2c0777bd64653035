"""Tokens: made, taken apart, and compared without telling anything."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest

from turnout.control import credentials
from turnout.control.credentials import (
    digest_of,
    find_token,
    make_first_token,
    make_secret,
    read_bearer,
)
from turnout.store import Act, Store

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def add(store, name, secret, **fields):
    given = {"role": "viewer", "expires_at": NOW + timedelta(days=1)} | fields
    with store.write(Act("test", "CreateToken")) as tx:
        tx.tokens.create(name, id=name, digest=digest_of(secret), **given)


def found(store, secret, now=NOW):
    with store.read() as tx:
        return find_token(tx, read_bearer(f"Bearer {secret}"), now)


@pytest.mark.parametrize("name", ["anna", "anna_b", "a.b-c", "_"])
def test_a_secret_carries_its_name(name):
    secret, digest = make_secret(name)
    presented = read_bearer(f"bearer  {secret} ")
    assert presented == (name, digest)
    assert make_secret(name)[0] != secret


def test_a_good_token_is_found(store):
    secret, _ = make_secret("anna")
    add(store, "anna", secret)
    assert found(store, secret).name == "anna"


def test_one_that_is_over_revoked_or_another_is_not(store):
    secret, _ = make_secret("anna")
    add(store, "anna", secret)
    assert found(store, secret, NOW + timedelta(days=1)) is None
    assert found(store, make_secret("anna")[0]) is None
    with store.write(Act("test", "RevokeToken")) as tx:
        tx.tokens.revoke("anna")
    assert found(store, secret) is None


def test_an_unknown_name_costs_a_comparison_too(store, monkeypatch):
    compared, really = [], hmac.compare_digest

    def compare(one, other):
        compared.append((len(one), len(other)))
        return really(one, other)

    monkeypatch.setattr(credentials.hmac, "compare_digest", compare)
    secret, _ = make_secret("anna")
    add(store, "anna", secret)
    for sent in (secret, make_secret("anna")[0], make_secret("nobody")[0]):
        found(store, sent)
    assert compared == [(64, 64)] * 3


def test_the_first_admin_is_made_where_nobody_could_be_one(store):
    shown = []
    make_first_token(store, NOW, shown.append)
    make_first_token(store, NOW, shown.append)
    [first] = shown
    assert found(store, first).role == "admin"
    later = NOW + credentials.KEPT_FOR
    make_first_token(store, later, shown.append)
    assert found(store, shown[1], later).name == "admin-2"


def test_a_first_token_that_could_not_be_shown_is_none(store):
    def fail(_secret):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        make_first_token(store, NOW, fail)
    shown = []
    make_first_token(store, NOW, shown.append)
    assert found(store, shown[0]).name == "admin"

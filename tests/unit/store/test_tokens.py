"""Tokens: what a caller may do, until when, and never the secret."""

from datetime import timedelta

import pytest

from turnout.store import Act, AlreadyExists, Invalid, NotFound


@pytest.fixture
def create(store, moment):
    def create(name, *, days=365, role="editor", **fields):
        with store.write(Act("root", "CreateToken", at=moment)) as tx:
            return tx.tokens.create(
                name, id=f"id-{name}", digest=f"digest of {name}", role=role,
                expires_at=moment + timedelta(days=days), **fields,
            )  # fmt: skip

    return create


def test_a_token_comes_back_as_it_was(store, create, moment):
    token = create("ci", key_prefixes=["shop-"], tags=["web"])
    with store.read() as tx:
        assert tx.tokens.get("ci") == tx.tokens.by_id("id-ci") == token
        assert tx.tokens.by_id("other") is None
        with pytest.raises(NotFound, match="there is no token `other`"):
            tx.tokens.get("other")
    assert (token.created_at, token.key_prefixes, token.tags) == (moment, ["shop-"], ["web"])
    assert token.is_good(moment)
    assert not token.is_good(token.expires_at)


def test_a_name_is_never_used_again(store, act, create):
    create("ci")
    with store.write(act) as tx:
        tx.tokens.revoke("ci")
    with pytest.raises(AlreadyExists, match="there is a token `ci` already"):
        create("ci")


def test_a_revoked_one_is_worthless_and_stays_so(store, moment, create):
    create("ci")
    for hours in (1, 2):
        with store.write(Act("root", "RevokeToken", at=moment + timedelta(hours=hours))) as tx:
            revoked = tx.tokens.revoke("ci")
            assert tx.tokens.by_id("id-ci") == revoked
    assert revoked.revoked_at == moment + timedelta(hours=1)
    assert not revoked.is_good(moment)
    with store.write(Act("root", "RevokeToken")) as tx, pytest.raises(NotFound):
        tx.tokens.revoke("other")


def test_pages_are_by_name_and_may_leave_out_what_is_no_good(store, act, create, moment):
    for name, days in (("a", 1), ("b", 9), ("c", 9), ("d", 9)):
        create(name, days=days)
    with store.write(act) as tx:
        tx.tokens.revoke("c")
        names = [token.name for token in tx.tokens.page()]
        assert names == ["a", "b", "c", "d"]
        assert [token.name for token in tx.tokens.page(after="a", limit=2)] == ["b", "c"]
        good = tx.tokens.page(good_at=moment + timedelta(days=1))
        assert [token.name for token in good] == ["b", "d"]


def test_it_is_known_whether_anybody_may(store, act, create, moment):
    create("ci", days=1)
    with store.write(act) as tx:
        assert tx.tokens.any_good("editor", moment)
        assert not tx.tokens.any_good("admin", moment)
        assert not tx.tokens.any_good("editor", moment + timedelta(days=1))
        tx.tokens.revoke("ci")
        assert not tx.tokens.any_good("editor", moment)


def test_the_log_has_neither_secret_nor_digest(store, act, create):
    create("ci", tags=["web"])
    with store.write(act) as tx:
        tx.tokens.revoke("ci")
        revoked, created = tx.audit.page(resource="tokens/ci")
    assert created.after["tags"] == ["web"]
    assert created.after["revoked_at"] is None
    assert revoked.before == created.after
    assert revoked.after["revoked_at"] is not None
    assert "digest of ci" not in f"{created}{revoked}"


def test_a_name_that_cannot_be_kept_is_refused(create):
    with pytest.raises(Invalid):
        create("a\0b")

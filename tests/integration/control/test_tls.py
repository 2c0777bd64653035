"""TLS: who a client certificate is, and certificates that change while the server runs."""

import shutil

import grpc
import pytest
from making import make_flag
from stubs import Client

from servers.certificates import Authority
from turnout.control.settings import Tls
from turnout.control.tls_files import CannotListen
from turnout.control.v1 import audit_pb2, flag_pb2, token_pb2

ROLES = {
    "spiffe://shop/deployer": "publisher",
    "reader.shop.example": "viewer",
    "old-robot": "editor",
}
LIST = flag_pb2.ListFlagsRequest()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "certificates")


@pytest.fixture
def serve(start, authority, tmp_path):
    """Starts a control plane with TLS; gives it and the files of its certificate."""

    def begin(*, mutual=True):
        signed = authority.sign("control", "IP:127.0.0.1")
        clients = authority.certificate if mutual else None
        files = Tls(tmp_path / "server.crt", tmp_path / "server.key", clients)
        shutil.copy(signed.certificate, files.certificate)
        shutil.copy(signed.key, files.key)
        return start(authentication=True, tls=files, certificates=ROLES), files

    return begin


@pytest.fixture
def connect(authority):
    """Gives a client of a server, with or without a certificate."""
    channels = []

    def as_certified(plane, certified=None, token=None):
        credentials = grpc.ssl_channel_credentials(
            authority.certificate.read_bytes(),
            certified.key.read_bytes() if certified else None,
            certified.certificate.read_bytes() if certified else None,
        )
        # A pool of its own: channels with equal arguments would share a connection.
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.secure_channel(plane.server.address, credentials, options)
        channels.append(channel)
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        return Client(channel, metadata)

    yield as_certified
    for channel in channels:
        channel.close()


@pytest.mark.parametrize(
    ("name", "alternatives", "actor"),
    [
        ("deployer", ["DNS:x.example", "URI:spiffe://shop/deployer"], "spiffe://shop/deployer"),
        ("old-robot", [], "old-robot"),
    ],
)
def test_a_certificate_acts_under_the_name_that_has_a_role(
    serve, connect, authority, name, alternatives, actor
):
    plane, _ = serve()
    known = connect(plane, authority.sign(name, *alternatives))
    make_flag(known)
    (event,) = known.audit.ListAuditEvents(
        audit_pb2.ListAuditEventsRequest(filter="method = CreateFlag")
    ).audit_events
    assert event.actor == actor


def test_the_role_of_a_certificate_is_its_limit(serve, connect, authority, refused):
    plane, _ = serve()
    reader = connect(plane, authority.sign("x", "DNS:reader.shop.example"))
    reader.flags.ListFlags(LIST)
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL") as told:
        make_flag(reader)
    assert told[0].parts["actor"] == "reader.shop.example"


def test_a_certificate_without_a_role_is_nobody(serve, connect, authority, refused):
    plane, _ = serve()
    with refused("UNAUTHENTICATED"):
        connect(plane, authority.sign("stranger")).flags.ListFlags(LIST)


def test_a_token_counts_before_a_certificate(serve, connect, authority):
    plane, _ = serve()
    robot = authority.sign("old-robot")
    admin = connect(plane, robot, plane.server.first_token)
    assert admin.tokens.GetToken(token_pb2.GetTokenRequest(name="tokens/admin"))


def test_clients_need_a_certificate_where_there_is_an_authority_for_them(serve, connect):
    plane, _ = serve()
    with pytest.raises(grpc.RpcError) as failed:
        connect(plane, token=plane.server.first_token).flags.ListFlags(LIST)
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_new_certificate_is_taken_without_a_restart(serve, connect, tmp_path):
    plane, files = serve(mutual=False)
    token = plane.server.first_token
    connect(plane, token=token).flags.ListFlags(LIST)
    other = Authority(tmp_path / "other")
    signed = other.sign("control", "IP:127.0.0.1")
    replace(signed.key, files.key)
    replace(signed.certificate, files.certificate)
    with pytest.raises(grpc.RpcError):
        connect(plane, token=token).flags.ListFlags(LIST)
    trusting = grpc.ssl_channel_credentials(other.certificate.read_bytes())
    with grpc.secure_channel(plane.server.address, trusting) as channel:
        metadata = (("authorization", f"Bearer {token}"),)
        Client(channel, metadata).flags.ListFlags(LIST)


def test_a_certificate_that_is_gone_changes_nothing(serve, connect):
    plane, files = serve(mutual=False)
    files.certificate.unlink()
    connect(plane, token=plane.server.first_token).flags.ListFlags(LIST)


def test_a_certificate_that_cannot_be_read_is_told_at_the_start(start, tmp_path):
    missing = Tls(tmp_path / "none.crt", tmp_path / "none.key")
    with pytest.raises(CannotListen, match=r"cannot read `.*none\.crt`"):
        start(tls=missing)


def replace(new, old):
    """Puts a file in the place of another as a whole, as tools that renew certificates do."""
    shutil.copy(new, old.with_suffix(".new"))
    old.with_suffix(".new").replace(old)

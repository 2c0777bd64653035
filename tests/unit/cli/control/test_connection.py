"""How the control plane is reached, and what is said when it is not."""

import shutil
import subprocess
import sys

import grpc
import pytest

from servers.control import FakeControl, Refusal
from servers.ports import free_port
from turnout.cli.exit_codes import ExitCode
from turnout.control.v1 import flag_pb2

NO_FLAGS = flag_pb2.ListFlagsResponse()


@pytest.fixture
def flags(plane):
    plane.answers["ListFlags"] = NO_FLAGS
    return plane


def test_nobody_there_says_where_and_what_to_do(run):
    address = f"127.0.0.1:{free_port()}"
    done = run("flag", "get", "--control", address)
    assert done.code == ExitCode.UNAVAILABLE
    assert done.err == (f"error: no control plane at `{address}`: start one with `turnout serve`\n")


def test_the_address_is_an_option_or_a_variable(run, flags, monkeypatch):
    assert run("flag", "get").code == ExitCode.OK
    monkeypatch.delenv("TURNOUT_CONTROL")
    assert run("flag", "get", "--control", flags.address).code == ExitCode.OK
    assert run("flag", "get", "--control", f"http://{flags.address}/").code == ExitCode.OK


@pytest.mark.parametrize("address", ["", "host", "host:", ":1", "ftp://a:1", "https://a:1/b"])
def test_an_address_that_is_none_is_wrong_usage(run, address):
    done = run("flag", "get", "--control", address)
    assert done.code == ExitCode.USAGE
    assert "is no address: write HOST:PORT" in done.err


def test_a_token_comes_from_the_environment_or_before_it_from_a_file(
    run, flags, monkeypatch, tmp_path
):
    run("flag", "get")
    monkeypatch.setenv("TURNOUT_TOKEN", "of-the-environment")
    run("flag", "get")
    file = tmp_path / "token"
    file.write_text("of-the-file\n")
    run("flag", "get", "--token-file", file)
    told = [one.token for one in flags.asked]
    assert told == ["", "Bearer of-the-environment", "Bearer of-the-file"]


def test_a_token_file_that_cannot_be_used_is_named(run, flags, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    for file, why in ((empty, "is empty"), (tmp_path / "none", "no such file")):
        done = run("flag", "get", "--token-file", file)
        assert done.code == ExitCode.USAGE
        assert str(file) in done.err
        assert why in done.err
    assert not flags.asked


def test_a_token_does_not_travel_in_the_clear_to_another_machine(run, monkeypatch):
    monkeypatch.setenv("TURNOUT_TOKEN", "secret")
    done = run("flag", "get", "--control", "192.0.2.1:8015")
    assert done.code == ExitCode.USAGE
    assert "for everybody to read" in done.err
    assert "--control-ca" in done.err
    allowed = run("flag", "get", "--control", "http://192.0.2.1:8015", "--timeout", "0.05")
    assert allowed.code in (ExitCode.DEADLINE, ExitCode.UNAVAILABLE)


def test_no_answer_in_time_says_so(run, flags):
    flags.answers["ListFlags"] = lambda _: __import__("time").sleep(0.5) or NO_FLAGS
    done = run("flag", "get", "--timeout", "0.1")
    assert done.code == ExitCode.DEADLINE
    assert "did not answer in time: raise `--timeout`" in done.err


def test_a_server_that_is_no_control_plane_is_told(run, plane):
    assert not plane.answers
    done = run("flag", "get")
    assert done.code == ExitCode.REFUSED
    assert "is no control plane, or an older one" in done.err


@pytest.mark.parametrize(
    ("code", "ends_with"),
    [
        (grpc.StatusCode.NOT_FOUND, ExitCode.NOT_FOUND),
        (grpc.StatusCode.INVALID_ARGUMENT, ExitCode.REFUSED),
        (grpc.StatusCode.ALREADY_EXISTS, ExitCode.REFUSED),
        (grpc.StatusCode.FAILED_PRECONDITION, ExitCode.REFUSED),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ExitCode.REFUSED),
        (grpc.StatusCode.INTERNAL, ExitCode.REFUSED),
        (grpc.StatusCode.ABORTED, ExitCode.CONFLICT),
        (grpc.StatusCode.UNAUTHENTICATED, ExitCode.DENIED),
        (grpc.StatusCode.PERMISSION_DENIED, ExitCode.DENIED),
        (grpc.StatusCode.UNAVAILABLE, ExitCode.UNAVAILABLE),
        (grpc.StatusCode.DEADLINE_EXCEEDED, ExitCode.DEADLINE),
    ],
)
def test_each_status_has_its_exit_code(run, plane, code, ends_with):
    def refuse(_):
        raise Refusal(code, "why it is so", reason="A_REASON", metadata={"part": "x"})

    plane.answers["ListFlags"] = refuse
    done = run("flag", "get")
    assert done.code == ends_with
    assert done.err.startswith("error: why it is so")
    told = run("flag", "get", "--output", "json")
    assert told.code == ends_with
    error = __import__("json").loads(told.err)["error"]
    assert error["code"] == code.name
    assert error["reason"] == "A_REASON"
    assert error["metadata"] == {"part": "x"}
    assert error["exit_code"] == ends_with


def test_fields_that_are_wrong_stand_below_the_message(run, plane):
    def refuse(_):
        raise Refusal(
            grpc.StatusCode.INVALID_ARGUMENT,
            "`x` is no field (and 1 more)",
            reason="BAD_VALUE",
            violations=[("filter", "`x` is no field"), ("page_size", "must not be negative")],
        )

    plane.answers["ListFlags"] = refuse
    done = run("flag", "get", "--filter", "x = 1")
    assert done.err == "error: `x` is no field (and 1 more)\n  page_size: must not be negative\n"


def test_who_has_no_token_is_told_where_one_goes(run, plane, monkeypatch):
    def refuse(_):
        raise Refusal(grpc.StatusCode.UNAUTHENTICATED, "a token is wanted", reason="NO_TOKEN")

    plane.answers["ListFlags"] = refuse
    assert "set TURNOUT_TOKEN or give `--token-file`" in run("flag", "get").err
    monkeypatch.setenv("TURNOUT_TOKEN", "wrong")
    assert "set TURNOUT_TOKEN" not in run("flag", "get").err


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=turnout", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command = ["openssl", "req", *options, *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def secure(certificate):
    pair = ((certificate / "key.pem").read_bytes(), (certificate / "cert.pem").read_bytes())
    root = pair[1]
    fake = FakeControl(grpc.ssl_server_credentials([pair], root, require_client_auth=True))
    fake.answers["ListFlags"] = NO_FLAGS
    yield fake
    fake.close()


def test_tls_both_ways(run, secure, certificate):
    cert, key = certificate / "cert.pem", certificate / "key.pem"
    trusting = ["flag", "get", "--control", secure.address, "--control-ca", cert]
    done = run(*trusting, "--control-cert", cert, "--control-key", key)
    assert done.code == ExitCode.OK, done.err
    unknown = run(*trusting, "--timeout", "5")
    assert unknown.code == ExitCode.UNAVAILABLE


def test_a_server_that_is_not_trusted_is_not_called_absent(run, secure):
    done = run("flag", "get", "--control", f"https://{secure.address}", "--timeout", "5")
    assert done.code == ExitCode.UNAVAILABLE
    assert "is not trusted" in done.err


def test_options_of_tls_that_contradict_are_refused(run, certificate):
    cert = certificate / "cert.pem"
    assert "belong together" in run("flag", "get", "--control-cert", cert).err
    plain = run("flag", "get", "--control", "http://a:1", "--control-ca", cert)
    assert plain.code == ExitCode.USAGE
    assert "is without TLS" in plain.err


def test_commands_that_decide_bring_no_grpc(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("flags: {x: {variants: {on: true}, default: on}}")
    for command in (["decide", "x", "--documents", str(file)], ["--help"], ["segment", "--help"]):
        script = (
            "import sys\nfrom turnout.cli import main\n"
            f"sys.argv = ['turnout', *{command}]\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "print('\\nimported', *sys.modules)"
        )
        printed = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        )
        imported = printed.stdout.rpartition("\nimported ")[2].split()
        assert "turnout.cli.app" in imported
        assert not {"grpc", "sqlalchemy", "turnout.cli.control.items"} & set(imported)

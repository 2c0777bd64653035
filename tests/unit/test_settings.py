"""What `turnout serve` goes by: defaults, the environment, and what is refused with advice."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from turnout.addresses import default_socket, split_address
from turnout.releases.releases import KEEP_FOR, KEEP_NEWEST
from turnout.serving.launch import server_from_json, to_json, worker_from_json
from turnout.settings import ServeSettings


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


def refused(**given) -> str:
    with pytest.raises(ValidationError) as caught:
        ServeSettings(documents="d", **given)
    return str(caught.value)


def test_the_defaults_are_loopback_and_the_state_folder(tmp_path):
    launch = ServeSettings(documents="documents").launch()
    state = tmp_path / "home" / ".local" / "state" / "turnout"
    assert launch["listen"] == "127.0.0.1:8013"
    assert launch["admin_listen"] == "127.0.0.1:8014"
    assert launch["unix_socket"] == str(state / "turnout.sock")
    assert launch["worker"]["state_dir"] == str(state)
    assert launch["worker"]["documents"] == str(Path("documents").absolute())
    assert launch["threads"] >= 1
    assert launch["limits"] == {
        "request_bytes": 1 << 20,
        "batch_keys": 1000,
        "attributes": 1000,
        "list_length": 10_000,
        "string_bytes": 65_536,
        "depth": 16,
    }


def test_the_xdg_folders_are_heeded(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    launch = ServeSettings(documents="d").launch()
    assert launch["worker"]["state_dir"] == str(tmp_path / "state" / "turnout")
    assert launch["unix_socket"] == str(tmp_path / "turnout.sock")


def test_a_runtime_folder_that_is_not_there_is_passed_over(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nowhere"))
    assert default_socket(tmp_path) == tmp_path / "turnout.sock"


def test_the_environment_gives_what_the_command_line_does_not(monkeypatch):
    monkeypatch.setenv("TURNOUT_LISTEN", "127.0.0.1:9000")
    monkeypatch.setenv("TURNOUT_MAX_BATCH_KEYS", "7")
    monkeypatch.setenv("TURNOUT_GRACE", "3")
    settings = ServeSettings(documents="d", grace=4)
    assert settings.listen == "127.0.0.1:9000"
    assert settings.max_batch_keys == 7
    assert settings.grace == 4


@pytest.mark.parametrize("name", ["listen", "admin_listen"])
@pytest.mark.parametrize("address", ["0.0.0.0:8013", "[::]:8013", "192.0.2.1:8013"])
def test_other_machines_are_let_in_only_when_the_operator_says_so(name, address):
    message = refused(**{name: address})
    assert "no authentication yet" in message
    assert "--allow-remote" in message
    launch = ServeSettings(documents="d", allow_remote=True, **{name: address}).launch()
    assert launch[name] == address


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("127.0.0.1:0", "127.0.0.1", 0),
        ("[::1]:8013", "::1", 8013),
        ("localhost:1", "127.0.0.1", 1),
        ("127.8.9.1:65535", "127.8.9.1", 65535),
    ],
)
def test_addresses_are_read(written, host, port):
    assert split_address(written) == (host, port)
    assert ServeSettings(documents="d", listen=written).listen.endswith(f":{port}")


@pytest.mark.parametrize(
    "written", ["", "8013", ":8013", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "a.example:1"]
)
def test_what_is_no_address_is_refused(written):
    assert "write" in refused(listen=written)


def test_none_switches_an_address_off_but_not_all():
    launch = ServeSettings(documents="d", listen="none", admin_listen="none").launch()
    assert launch["listen"] is None
    assert launch["admin_listen"] is None
    assert ServeSettings(documents="d", unix_socket="none").launch()["unix_socket"] is None
    assert "nothing would answer" in refused(listen="none", unix_socket="none")


def test_a_state_folder_among_the_documents_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="lies among the documents"):
        ServeSettings(documents=tmp_path, state_dir=tmp_path / "state")


SIDECAR = {"role": "sidecar", "origin": "http://127.0.0.1:8016"}


def sidecar_refused(**given) -> str:
    with pytest.raises(ValidationError) as caught:
        ServeSettings(**SIDECAR | given)
    return caught.value.errors(include_input=False)[0]["msg"]


def test_a_sidecar_has_an_origin_and_no_documents():
    launch = ServeSettings(**SIDECAR, from_token_file="t", poll=2, watch=False).launch()
    assert launch["origin"] == {
        "url": "http://127.0.0.1:8016/v1/snapshot",
        "token_file": str(Path("t").absolute()),
        "ca": "",
        "cert": "",
        "key": "",
        "poll_s": 2,
        "watch": False,
        "most_bytes": 256 << 20,
        "most_set_bytes": 4 << 30,
    }
    assert launch["worker"]["documents"] == ""
    assert ServeSettings(documents="d").launch()["origin"] is None


def test_the_origin_and_the_token_come_from_the_environment_too(monkeypatch):
    monkeypatch.setenv("TURNOUT_ROLE", "sidecar")
    monkeypatch.setenv("TURNOUT_FROM", "https://store.example/current")
    monkeypatch.setenv("TURNOUT_FROM_TOKEN", "secret")
    launch = ServeSettings().launch()
    assert launch["origin"]["url"] == "https://store.example/current"
    assert "secret" not in to_json(launch)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://[::1]:1", "http://[::1]:1/v1/snapshot"),
        ("https://a.example/", "https://a.example/v1/snapshot"),
        ("https://a.example/x?y=z", "https://a.example/x?y=z"),
        ("file:///a/b", "file:///a/b"),
        ("s3://shop/a%20b/current", "s3://shop/a%20b/current"),
        ("gs://shop/current", "gs://shop/current"),
        ("az://shop/current", "az://shop/current"),
        ("HTTPS://plane.example/v1/snapshot", "https://plane.example/v1/snapshot"),
    ],
)
def test_an_origin_is_a_url(written, url):
    assert ServeSettings(role="sidecar", origin=written).launch()["origin"]["url"] == url


@pytest.mark.parametrize(
    "written",
    [
        "a.example",
        "a.example:8016",
        "ftp://a.example/",
        "http://",
        "http://a.example:port/",
        "http://a.example:70000/",
        "file:///",
        "file://a/b",
        "file:a",
        "http://user:password@a.example/",
        "http://a.example/#x",
        "http://[::1/",
    ],
)
def test_what_is_no_origin_is_refused_and_not_repeated(written):
    with pytest.raises(ValidationError) as caught:
        ServeSettings(role="sidecar", origin=written)
    told = caught.value.errors(include_input=False, include_url=False)[0]["msg"]
    assert "snapshots" in told
    assert "password@" not in told


def test_what_does_not_fit_a_role_is_refused_with_advice():
    assert "add `--from URL`" in sidecar_refused(origin="")
    assert "leave the folder away" in sidecar_refused(documents="d")
    assert "add `--role sidecar`" in refused(origin="http://127.0.0.1:1")
    assert "https" in sidecar_refused(from_ca="ca.pem")
    assert "add `--from-cert`" in sidecar_refused(origin="https://a.example", from_key="k")
    told = sidecar_refused(from_token="sec ret")
    assert "TURNOUT_FROM_TOKEN" in told
    assert "sec ret" not in told


@pytest.mark.parametrize(
    "written",
    [
        "s3://",
        "s3:///key",
        "gs://shop",
        "az://shop/",
        "s3://shop/a//b",
        "s3://shop/a/../b",
        "s3://user:password@shop/key",
        "s3://shop:80/key",
        "s3://shop/key?sig=password@",
        "s3://shop/key#x",
    ],
)
def test_what_is_no_object_is_refused_on_both_sides(written):
    for told in (sidecar_refused(origin=written), store_refused(snapshots_to=written)):
        assert "://BUCKET/KEY" in told
        assert "password@" not in told


@pytest.mark.parametrize(
    "written", ["http://a.example/x", "https://u:password@h/", "file:///", "file:///a/", "file:a"]
)
def test_where_nothing_can_be_written_is_refused(written):
    told = store_refused(snapshots_to=written)
    assert "write file:///FOLDER/NAME, s3://BUCKET/KEY" in told
    assert "password@" not in told


def test_snapshots_are_written_by_what_has_a_store(monkeypatch):
    monkeypatch.setenv("TURNOUT_SNAPSHOTS_TO", "file:///srv/current.snapshot")
    for role in ("all", "control"):
        control = ServeSettings(role=role).launch()["worker"]["control"]
        assert control["snapshots_to"] == "file:///srv/current.snapshot"
    assert "is for a control plane" in refused()
    assert "is for a control plane" in sidecar_refused()


def test_the_credentials_of_a_bucket_are_in_the_environment():
    for token in ({"from_token": "t"}, {"from_token_file": "t"}):
        assert "is in the environment" in sidecar_refused(origin="s3://shop/key", **token)


def test_a_missing_extra_is_told_at_start(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for told in (
        sidecar_refused(origin="gs://shop/key"),
        store_refused(snapshots_to="s3://shop/key"),
    ):
        assert "needs obstore, which is not installed: pip install 'turnout[objects]'" in told
    assert ServeSettings(snapshots_to="file:///a/b").launch()["worker"]["control"]


def test_a_socket_path_that_the_kernel_does_not_take_is_refused():
    assert "longer than 107 bytes" in refused(unix_socket="/" + "x" * 107)
    ServeSettings(documents="d", unix_socket="/" + "x" * 106)


def test_what_is_launched_survives_json():
    launch = ServeSettings(documents="é").launch()
    assert server_from_json(to_json(launch)) == launch
    assert worker_from_json(to_json(launch["worker"])) == launch["worker"]


def store_refused(**given) -> str:
    with pytest.raises(ValidationError) as caught:
        ServeSettings(**given)
    return caught.value.errors(include_input=False)[0]["msg"]


class TestStore:
    def test_without_documents_there_is_one_in_the_state_folder(self, tmp_path):
        settings = ServeSettings(state_dir=tmp_path)
        launch = settings.launch()
        assert settings.store_url() == f"sqlite:///{tmp_path}/store.db"
        assert launch["decides"]
        assert launch["worker"]["documents"] == ""
        assert launch["worker"]["control"] == {
            "store": f"sqlite:///{tmp_path}/store.db",
            "listen": "127.0.0.1:8015",
            "snapshots_listen": "127.0.0.1:8016",
            "admin_listen": None,
            "snapshots_to": "",
            "authentication": False,
            "tls_cert": "",
            "tls_key": "",
            "tls_client_ca": "",
            "client_roles": {},
            "require_second_person": False,
            "keep_snapshots": 1000,
            "keep_snapshots_s": 30 * 86_400.0,
            "connections": "",
            "query_folders": [],
            "evaluations": 2,
            "grace_s": 10.0,
        }

    def test_queries_read_what_is_declared(self, tmp_path, monkeypatch):
        declared = tmp_path / "connections.yaml"
        declared.write_text("connections: {}")
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
        monkeypatch.setenv("TURNOUT_QUERY_FOLDERS", f"{folders[0]}:{folders[1]}")
        settings = ServeSettings(connections=declared, evaluations=4)
        control = settings.launch()["worker"]["control"]
        assert control["connections"] == str(declared)
        assert control["query_folders"] == [str(one) for one in folders]
        assert control["evaluations"] == 4

    @pytest.mark.parametrize(
        ("given", "told"),
        [({"connections": "nowhere.yaml"}, "`--connections nowhere.yaml` is no file"),
         ({"query_folders": ["nowhere"]}, "`--query-folder nowhere` is no folder"),
         ({"documents": "d", "query_folders": ["/"]}, "are for a control plane"),
         ({"evaluations": 0}, "greater than or equal to 1")],
    )  # fmt: skip
    def test_what_queries_cannot_have_is_refused(self, given, told):
        assert told in store_refused(**given)

    def test_with_documents_and_in_a_sidecar_there_is_none(self):
        for settings in (ServeSettings(documents="d"), ServeSettings(**SIDECAR)):
            assert settings.store_url() == ""
            assert settings.launch()["worker"]["control"] is None

    def test_a_password_stays_out_of_arguments(self, monkeypatch):
        monkeypatch.setenv(
            "TURNOUT_STORE", "postgresql://u:secret@db:5/t?host=/run&password=secret"
        )
        settings = ServeSettings(role="control")
        launch = settings.launch()
        assert "secret" in settings.store_url()
        assert "secret" not in to_json(launch)
        assert "secret" not in repr(settings)
        assert launch["worker"]["control"]["store"] == "postgresql://u@db:5/t?host=/run"
        assert not launch["decides"]

    @pytest.mark.parametrize("address", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"])
    @pytest.mark.parametrize("name", ["control_listen", "snapshots_listen"])
    def test_other_machines_need_tls_and_authentication(self, name, address):
        tls = {"tls_cert": "c", "tls_key": "k"}
        assert "add `--tls-cert` and `--tls-key`" in store_refused(**{name: address})
        open_to_all = {name: address, "authentication": False} | tls
        assert "leave `--no-authentication` away" in store_refused(**open_to_all)
        for given in (tls, {"tls": False}):
            control = ServeSettings(**{name: address}, **given).launch()["worker"]["control"]
            assert control["authentication"]
        told = ServeSettings(**open_to_all, allow_remote=True).launch()["worker"]["control"]
        assert not told["authentication"]

    @pytest.mark.parametrize("name", ["control_listen", "snapshots_listen"])
    def test_what_lets_one_thing_be_does_not_lift_the_other(self, name):
        at = {name: "0.0.0.0:1"}
        assert "or `--no-tls` if" in store_refused(**at, allow_remote=True)
        without = {"authentication": False}
        assert "or `--no-tls` if" in store_refused(**at, **without, allow_remote=True)
        assert "or add `--allow-remote` if" in store_refused(**at, **without, tls=False)
        told = ServeSettings(**at, **without, allow_remote=True, tls=False)
        control = told.launch()["worker"]["control"]
        assert (control["authentication"], control["tls_cert"]) == (False, "")

    def test_tls_is_lifted_by_the_environment_too(self, monkeypatch):
        monkeypatch.setenv("TURNOUT_TLS", "false")
        assert ServeSettings(control_listen="0.0.0.0:1").launch()["worker"]["control"]
        assert "`--no-tls` and `--tls-cert` are opposites" in store_refused(
            tls_cert="c", tls_key="k"
        )

    def test_roles_of_certificates_come_from_the_environment(self, monkeypatch):
        monkeypatch.setenv("TURNOUT_CLIENT_ROLES", '{"spiffe://a/b": "publisher"}')
        control = ServeSettings().launch()["worker"]["control"]
        assert control["client_roles"] == {"spiffe://a/b": "publisher"}
        monkeypatch.setenv("TURNOUT_CLIENT_ROLES", '{"spiffe://a/b": "boss"}')
        assert "viewer" in store_refused()

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"documents": "d", "store": "sqlite:////s.db"}, "documents or a store"),
            ({"documents": "d", "role": "control"}, "documents or a store"),
            (SIDECAR | {"store": "sqlite:////s.db"}, "a sidecar has no store"),
            ({"store": "sqlite://"}, "sqlite:////folder/file.db"),
            ({"store": "postgresql://u:secret@[db/t"}, "the store is `sqlite"),
            ({"store": "mysql://secret@h/d"}, "postgresql://USER@HOST/DATABASE"),
            ({"tls_cert": "c"}, "give both or none"),
            ({"tls_client_ca": "c"}, "needs TLS"),
            (
                {"role": "control", "control_listen": "none", "snapshots_listen": "none"},
                "nothing would answer",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused_with_advice(self, given, told):
        message = store_refused(**given)
        assert told in message
        assert "secret" not in message

    def test_a_control_plane_alone_needs_no_address_for_decisions(self):
        settings = ServeSettings(role="control", listen="none", unix_socket="none")
        assert not settings.launch()["decides"]

    def test_how_many_snapshots_stay_comes_from_the_environment(self, monkeypatch):
        defaults = ServeSettings().launch()["worker"]["control"]
        assert defaults["keep_snapshots"] == KEEP_NEWEST
        assert defaults["keep_snapshots_s"] == KEEP_FOR.total_seconds()
        monkeypatch.setenv("TURNOUT_KEEP_SNAPSHOTS", "3")
        monkeypatch.setenv("TURNOUT_KEEP_SNAPSHOTS_DAYS", "0.5")
        control = ServeSettings().launch()["worker"]["control"]
        assert (control["keep_snapshots"], control["keep_snapshots_s"]) == (3, 43_200)
        monkeypatch.setenv("TURNOUT_KEEP_SNAPSHOTS", "0")
        assert "greater than or equal to 1" in store_refused()

    def test_health_of_a_control_plane_alone_is_its_own(self):
        control = ServeSettings(role="control").launch()["worker"]["control"]
        assert control["admin_listen"] == "127.0.0.1:8017"
        nowhere = ServeSettings(role="control", admin_listen="none").launch()["worker"]["control"]
        assert nowhere["admin_listen"] is None

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("listen", "127.0.0.1:1"),
            ("unix_socket", "/run/t.sock"),
            ("ready_max_age", "60"),
            ("stale_after", "60"),
            ("threads", "2"),
            ("sticky", "embedded"),
        ],
    )
    def test_what_is_for_decisions_is_refused_where_none_are_made(self, name, value, monkeypatch):
        assert ServeSettings(**{name: value})
        told = store_refused(role="control", **{name: value})
        option = f"--{name.replace('_', '-')}"
        assert f"`{option}` (`TURNOUT_{name.upper()}`) is for decisions" in told
        monkeypatch.setenv(f"TURNOUT_{name.upper()}", value)
        assert option in store_refused(role="control")

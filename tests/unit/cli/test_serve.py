"""What the options of `turnout serve` come to: what the serving process is told."""

import json
import os

import pytest

from turnout.cli.exit_codes import ExitCode


@pytest.fixture
def launched(monkeypatch, run):
    """Gives what the serving process would be told, and the refusal of what is none."""

    class Replaced(BaseException):
        pass

    def replace(_, command, __):
        raise Replaced(command[-1])

    monkeypatch.setattr(os, "execve", replace)

    def launched(*arguments):
        with pytest.raises(Replaced) as replaced:
            run("serve", *arguments)
        return json.loads(str(replaced.value))

    return launched


def test_tls_is_lifted_by_its_own_words(run, launched):
    remote = ("--role", "control", "--control-listen", "192.0.2.1:1")
    for words in ((), ("--allow-remote",)):
        refused = run("serve", *remote, *words)
        assert refused.code == ExitCode.USAGE
        assert "or `--no-tls` if" in refused.err
    control = launched(*remote, "--no-tls")["worker"]["control"]
    assert (control["listen"], control["authentication"]) == ("192.0.2.1:1", True)
    assert launched("--role", "control")["worker"]["control"]["tls_cert"] == ""

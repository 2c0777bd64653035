"""`turnout schedule`, asked of a real control plane."""

from datetime import UTC, datetime, timedelta

import pytest

from turnout.cli.control.kinds import KINDS
from turnout.cli.exit_codes import ExitCode
from turnout.control.scheduling.verbs import PARAMETERS, verb_number

DOCUMENTS = """\
flags:
  checkout:
    variants: {on: true, off: false}
    default: off
    rules: [{name: ramp, split: {on: 1%, off: 99%}}]
experiments:
  button:
    variants: {control: {weight: 50%, value: 1}, green: {weight: 50%, value: 2}}
"""
DAY = timedelta(days=1)


def after(days):
    return f"{datetime.now(UTC) + days * DAY:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def applied(run, plane, tmp_path):
    file = tmp_path / "documents.yaml"
    file.write_text(DOCUMENTS)
    done = run("apply", file, "--yes", "--publish")
    assert done.code == ExitCode.OK, done.err
    return plane


@pytest.mark.usefixtures("applied")
class TestSchedule:
    def test_the_life_of_an_experiment(self, run):
        done = run("schedule", "experiment", "start", "button", "--at", after(1), "-m", "sale")
        assert done.code == ExitCode.OK, done.err
        assert "experiments/button   start" in done.out
        words = ("--winner", "green", "--winner-for", "everyone", "--no-publish", "-o", "json")
        end = run("schedule", "experiment", "conclude", "button", "--at", after(2), *words)
        (made,) = end.json
        assert made["action"] == {
            "move": {
                "verb": "SCHEDULED_VERB_CONCLUDE",
                "winner": "green",
                "winner_for": "WINNER_FOR_EVERYONE",
            }
        }
        assert (made["skip_publish"], made["state"]) == (True, "pending")
        listed = run("schedule", "list", "--item", "experiments/button")
        assert "conclude winner=green winner_for=everyone" in listed.out
        assert "sale" in listed.out
        assert len(listed.out.splitlines()) == 3

    def test_a_ramp_of_traffic(self, run):
        run("experiment", "start", "button")
        steps = [f"{name}{share}@{after(at)}" for at, (name, share) in
                 enumerate([("", "10%"), ("half:", "50%"), ("", "100%")], 1)]  # fmt: skip
        made = run("schedule", "experiment", "traffic", "button", *steps, "-o", "json").json
        assert [(one["step"], one["action"]) for one in made] == [
            ("10%", {"traffic": "10%"}),
            ("half", {"traffic": "50%"}),
            ("100%", {"traffic": "100%"}),
        ]

    def test_weights_and_the_split_of_a_rule(self, run):
        run("experiment", "start", "button")
        done = run("schedule", "experiment", "weights", "button", f"green=10%@{after(1)}")
        assert "weights green=10%" in done.out, done.err
        done = run("schedule", "flag", "split", "checkout", "ramp", f"on=50%,off=50%@{after(1)}")
        assert "split of ramp: on=50%, off=50%" in done.out, done.err

    def test_one_is_shown_and_taken_back(self, run):
        (made,) = run(
            "schedule", "flag", "disable", "checkout", "--at", after(1), "-o", "json"
        ).json
        number = made["name"].rpartition("/")[2]
        assert "state       pending" in run("schedule", "get", number).out
        assert run("schedule", "approve", number).code == ExitCode.DENIED
        done = run("schedule", "cancel", number)
        assert done.out == f"cancelled: `scheduledChanges/{number}` of flags/checkout\n"
        assert run("schedule", "cancel", number).code == ExitCode.REFUSED
        assert len(run("schedule", "list").out.splitlines()) == 1
        assert "cancelled" in run("schedule", "list", "--ended").out
        assert run("schedule", "get", "999").code == ExitCode.NOT_FOUND

    def test_a_dry_run_schedules_nothing(self, run):
        done = run("schedule", "flag", "disable", "checkout", "--at", after(1), "--dry-run")
        assert done.out.endswith("only checked: nothing was scheduled\n")
        assert run("schedule", "list", "-o", "json").json == []

    @pytest.mark.parametrize("step", ["10%", "@2030-01-01T00:00:00Z", "10%@tomorrow", "10%@12:00"])
    def test_what_is_no_step_is_told(self, run, step):
        done = run("schedule", "experiment", "traffic", "button", step)
        assert done.code == ExitCode.USAGE
        assert "2026-01-31T12:00:00Z" in done.err

    def test_a_time_that_is_past_is_refused(self, run):
        done = run("schedule", "flag", "enable", "checkout", "--at", after(-1))
        assert done.code == ExitCode.REFUSED
        assert "is past: do it at once by its own verb" in done.err


def test_the_parameters_of_verbs_are_the_options_of_the_commands():
    options = {
        (kind.name, verb.name): tuple(one.field for one in verb.options)
        for kind in KINDS.values()
        for verb in kind.verbs
        if verb.options
    }
    assert options == dict(PARAMETERS)
    assert all(verb_number(verb.name) for kind in KINDS.values() for verb in kind.verbs)

"""What a worker keeps, says and counts; with a real folder and the real compiler."""

import json
import logging
import shutil

import pytest

from turnout.embedded import Engine
from turnout.releases import publisher as publisher_module
from turnout.releases.publisher import Publisher
from turnout.results import Context
from turnout.sources.folder import FolderSource
from turnout.sources.last_known_good import StateFolder, open_sealed

FLAG = "flags: {{{key}: {{variants: {{on: true, off: false}}, default: {default}}}}}\n"


class Place:
    def __init__(self, root):
        self.documents = root / "documents"
        self.documents.mkdir()
        self.state = root / "state"
        self.write("a", "on")

    def write(self, key, default):
        (self.documents / f"{key}.yaml").write_text(FLAG.format(key=key, default=default))

    def publisher(self) -> Publisher:
        return Publisher(FolderSource(self.documents), StateFolder(self.state))

    def decide(self, key="a"):
        engine = Engine.from_snapshot((self.state / "last-known-good.snapshot").read_bytes())
        return engine.decide(key, Context("u-1"))


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def short(event):
    return event["event"], event.get("revision")


def test_the_first_reading_is_published(place):
    event = place.publisher().publish()
    assert short(event) == ("published", 1)
    kept = open_sealed((place.state / "last-known-good.snapshot").read_bytes())
    assert (event["id"], event["seal"]) == (kept.header.id, kept.seal)
    assert kept.header.published_by == "folder"
    assert kept.header.published_at.seconds > 0
    assert place.decide().variant == "on"


def test_nothing_new_is_confirmed_and_moves_the_time(place):
    publisher = place.publisher()
    publisher.publish()
    assert short(publisher.publish()) == ("confirmed", 1)
    (place.documents / "a.yaml").write_text("# a remark\n" + FLAG.format(key="a", default="on"))
    assert short(publisher.publish()) == ("confirmed", 1)


def test_revisions_count_new_ids_over_restarts(place):
    assert short(place.publisher().publish()) == ("published", 1)
    assert short(place.publisher().publish()) == ("confirmed", 1)
    place.write("a", "off")
    assert short(place.publisher().publish()) == ("published", 2)
    place.write("a", "on")
    assert short(place.publisher().publish()) == ("published", 3)


def test_a_broken_item_keeps_the_id_and_is_published_as_a_problem(place):
    publisher = place.publisher()
    good = publisher.publish()
    place.write("a", "of")
    broken = publisher.publish()
    assert short(broken) == ("published", 1)
    assert (broken["id"], broken["problems"]) == (good["id"], 1)
    assert broken["seal"] != good["seal"]
    assert place.decide().variant == "on"


def test_the_good_documents_survive_a_restart(place):
    place.publisher().publish()
    place.write("a", "of")
    place.write("b", "off")
    assert short(place.publisher().publish()) == ("published", 2)
    assert place.decide("a").variant == "on"
    assert place.decide("b").variant == "off"


def test_a_broken_item_is_quarantined_without_history(place):
    place.write("b", "of")
    place.publisher().publish()
    assert place.decide("b").reason == "QUARANTINED"
    assert place.decide("a").variant == "on"


def test_problems_are_logged_with_their_place(place, caplog):
    place.write("b", "of")
    with caplog.at_level(logging.WARNING):
        place.publisher().publish()
    assert any("b.yaml:1:" in record.getMessage() for record in caplog.records)


def test_dynamic_segments_that_nobody_evaluates_are_told_of(place, caplog):
    with caplog.at_level(logging.WARNING):
        publisher = place.publisher()
        publisher.publish()
        assert not caplog.records
        query = "queries: {q: {sql: select 1 as unit_id}}\n"
        (place.documents / "s.yaml").write_text(
            query + "segments: {s: {kind: dynamic, query: q}}\n"
        )
        publisher.publish()
        publisher.publish()
    assert ["a control plane" in record.getMessage() for record in caplog.records] == [True]


def test_a_folder_that_is_gone_is_a_failure_said_once(place, caplog):
    publisher = place.publisher()
    publisher.publish()
    place.documents.rename(place.documents.with_name("away"))
    with caplog.at_level(logging.INFO):
        assert publisher.publish()["event"] == "failed"
        assert publisher.publish()["event"] == "failed"
        place.documents.with_name("away").rename(place.documents)
        assert short(publisher.publish()) == ("confirmed", 1)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["ERROR", "INFO"]


def test_a_bug_in_the_compiler_is_a_failure_and_the_next_reading_is_tried(place, monkeypatch):
    publisher = place.publisher()
    publisher.publish()

    def broken(*_arguments, **_options):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(publisher_module, "compile_documents", broken)
    place.write("a", "off")
    event = publisher.publish()
    assert event == {"event": "failed", "message": "ZeroDivisionError while compiling: oops"}
    monkeypatch.undo()
    assert short(publisher.publish()) == ("published", 2)


def test_a_state_folder_that_cannot_be_written_is_a_failure(place):
    publisher = place.publisher()
    publisher.publish()
    shutil.rmtree(place.state)
    place.state.write_text("in the way")
    place.write("a", "off")
    event = publisher.publish()
    assert event["event"] == "failed"
    assert "state folder" in event["message"]
    place.state.unlink()
    assert short(publisher.publish()) == ("published", 2)


def test_a_state_folder_that_was_cleared_is_written_again(place):
    publisher = place.publisher()
    first = publisher.publish()
    shutil.rmtree(place.state)
    again = publisher.publish()
    assert short(again) == ("published", 1)
    assert again["id"] == first["id"]
    assert place.decide().variant == "on"
    assert short(place.publisher().publish()) == ("confirmed", 1)


@pytest.mark.parametrize("content", [b"", b"x", None])
def test_a_damaged_snapshot_keeps_its_revision_by_the_history(place, content):
    place.publisher().publish()
    place.write("a", "off")
    place.publisher().publish()
    kept = place.state / "last-known-good.snapshot"
    if content is None:
        kept.unlink()
    else:
        kept.write_bytes(content)
    assert short(place.publisher().publish()) == ("published", 2)
    place.write("a", "on")
    assert short(place.publisher().publish()) == ("published", 3)


@pytest.mark.parametrize(
    "saved", [[], {}, {"revision": "x", "documents": 3}, {"revision": None, "id": [], "x": 1}]
)
def test_a_history_that_makes_no_sense_is_written_anew(place, saved):
    place.publisher().publish()
    (place.state / "history.json").write_text(json.dumps(saved))
    assert short(place.publisher().publish()) == ("confirmed", 1)
    place.write("a", "of")
    assert place.publisher().publish()["event"] == "published"
    assert place.decide().variant == "on"


def test_a_crash_between_history_and_snapshot_is_no_harm(place, monkeypatch):
    publisher = place.publisher()
    publisher.publish()
    place.write("a", "off")

    def crash(_state, _sealed):
        raise KeyboardInterrupt

    monkeypatch.setattr(StateFolder, "write_snapshot", crash)
    with pytest.raises(KeyboardInterrupt):
        publisher.publish()
    monkeypatch.undo()
    assert place.decide().variant == "on"
    assert short(place.publisher().publish()) == ("published", 2)


def test_another_folder_takes_the_state_over_and_counts_on(place, tmp_path):
    place.publisher().publish()
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other")
    other.state = place.state
    other.write("a", "off")
    assert short(other.publisher().publish()) == ("published", 2)
    assert (place.state / "source").read_text() == str(other.documents)


def test_another_folder_that_cannot_be_read_leaves_the_state_alone(place, tmp_path):
    place.publisher().publish()
    before = (place.state / "last-known-good.snapshot").read_bytes()
    mistyped = Publisher(FolderSource(tmp_path / "mistyped"), StateFolder(place.state))
    assert mistyped.publish()["event"] == "failed"
    assert (place.state / "last-known-good.snapshot").read_bytes() == before
    assert short(place.publisher().publish()) == ("confirmed", 1)

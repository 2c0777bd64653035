"""What is published is the store, whole, once, and only when all of it is good."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from item_bodies import RULE, experiment, flag, split

from turnout.engine import Program
from turnout.releases.errors import HasProblems, NeedsSecondPerson, PlanOutdated
from turnout.releases.releases import Releases
from turnout.releases.sealed import content_of
from turnout.snapshot.seal import seal_of
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.sources.last_known_good import open_sealed
from turnout.store import Act, NotFound


def content(room, revision):
    return pb.Content.FromString(content_of(room.sealed(revision)))


def test_nothing_is_current_before_the_first(room):
    assert room.releases.current() is None


def test_the_first_holds_everything(room):
    published = room.publish("first", actor="bert")
    assert (published.revision, published.publisher, published.comment) == (1, "bert", "first")
    assert published.changed == ["flags/new-checkout", "segments/pro"]
    assert room.releases.current() == published
    sealed = room.sealed(1)
    assert (published.seal, published.size_bytes) == (seal_of(sealed), len(sealed))
    header = open_sealed(sealed).header
    assert (header.id, header.revision, header.published_by) == (published.id, 1, "bert")
    assert header.published_at.ToDatetime(UTC) == published.published_at
    assert Program(sealed).snapshot.revision == 1


def test_an_empty_store_is_published_too(store):
    assert Releases(store).publish(Act("bert", "Publish")).changed == []


def test_the_same_content_is_no_new_revision(room):
    first = room.publish()
    assert room.publish("again") == first
    room.change("flag", "new-checkout", body=room.body("flag", "new-checkout") | {"tags": ["x"]})
    assert room.publish().revision == 2


def test_it_is_the_same_in_another_process(room):
    first = room.publish()
    room.change("segment", "pro", body={"match": {"attribute": "plan", "is": "team"}})
    other = Releases(room.store)
    second = other.publish(Act("bert", "Publish"))
    assert (second.revision, second.changed) == (2, ["segments/pro"])
    room.change("segment", "pro", body=RULE)
    third = room.publish()
    assert (third.revision, third.id, third.changed) == (3, first.id, ["segments/pro"])


def test_members_of_static_segments_are_in_it(room):
    room.create("segment", "list", {"kind": "static"}, "active")
    with room.store.write(Act("anna", "AddMembers")) as tx:
        tx.members.add("list", ["u-2", "u-1"])
    room.publish()
    with room.store.write(Act("anna", "RemoveMembers")) as tx:
        tx.members.remove("list", ["u-1"])
        tx.members.add("list", ["u-3"])
    second = room.publish()
    assert second.changed == ["segments/list"]
    found = [
        {segment.key: list(segment.members.unit_ids) for segment in content(room, n).segments}
        for n in (1, 2)
    ]
    assert [one["list"] for one in found] == [["u-1", "u-2"], ["u-2", "u-3"]]


def test_a_paused_rule_segment_goes_on_as_it_was_when_active(room):
    room.publish()
    room.change("segment", "pro", status="paused", active_body=RULE)
    room.change("segment", "pro", body={"match": {"attribute": "plan", "is": "team"}})
    room.publish()
    before, after = (content(room, n).segments[0] for n in (1, 2))
    assert after.status == pb.SEGMENT_STATUS_PAUSED
    assert after.rule == before.rule
    room.change("segment", "pro", status="active")
    room.publish()
    assert content(room, 3).segments[0].rule != before.rule


def test_with_a_problem_nothing_is_published(room):
    room.publish()
    room.change("segment", "pro", body={"match": {"segment": "gone"}})
    room.create("flag", "good", split("10%", "90%"), "enabled")
    with pytest.raises(HasProblems) as refused:
        room.publish()
    (problem,) = refused.value.problems
    assert (problem.name, problem.field) == ("segments/pro", "match.segment")
    assert room.releases.current().revision == 1


def test_a_plan_is_published_while_nothing_changed(room):
    plan = room.releases.plan()
    assert room.publish(plan=plan.plan_id).revision == 1
    plan = room.releases.plan()
    room.create("flag", "late", flag(), "enabled")
    with pytest.raises(PlanOutdated):
        room.publish(plan=plan.plan_id)
    assert room.publish(plan=room.releases.plan().plan_id).revision == 2


def test_a_plan_is_outdated_by_another_release(room):
    room.publish()
    room.create("flag", "late", flag(), "enabled")
    plan = room.releases.plan()
    room.publish()
    room.rollback(1)
    with pytest.raises(PlanOutdated):
        room.publish(plan=plan.plan_id)


def test_a_rollback_is_a_new_revision_with_old_content(room):
    first = room.publish()
    room.change("flag", "new-checkout", body=flag())
    second = room.publish()
    back = room.rollback(1, "wrong")
    assert (back.revision, back.id, back.rollback_of) == (3, first.id, 1)
    assert (back.changed, back.comment) == (["flags/new-checkout"], "wrong")
    assert open_sealed(room.sealed(3)).header.revision == 3
    assert content_of(room.sealed(3)) == content_of(room.sealed(1))
    assert room.body("flag", "new-checkout") == flag()
    again = room.publish()
    assert (again.revision, again.id, again.changed) == (4, second.id, ["flags/new-checkout"])


def test_a_rollback_to_what_is_current_changes_nothing(room):
    first = room.publish()
    assert room.rollback(1) == first


def test_a_rollback_to_nothing_is_refused(room):
    with pytest.raises(NotFound):
        room.rollback(7)


def test_a_publication_that_is_taken_back_leaves_nothing(room):
    first = room.publish()
    room.change("flag", "new-checkout", body=flag())
    with room.store.write(Act("bert", "Publish"), validate_only=True) as tx:
        tried = room.releases.publish_in(tx)
    assert (tried.revision, tried.changed) == (2, ["flags/new-checkout"])
    assert room.releases.current() == first
    room.create("flag", "more", flag(), "enabled")
    assert room.publish().changed == ["flags/more", "flags/new-checkout"]


class TestRetention:
    def publish_many(self, store, releases, count, at):
        for number in range(count):
            with store.write(Act("anna", "CreateFlag", at=at)) as tx:
                tx.items.create("flag", f"f{at:%j}-{number}", flag(), "enabled")
            releases.publish(Act("anna", "Publish", at=at))

    def revisions(self, store):
        with store.read() as tx:
            return [one.revision for one in tx.snapshots.page()]

    def test_the_newest_stay_and_the_young_stay(self, store):
        releases = Releases(store, keep_newest=3, keep_for=timedelta(days=30))
        start = datetime(2026, 1, 1, tzinfo=UTC)
        self.publish_many(store, releases, 4, start)
        assert self.revisions(store) == [4, 3, 2, 1]
        self.publish_many(store, releases, 1, start + timedelta(days=29))
        assert self.revisions(store) == [5, 4, 3, 2, 1]
        self.publish_many(store, releases, 1, start + timedelta(days=31))
        assert self.revisions(store) == [6, 5, 4]


class TestSecondPerson:
    @pytest.fixture
    def strict(self, room):
        room.releases = Releases(room.store, require_second_person=True)
        return room

    def test_the_author_may_not_publish(self, strict):
        with pytest.raises(NeedsSecondPerson) as refused:
            strict.publish(actor="anna")
        assert refused.value.names == ("flags/new-checkout", "segments/pro")
        assert strict.publish(actor="bert").revision == 1

    def test_nor_may_who_changed_the_workspace_before_the_first_publication(self, strict):
        strict.change_workspace(timezone="Europe/Berlin", actor="bert")
        with pytest.raises(NeedsSecondPerson) as refused:
            strict.publish(actor="bert")
        assert refused.value.names == ("workspace",)
        assert "workspace" in strict.publish(actor="carl").changed

    def test_one_of_several_authors_may_not_either(self, strict):
        strict.publish(actor="bert")
        strict.change("segment", "pro", body={"match": {"attribute": "a", "is": 1}}, actor="carl")
        strict.change("segment", "pro", body={"match": {"attribute": "b", "is": 1}}, actor="dora")
        for actor in ("carl", "dora"):
            with pytest.raises(NeedsSecondPerson):
                strict.publish(actor=actor)
        assert strict.publish(actor="anna").revision == 2

    def test_after_a_rollback_the_author_is_still_known(self, strict):
        strict.publish(actor="bert")
        strict.change("flag", "new-checkout", body=flag(), actor="carl")
        strict.publish(actor="bert")
        strict.rollback(1, actor="carl")
        with pytest.raises(NeedsSecondPerson):
            strict.publish(actor="carl")

    @pytest.fixture
    def alone(self, room):
        """Anna published what she alone had changed, as revisions 1 and 3; Bert 2 and 4."""
        room.publish(actor="anna")
        room.change("flag", "new-checkout", body=flag(), actor="carl")
        room.publish(actor="bert")
        room.change("flag", "new-checkout", body=flag(default="on"), actor="anna")
        room.publish(actor="anna")
        room.change("segment", "pro", body={"match": {"attribute": "a", "is": 1}}, actor="anna")
        room.publish(actor="bert")
        room.releases = Releases(room.store, require_second_person=True)
        return room

    def test_nobody_goes_back_to_what_they_alone_released_before_the_rule(self, alone):
        with pytest.raises(NeedsSecondPerson) as refused:
            alone.rollback(3, actor="anna")
        assert str(refused.value) == (
            "`anna` changed `flags/new-checkout` in revision 3, which nobody else ever released:"
            " somebody else has to go back to it"
        )
        with pytest.raises(NeedsSecondPerson) as refused:
            alone.rollback(1, actor="anna")
        assert refused.value.names == ("flags/new-checkout", "segments/pro")
        assert alone.rollback(2, actor="anna").rollback_of == 2

    def test_once_another_went_back_to_it_everybody_may(self, alone):
        assert alone.rollback(3, actor="dora").revision == 5
        alone.rollback(2, actor="dora")
        assert alone.rollback(5, actor="anna").rollback_of == 5
        alone.rollback(2, actor="dora")
        assert alone.rollback(3, actor="anna").rollback_of == 3

    def test_where_two_always_had_to_one_goes_back_anywhere(self, strict):
        strict.publish(actor="bert")
        strict.change("flag", "new-checkout", body=flag(), actor="anna")
        strict.publish(actor="bert")
        strict.change("flag", "new-checkout", body=flag(default="on"), actor="bert")
        strict.publish(actor="anna")
        for revision, actor in ((1, "anna"), (2, "bert"), (3, "anna"), (1, "bert"), (2, "anna")):
            assert strict.rollback(revision, actor=actor).rollback_of == revision

    def test_what_was_written_later_is_not_of_it(self, strict):
        strict.publish(actor="bert")
        strict.change("segment", "pro", body={"match": {"attribute": "a", "is": 1}}, actor="carl")
        assert strict.publish(actor="bert").changed == ["segments/pro"]
        strict.change("segment", "pro", body={"match": {"attribute": "b", "is": 1}}, actor="bert")
        strict.publish(actor="anna")
        assert strict.rollback(2, actor="bert").rollback_of == 2

    def test_one_of_two_at_once_is_enough(self, strict):
        strict.create("experiment", "e", experiment(), "draft", actor="bert")
        with pytest.raises(NeedsSecondPerson) as refused:
            strict.publish(actor="bert")
        assert refused.value.names == ("experiments/e",)


def test_many_who_publish_at_once_agree(room):
    outcomes = []

    def publish(number):
        room.create("flag", f"f{number}", flag(), "enabled")
        outcomes.append(room.publish(actor=f"p{number}"))

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    current = room.releases.current()
    assert len(outcomes) == 6
    assert current.revision == len({one.revision for one in outcomes})
    assert {f"f{number}" for number in range(6)} < {
        one.key for one in content(room, current.revision).flags
    }

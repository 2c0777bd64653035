"""Member sets for tests, and snapshots that name them."""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

from turnout.compiler import Compiled, compile_documents
from turnout.documents import read_mapping
from turnout.engine import MemberSet, MemberSetBuilder
from turnout.snapshot.seal import seal_of
from turnout.snapshot.v1 import snapshot_pb2
from turnout.store import Act, Published, Store, Transaction

KEY = bytes(16)


class Made(NamedTuple):
    """A set as a snapshot names it, and its bytes."""

    sha256: str
    size: int
    count: int
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.sha256}.set"

    @classmethod
    def of(cls, ids: Iterable[str], *, after: "Made | None" = None) -> Self:
        """Makes a set; one after another has a delta from it."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            former = after and MemberSet.open(_written(Path(folder) / "b", after.content))
            builder = MemberSetBuilder(KEY, succeeding=former)
            builder.add(ids)
            made = builder.finish(path)
            return cls(made.sha256, made.size, made.count, path.read_bytes())

    @classmethod
    def users(cls, first: int, end: int, *, after: "Made | None" = None) -> Self:
        """The set of `u-{first}` to before `u-{end}`."""
        return cls.of((f"u-{one}" for one in range(first, end)), after=after)

    def delta_to(self, target: "Made") -> bytes:
        """What leads from this set to another."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "delta"
            base, to = (
                MemberSet.open(_written(Path(folder) / name, one.content))
                for name, one in (("a", self), ("b", target))
            )
            assert base.delta(to, path) is not None
            return path.read_bytes()

    def delta_name(self, target: "Made") -> str:
        return f"{self.sha256}..{target.sha256}.delta"


def naming(sets: Mapping[str, Made | None], *, default: str = "off") -> Compiled:
    """Compiles segments of those keys, whose members are these sets, and flags `in-KEY`.

    Without a set the member of a segment is `x`, which the snapshot lists.
    A flag is `on` for members, `off` for others, and where nobody knows. The flag `a` is `default`.
    """
    variants = {"on": True, "off": False}
    flags = {
        f"in-{key}": {
            "variants": variants,
            "default": "off",
            "rules": [{"name": "in", "when": {"segment": key}, "serve": "on"}],
        }
        for key in sets
    }
    segments = {key: {"kind": "static", "members": ["x"]} for key in sets}
    flags["a"] = {"variants": variants, "default": default}
    compiled = compile_documents(read_mapping({"flags": flags, "segments": segments}))
    content = snapshot_pb2.Content.FromString(compiled.content)
    for segment in content.segments:
        made = sets[segment.key]
        if made is None:
            continue
        named = snapshot_pb2.MemberSet(
            sha256=bytes.fromhex(made.sha256), size=made.size, count=made.count
        )
        segment.members.CopyFrom(snapshot_pb2.Members(set=named))
    return dataclasses.replace(compiled, content=content.SerializeToString(deterministic=True))


def publish(store: Store, *, deltas: Iterable[tuple[Made, Made]] = (), **sets: Made) -> bytes:
    """Makes a snapshot that names sets current in a store; gives it as it was sealed.

    It goes by the tables alone: what evaluates queries, and what releases, are tested elsewhere.
    """
    with store.write(Act("anna", "Publish")) as tx:
        for made in sets.values():
            _keep(tx, made.name, made.content)
        for old, new in deltas:
            _keep(tx, old.delta_name(new), old.delta_to(new))
        revision, compiled = tx.snapshots.next_revision(), naming(sets)
        sealed = compiled.seal(revision)
        published = Published(
            revision=revision,
            id=compiled.id,
            seal=seal_of(sealed),
            published_at=tx.now,
            publisher="anna",
            comment="",
            rollback_of=0,
            size_bytes=len(sealed),
            changed=[],
        )
        tx.snapshots.add(published, sealed, {}, {}, sets={one.sha256 for one in sets.values()})
    return sealed


def _keep(tx: Transaction, name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        tx.artifacts.add(name, _written(Path(folder) / "a", content))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path

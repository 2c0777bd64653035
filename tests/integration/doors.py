"""Every way to keep sticky assignments, behind one face."""

import itertools
from pathlib import Path

from turnout import Client, Context, Decision, Engine
from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import DataPlane

BUDGET_S = 1.0

_numbers = itertools.count()


def sealed(documents) -> bytes:
    return compile_documents(read_mapping(documents)).seal(published_by="test")


class Carried:
    """What a caller keeps of what it is told; it sends all of it along."""

    def __init__(self):
        self.records = {}

    def sent(self, context: Context) -> Context:
        return _with(context, sticky_assignments=tuple(self.records.values()))

    def told(self, decision: Decision) -> Decision:
        for record in decision.assignments_to_persist:
            self.records[record[:4]] = record
        return decision

    def written(self) -> int:
        return len(self.records)


def _with(context: Context, **parts) -> Context:
    unit_id, attributes, units, unknown, partial, *_ = context
    return Context(unit_id, attributes, units=units, unknown=unknown, partial=partial, **parts)


class EngineDoor:
    """`turnout.Engine`, with a caller that keeps assignments."""

    def __init__(self, carried: Carried | None = None):
        self._carried = carried or Carried()
        self._engine = None

    def load(self, snapshot: bytes) -> None:
        self._engine = Engine.from_snapshot(snapshot)

    def decide(self, context: Context, key: str = "button", **more) -> Decision:
        decision = self._engine.decide(key, self._carried.sent(context), **more)
        return self._carried.told(decision)

    def replica(self) -> "EngineDoor":
        return EngineDoor(self._carried)

    def written(self) -> int:
        return self._carried.written()

    def close(self) -> None:
        pass


class ServerDoor:
    """A data plane, with a store of its own or with a caller that keeps assignments."""

    def __init__(self, folder: Path, *, carried: Carried | None = None, threads: int = 1, **store):
        self._folder, self._carried, self._store = folder, carried, store
        path = folder / f"{next(_numbers)}.sock"
        store = {"sticky_budget_s": BUDGET_S} | store
        self.plane = DataPlane(
            unix_socket=path, admin_address="127.0.0.1:0", threads=threads, **store
        )
        self.addresses = self.plane.start()
        self.client = Client(f"unix:{path}")

    def load(self, snapshot: bytes) -> None:
        self.plane.load(snapshot)

    def decide(self, context: Context, key: str = "button", **more) -> Decision:
        if self._carried is None:
            decision = self.client.decide(key, context, **more)
            assert decision.assignments_to_persist == (), "the server keeps them"
            return decision
        decision = self.client.decide(key, self._carried.sent(context), **more)
        return self._carried.told(decision)

    def replica(self) -> "ServerDoor":
        if "sticky_file" in self._store:
            return SameServer(self)
        return ServerDoor(self._folder, carried=self._carried, **self._store)

    def written(self) -> int:
        if self._carried is not None:
            return self._carried.written()
        return self.plane.stats()["sticky_writes"]

    def close(self) -> None:
        self.client.close()
        self.plane.drain(1.0)


class SameServer:
    """Another connection to a server whose file nobody else can have."""

    def __init__(self, door: ServerDoor):
        self._door = door
        self.client = Client(f"unix:{door.addresses.unix}")

    def load(self, snapshot: bytes) -> None:
        pass

    def decide(self, context: Context, key: str = "button", **more) -> Decision:
        return self.client.decide(key, context, **more)

    def written(self) -> int:
        return 0

    def close(self) -> None:
        self.client.close()

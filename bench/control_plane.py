"""A control plane over a large store, with a sidecar of its own, for the figures of releases.

`python -m bench.control_plane STORE` fills a store; `… STORE publish` opens one and publishes it
after a change, as a control plane that was just started does, and prints the seconds.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import grpc

from bench import catalogue, servers
from turnout.control.server import ControlServer
from turnout.control.settings import ControlSettings
from turnout.control.v1 import (
    document_pb2,
    document_pb2_grpc,
    flag_pb2,
    flag_pb2_grpc,
    release_pb2,
    release_pb2_grpc,
    rule_pb2,
)
from turnout.releases.releases import Releases
from turnout.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.servers import Server
    from bench.workbench import Workbench

SIZE = catalogue.Size(flags=5_000, segments=5_000, experiments=100)
WHAT = "a store of 5,000 flags, 5,000 segments and 100 experiments (SQLite)"
FLAG = f"flags/{catalogue.MEASURED_FLAG}"
_PATIENCE_S = 120.0


class Planes(NamedTuple):
    """A control plane and a sidecar, each a process."""

    flags: flag_pb2_grpc.FlagServiceStub
    releases: release_pb2_grpc.ReleaseServiceStub
    control: Server
    sidecar: Server

    def publish(self) -> release_pb2.Snapshot:
        """Makes current what the store holds."""
        published: release_pb2.Snapshot = self.releases.Publish(
            release_pb2.PublishRequest(), timeout=_PATIENCE_S
        )
        return published


def change_share(flags: flag_pb2_grpc.FlagServiceStub, percent: int) -> None:
    """Gives the measured flag another split."""
    flag = flags.GetFlag(flag_pb2.GetFlagRequest(name=FLAG), timeout=_PATIENCE_S)
    shares = {"classic": percent, "compact": 100 - percent}
    del flag.rules[0].split[:], flag.rules[0].ranges[:]
    flag.rules[0].split.extend(
        rule_pb2.Share(variant=name, share=f"{share}%") for name, share in shares.items()
    )
    request = flag_pb2.UpdateFlagRequest(flag=flag)
    request.update_mask.paths.append("rules")
    flags.UpdateFlag(request, timeout=_PATIENCE_S)


def documents() -> str:
    """The large catalogue as one document in JSON."""
    whole: dict[str, dict[str, object]] = {}
    for document in catalogue.documents(SIZE).values():
        for section, items in document.items():
            whole.setdefault(section, {}).update(items)
    return json.dumps(whole)


@contextlib.contextmanager
def planes(bench: Workbench, name: str) -> Iterator[Planes]:
    """Both, on a copy of the filled store, once the sidecar decides by it."""
    folder = bench.folder / name
    folder.mkdir()
    store = shutil.copy(bench.filled_store, folder / "store.db")
    control, snapshots = (f"127.0.0.1:{servers.free_port()}" for _ in range(2))
    with (
        bench.server_of(
            folder / "control",
            [
                *("--role", "control", "--store", f"sqlite:///{store}"),
                *("--control-listen", control, "--snapshots-listen", snapshots),
            ],
            listens=snapshots,
        ) as plane,
        grpc.insecure_channel(control) as channel,
        bench.sidecar_of(f"http://{snapshots}", folder / "sidecar") as sidecar,
    ):
        yield Planes(
            flag_pb2_grpc.FlagServiceStub(channel),
            release_pb2_grpc.ReleaseServiceStub(channel),
            plane,
            sidecar,
        )


def fill(store: Path) -> None:
    """Makes a store, brings the catalogue into it and publishes it."""
    with _served(store) as channel:
        request = document_pb2.ApplyDocumentsRequest(documents=documents())
        document_pb2_grpc.DocumentServiceStub(channel).ApplyDocuments(request, timeout=_PATIENCE_S)
        releases = release_pb2_grpc.ReleaseServiceStub(channel)
        releases.Publish(release_pb2.PublishRequest(), timeout=_PATIENCE_S)


def publish_afresh(store: Path) -> float:
    """Seconds of a first publish, with nothing compiled before it."""
    with _served(store) as channel:
        flags = flag_pb2_grpc.FlagServiceStub(channel)
        change_share(flags, 77)
    with _served(store) as channel:
        releases = release_pb2_grpc.ReleaseServiceStub(channel)
        began = time.perf_counter()
        releases.Publish(release_pb2.PublishRequest(), timeout=_PATIENCE_S)
        return time.perf_counter() - began


@contextlib.contextmanager
def _served(store: Path) -> Iterator[grpc.Channel]:
    opened = Store.open(f"sqlite:///{store}")
    server = ControlServer(opened, Releases(opened), ControlSettings(listen="127.0.0.1:0"))
    most = 64 * 1024 * 1024
    sizes = [("grpc.max_send_message_length", most), ("grpc.max_receive_message_length", most)]
    try:
        with grpc.insecure_channel(server.start(), options=sizes) as channel:
            yield channel
    finally:
        server.stop()
        opened.close()


def main(store: str, what: str = "fill") -> None:
    """Fills a store, or publishes it afresh and prints the seconds."""
    if what == "publish":
        print(publish_afresh(Path(store)))
    else:
        fill(Path(store))


if __name__ == "__main__":
    main(*sys.argv[1:])

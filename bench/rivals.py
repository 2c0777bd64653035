"""The measured flag as other SDKs in Python evaluate it, from local data, without a network.

Each rival holds as many flags as our catalogue, all of the measured flag's shape: three
conditions and a 50/50 split. Events and assignment logs are off on all sides.
"""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from bench.catalogue import MEASURED_FLAG, Document, measured_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from threading import Event
    from typing import Protocol

    class FeatureStore(Protocol):
        """Where LaunchDarkly's SDK keeps flags."""

        def init(self, everything: Mapping[Any, Any]) -> None:
            """Replaces all."""

    User = tuple[str, Mapping[str, str | int]]

FLAGS = 1_000
COUNTRIES = ["US", "FR", "IT", "PL", "NL", "ES"]


class Eppo:
    """`eppo-server-sdk`: a Rust core under Python; takes the attributes as they are."""

    def __init__(self) -> None:
        sdk = importlib.import_module("eppo_client")
        written = {
            "createdAt": "2026-01-01T00:00:00.000Z",
            "format": "SERVER",
            "environment": {"name": "bench"},
            "flags": {key: _eppo_flag(key) for key in measured_keys(FLAGS)},
        }
        self._client = sdk.init(
            sdk.ClientConfig(
                api_key="offline",
                base_url="http://127.0.0.1:9/api",
                assignment_logger=sdk.AssignmentLogger(),
                poll_interval_seconds=None,
                initial_configuration=sdk.Configuration(
                    flags_configuration=json.dumps(written).encode()
                ),
            )
        )

    def evaluations(self, users: Sequence[User]) -> Callable[[], None]:
        """A function that evaluates the flag once for each user."""
        decide = self._client.get_string_assignment
        asked = [(id_, dict(attributes)) for id_, attributes in users]

        def run() -> None:
            for id_, attributes in asked:
                decide(MEASURED_FLAG, id_, attributes, "none")

        return run

    def decide(self, user: User) -> str:
        """The variant of one user."""
        id_, attributes = user
        variant: str = self._client.get_string_assignment(
            MEASURED_FLAG, id_, dict(attributes), "none"
        )
        return variant


class LaunchDarkly:
    """`launchdarkly-server-sdk`: plain Python; contexts are built before, as its docs advise."""

    def __init__(self) -> None:
        sdk = importlib.import_module("ldclient")
        kinds = importlib.import_module("ldclient.versioned_data_kind")
        flags = {key: _launchdarkly_flag(key) for key in measured_keys(FLAGS)}
        everything = {kinds.FEATURES: flags, kinds.SEGMENTS: {}}
        self._context = sdk.Context

        def source(_config: object, store: FeatureStore, ready: Event) -> _Loaded:
            return _Loaded(store, ready, everything)

        self._client = sdk.LDClient(
            sdk.Config(
                "offline",
                send_events=False,
                diagnostic_opt_out=True,
                update_processor_class=lambda _config, store, ready: _Loaded(
                    store, ready, everything
                ),
            )
        )

    def evaluations(self, users: Sequence[User]) -> Callable[[], None]:
        """A function that evaluates the flag once for each user."""
        decide = self._client.variation
        asked = [self._built(user) for user in users]

        def run() -> None:
            for context in asked:
                decide(MEASURED_FLAG, context, "none")

        return run

    def decide(self, user: User) -> str:
        """The variant of one user."""
        variant: str = self._client.variation(MEASURED_FLAG, self._built(user), "none")
        return variant

    def _built(self, user: User) -> object:
        id_, attributes = user
        builder = self._context.builder(id_)
        for name, value in attributes.items():
            builder.set(name, value)
        built: object = builder.build()
        return built

    def close(self) -> None:
        """Ends its threads."""
        self._client.close()


class _Loaded:
    """A data source of LaunchDarkly's SDK that has everything from the start."""

    def __init__(self, store: FeatureStore, ready: Event, everything: dict[Any, Any]) -> None:
        self._store, self._ready, self._everything = store, ready, everything

    def start(self) -> None:
        self._store.init(self._everything)
        self._ready.set()

    def stop(self) -> None:
        """Nothing runs."""

    def is_alive(self) -> bool:
        return False

    def initialized(self) -> bool:
        return True


def _eppo_flag(key: str) -> Document:
    conditions = [
        {"attribute": "country", "operator": "ONE_OF", "value": COUNTRIES},
        {"attribute": "plan", "operator": "NOT_ONE_OF", "value": ["trial"]},
        {"attribute": "age", "operator": "GTE", "value": 22},
    ]
    halves = {"classic": (0, 5_000), "compact": (5_000, 10_000)}
    return {
        "key": key,
        "enabled": True,
        "variationType": "STRING",
        "variations": {name: {"key": name, "value": name} for name in halves},
        "totalShards": 10_000,
        "allocations": [
            {
                "key": "ramp",
                "rules": [{"conditions": conditions}],
                "doLog": False,
                "splits": [
                    {
                        "variationKey": name,
                        "shards": [{"salt": key, "ranges": [{"start": start, "end": end}]}],
                    }
                    for name, (start, end) in halves.items()
                ],
            }
        ],
    }


def _launchdarkly_flag(key: str) -> Document:
    def clause(attribute: str, operator: str, values: list[Any], *, negate: bool) -> Document:
        return {
            "contextKind": "user",
            "attribute": attribute,
            "op": operator,
            "values": values,
            "negate": negate,
        }

    return {
        "key": key,
        "version": 1,
        "on": True,
        "salt": key,
        "variations": ["classic", "compact"],
        "offVariation": 0,
        "fallthrough": {"variation": 0},
        "targets": [],
        "prerequisites": [],
        "rules": [
            {
                "id": "ramp",
                "clauses": [
                    clause("country", "in", COUNTRIES, negate=False),
                    clause("plan", "in", ["trial"], negate=True),
                    clause("age", "greaterThanOrEqual", [22], negate=False),
                ],
                "rollout": {
                    "contextKind": "user",
                    "variations": [
                        {"variation": 0, "weight": 50_000},
                        {"variation": 1, "weight": 50_000},
                    ],
                },
            }
        ],
    }

"""The examples answer what they are written to show."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from turnout import Context, Engine

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"

ADA = Context("u-42", {"plan": "pro", "country": "DE", "orders": 7})
BEN = Context("u-99", {"plan": "free", "country": "FR", "interests": ["plants"]})
STAFF = Context("u-2", {"plan": "pro", "orders": 50})
FRAUD = Context("u-5", {"plan": "pro", "orders": 9, "blocked": True})
PHONE = Context("u-77", {"device": "phone"})
NOBODY = Context()
UNSURE = Context("u-42", partial=True)
NOW = datetime(2026, 5, 1, tzinfo=UTC)

DECISIONS = [
    ("new-checkout", ADA, "green", "ASSIGNED", "the test"),
    ("new-checkout", STAFF, "on", "TARGETING_MATCH", "testers first"),
    ("new-checkout", FRAUD, "off", "TARGETING_MATCH", "blocked"),
    ("new-checkout", UNSURE, "off", "UNKNOWN_ATTRIBUTE", "blocked"),
    ("new-checkout", NOBODY, "off", "DEFAULT", None),
    ("checkout-button", ADA, "green", "ASSIGNED", None),
    ("checkout-button", STAFF, "control", "NOT_IN_AUDIENCE", None),
    ("express-delivery", ADA, "tomorrow", "TARGETING_MATCH", "Europe"),
    ("payment-methods", ADA, "german", "TARGETING_MATCH", "German"),
    ("payment-methods", UNSURE, "careful", "TARGETING_MATCH", "blocked"),
    ("free-shipping-from", ADA, "gift", "FORCED", None),
    ("homepage-hero", BEN, "balcony", "ASSIGNED", "plants"),
    ("homepage-hero", ADA, "seasons", "DEFAULT", None),
    ("search-ranking", STAFF, "learned", "TARGETING_MATCH", "staff"),
    ("search-ranking", ADA, "classic", "SPLIT", "three ways"),
    ("results-per-page", PHONE, "few", "TARGETING_MATCH", "phones"),
    ("support-chat", ADA, None, "DISABLED", None),
    ("dark-mode", NOBODY, "on", "STATIC", None),
    ("loyalty-badge", STAFF, "badge", "FORCED", None),
    ("loyalty-badge", ADA, "control", "NOT_RUNNING", None),
    ("one-click-buying", ADA, "on", "TARGETING_MATCH", "regulars"),
    ("one-click-buying", BEN, "off", "PREREQUISITE", None),
    ("basket-order", ADA, "control", "NOT_IN_LAYER", None),
    ("basket-order", Context("u-7"), "control", "ASSIGNED", None),
    ("basket-order", Context("u-18"), "control", "HOLDOUT", None),
    ("gift-wrapping", NOBODY, "wrap", "CONCLUDED", None),
]

PAGES = """\
ada: What grows now | new checkout | offers
ben: A garden of 2 m² | old checkout
eve: What grows now | old checkout
"""


@pytest.fixture(scope="module")
def shop():
    return Engine.from_documents(SHOP)


def test_the_shop_has_something_of_everything():
    items = {"segments": {}, "flags": {}, "experiments": {}, "layers": {}, "holdouts": {}}
    for file in SHOP.glob("*.yaml"):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for section in items:
            items[section] |= document.get(section, {})
    kinds = {segment.get("kind", "rule") for segment in items["segments"].values()}
    assert kinds == {"rule", "static", "everyone"}
    assert len(items["segments"]) >= 12
    assert len(items["flags"]) >= 10
    assert len(items["experiments"]) >= 4
    assert items["layers"]
    assert items["holdouts"]


def test_the_shop_counts_what_it_holds(shop):
    status = shop.snapshot_status()
    assert (status.flags, status.experiments, status.segments) == (12, 6, 19)
    assert (status.layers, status.holdouts) == (1, 1)


@pytest.mark.parametrize(("key", "context", "variant", "reason", "rule"), DECISIONS)
def test_the_shop_decides(shop, key, context, variant, reason, rule):
    decision = shop.decide(key, context, now=NOW)
    assert (decision.variant, decision.reason, decision.rule) == (variant, reason, rule)


def test_the_shop_says_what_is_not_known(shop):
    decision = shop.decide("new-checkout", UNSURE)
    assert decision.degraded
    assert decision.unknown_attributes == ("blocked",)


def run(script, *arguments):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "python" / script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout


def test_a_page_that_asks_the_sidecar(shop_server):
    assert run("ask_the_sidecar.py", shop_server.address) == PAGES


def test_the_page_without_a_sidecar():
    plain = run("ask_the_sidecar.py", "unix:/nowhere/turnout.sock")
    pages = {line.partition(": ")[2] for line in plain.splitlines()}
    assert pages == {"What grows now | old checkout"}


def test_the_engine_in_the_process():
    printed = run("in_the_process.py")
    assert "new-checkout         green          ASSIGNED" in printed
    assert "in: europe, everyone, german-speakers, loyal-customers" in printed


def test_asyncio(shop_server):
    shares = dict(
        line.split(": ") for line in run("asynchronous.py", shop_server.address).splitlines()
    )
    assert set(shares) == {"classic", "learned", "learned-small"}
    assert 87 < float(shares["classic"].removesuffix(" %")) < 93

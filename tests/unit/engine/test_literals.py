"""The compiler asks the engine what a literal means."""

from importlib import resources

import pytest

from turnout.compiler.zones import zone_fault
from turnout.engine import (
    check_cidr,
    check_moments,
    check_number,
    check_regex,
    check_version,
    check_zone,
    compare_versions,
    moment,
    slot,
    tzdata_version,
)
from turnout.snapshot.v1.snapshot_pb2 import Moment


def test_a_slot_is_that_of_the_contract():
    assert slot("exp1", "user-1") == 792368
    assert slot("exp1", "ünïcode-日本") == 675179
    assert slot("layer.checkout", "user-1") == 81612


@pytest.mark.parametrize("text", ["12", "-0.5", "1e3", "+.5", "5."])
def test_a_number_is_taken(text):
    assert check_number(text) is None


@pytest.mark.parametrize("text", ["", "twelve", "0x10", "1_000", "NaN", "1e999"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"^[^A-Z].*[^.]$"):
        check_number(text)


def test_a_pattern_is_taken():
    assert check_regex("^a+$") is None
    assert check_regex("^a+$", case_sensitive=True) is None


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", r"(a)\1", "(" * 200 + ")" * 200, "a{1000}{1000}"]
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match=r"."):
        check_regex(pattern, True)


def read(text: str, zone: str | None = None, rolling: bool = False) -> Moment:
    return Moment.FromString(moment(text, zone=zone, rolling=rolling))


def test_a_date_is_a_moment():
    assert read("3 days ago").day.days == -3
    assert read("3 days ago", rolling=True).seconds == -259_200
    assert read("06/23/2016").civil.year == 2016
    assert read("06/23/2016", zone="Europe/Berlin").instant.seconds == 1_466_632_800
    assert read("today at 08:00", zone="Europe/Berlin").day.time == 28_800_000_000_000


@pytest.mark.parametrize(
    ("text", "zone", "rolling"),
    [
        ("soon", None, False),
        ("02/30/2016", None, False),
        ("1 month ago", None, True),
        ("today", "PST", False),
    ],
)
def test_what_is_no_date_is_refused(text, zone, rolling):
    with pytest.raises(ValueError, match=r"`.*[^.]$"):
        moment(text, zone=zone, rolling=rolling)


def test_bounds_that_no_now_puts_in_order_are_told():
    def fault(low: str, high: str) -> str | None:
        return check_moments(
            moment(low, zone=None, rolling=False), moment(high, zone=None, rolling=False)
        )

    assert fault("yesterday", "today") is None
    assert "reversed" in (fault("today", "yesterday") or "")
    with pytest.raises(ValueError, match="moment"):
        check_moments(b"\xff", b"")


def test_versions_and_networks_and_zones_are_checked():
    assert check_version("v1.2.3-rc.1+5") is None
    assert [compare_versions("1.9", other) for other in ("1.10", "1.9.0", "1.8")] == [-1, 0, 1]
    assert check_cidr("10.0.0.0/8") is None
    assert check_zone("Europe/Berlin") is None
    assert tzdata_version()
    for check, wrong in [
        (check_version, "one"),
        (check_cidr, "10.0.0.1/8"),
        (check_zone, "PST"),
        (lambda text: compare_versions("1", text), "x"),
    ]:
        with pytest.raises(ValueError, match=f"`{wrong}`"):
            check(wrong)


def test_the_engine_knows_every_zone_that_the_compiler_lets_through():
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    written = [name for name in names if zone_fault(name) is None]
    assert len(written) > 400
    for name in written:
        assert check_zone(name) is None

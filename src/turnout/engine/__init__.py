"""The one door to the native module: nothing else imports `turnout._core`."""

from turnout._core import (
    Addresses,
    DataPlane,
    Program,
    check_cidr,
    check_moments,
    check_number,
    check_regex,
    check_version,
    check_zone,
    compare_numbers,
    compare_versions,
    moment,
    slot,
    text_form,
    tzdata_version,
)

__all__ = [
    "Addresses",
    "DataPlane",
    "Program",
    "check_cidr",
    "check_moments",
    "check_number",
    "check_regex",
    "check_version",
    "check_zone",
    "compare_numbers",
    "compare_versions",
    "moment",
    "slot",
    "text_form",
    "tzdata_version",
]

"""The one door to the native module: nothing else imports `turnout._core`."""

from turnout._core import Addresses, DataPlane, Program, check_number, check_regex, slot

__all__ = ["Addresses", "DataPlane", "Program", "check_number", "check_regex", "slot"]

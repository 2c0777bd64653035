"""Addresses and networks: section 3, `is_in_cidr`."""

import ipaddress
import re

from reference.values import Unusable

PLAIN = re.compile(r"[0-9A-Fa-f:.]+")


def address(value):
    """An address; an IPv4 address that is mapped into IPv6 is unwrapped."""
    if not isinstance(value, str) or not PLAIN.fullmatch(value):
        raise Unusable
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        raise Unusable from None
    if found.version == 6 and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def network(text):
    """A network; a bare address is the network of it alone."""
    base, _, bits = text.partition("/")
    found = ipaddress.ip_network(text)
    unwrapped = address(base)
    if unwrapped.version == found.version:
        return found
    length = int(bits) if bits else 128
    return ipaddress.ip_network((unwrapped, length - 96)) if length >= 96 else found


def inside(value, text):
    """Whether an address is in a network."""
    return address(value) in network(text)

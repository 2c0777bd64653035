"""Whether a host is this machine. Standard library only: the serving process imports this."""

import ipaddress


def is_here(host: str) -> bool:
    """Whether only this machine can be meant: `localhost`, or an address of the loopback.

    Args:
        host: A name or an IP address, without brackets.
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """The host of `HOST:PORT` or `[HOST]:PORT`."""
    return address.rpartition(":")[0].removeprefix("[").removesuffix("]")

"""Comparisons of addresses with networks."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from turnout.compiler.checks.attributes import positive
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]
Network = IPv4Network | IPv6Network

_MAPPED = IPv6Network("::ffff:0:0/96")


def are_possible(wanted: Conditions) -> bool:
    """Whether an address can meet comparisons."""
    required: list[list[Network]] = []
    forbidden: list[Network] = []
    for condition, wanted_value in wanted:
        operator, value = positive(condition.operator, wanted_value)
        if operator != pb.OPERATOR_IS_IN_CIDR:
            continue
        try:
            networks = [_read(one.text) for one in condition.operands]
        except ValueError:
            continue  # written in a way that only the engine reads
        if value:
            required.append(networks)
        else:
            forbidden += networks
    for at, networks in enumerate(required):
        if all(any(_within(one, other) for other in forbidden) for one in networks):
            return False
        if any(not _share(networks, others) for others in required[:at]):
            return False
    return True


def _read(text: str) -> Network:
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - 96))
    return network


def _within(one: Network, other: Network) -> bool:
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return one.subnet_of(other)
    return False


def _share(networks: list[Network], others: list[Network]) -> bool:
    # A wide IPv6 network may be taken to hold all of IPv4: then nothing is said.
    return any(
        one.version != other.version or one.overlaps(other) for one in networks for other in others
    )

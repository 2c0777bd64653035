"""A shop's page that asks the sidecar: `turnout serve examples/shop` runs beside it.

Run it with `python examples/python/ask_the_sidecar.py [ADDRESS]`.
"""

import sys

from turnout import Client, Context, SegmentState, Unavailable


def page(client: Client, visitor: Context) -> str:
    """Writes the page of one visitor; without a sidecar it is the plain page."""
    try:
        checkout = client.decide("new-checkout", visitor, default=False)
        hero = client.decide("homepage-hero", visitor)
        offers = client.check_segment("reachable", visitor)
    except Unavailable:
        return "What grows now | old checkout"
    parts = [hero.value["title"], "new checkout" if checkout.value else "old checkout"]
    # UNKNOWN is not TRUE: who could not be looked up is shown no offers.
    if offers.state is SegmentState.TRUE:
        parts.append("offers")
    return " | ".join(parts)


def main() -> None:
    """Prints the pages of three visitors."""
    client = Client(sys.argv[1] if len(sys.argv) > 1 else None)
    ada = Context("u-42", {"plan": "pro", "country": "DE", "orders": 7})
    ben = Context("u-99", {"plan": "free", "country": "FR", "interests": ["plants"]})
    # The profile service did not answer: what is absent is not known, which is not the same as
    # not there.
    eve = Context("u-7", {"newsletter": True}, partial=True)
    for name, visitor in {"ada": ada, "ben": ben, "eve": eve}.items():
        print(f"{name}: {page(client, visitor)}")


if __name__ == "__main__":
    main()

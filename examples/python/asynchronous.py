"""Many visitors at once with asyncio; `turnout serve examples/shop` runs beside it.

Run it with `python examples/python/asynchronous.py [ADDRESS]`.
"""

import asyncio
import sys
from collections import Counter

from turnout import AsyncClient, Context

AT_ONCE = 50  # calls at the same time have a connection each


async def main() -> None:
    """Decides for a thousand visitors and counts the variants."""
    async with AsyncClient(sys.argv[1] if len(sys.argv) > 1 else None) as client:
        decisions = []
        for start in range(0, 1000, AT_ONCE):
            visitors = [Context(f"visitor-{start + n}", {"plan": "plus"}) for n in range(AT_ONCE)]
            decisions += await asyncio.gather(
                *(client.decide("search-ranking", visitor) for visitor in visitors)
            )
    for variant, count in sorted(Counter(d.variant for d in decisions).items()):
        print(f"{variant}: {count / 10:.1f} %")


if __name__ == "__main__":
    asyncio.run(main())

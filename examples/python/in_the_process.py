"""The engine inside the process: no server, the same calls, the same answers.

Run it with `python examples/python/in_the_process.py`.
"""

from pathlib import Path

from turnout import Context, Engine

SHOP = Path(__file__).parents[1] / "shop"


def main() -> None:
    """Prints every decision for one visitor, and the segments that the visitor is in."""
    engine = Engine.from_documents(SHOP)
    ada = Context("u-42", {"plan": "pro", "country": "DE", "orders": 7})
    for decision in engine.decide_all(ada):
        print(f"{decision.key:20} {decision.variant or '-':14} {decision.reason}")
    print("in:", ", ".join(engine.matching_segments(ada)))


if __name__ == "__main__":
    main()

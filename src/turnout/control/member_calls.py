"""How many unit ids go in one call: for who takes them, and for who sends them."""

MOST_MEMBERS = 10_000
"""Of one call, and of one page."""
MOST_BYTES = 2 * 1024 * 1024
"""Of the ids of one call: an event of the log holds them, too."""

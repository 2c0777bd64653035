"""What a document may cost at most, so that no text can exhaust the reader."""

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A file of this size is read, a larger one is refused unread."""

MAX_DEPTH = 64
"""Lists and mappings inside each other, in one file."""

MAX_ALIASES = 100
"""Uses of anchors in one file."""

MAX_ALIASED_NODES = 100_000
"""Nodes that all aliases of one file stand for together."""

MAX_NUMBER_LENGTH = 400
"""Characters of one number."""

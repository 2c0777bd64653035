"""Where documents come from, and what is kept of them when they cannot be read.

One module a source. A source says when to read again and reads; it never compiles.
"""

from turnout.sources.source import Source, SourceUnreachable

__all__ = ["Source", "SourceUnreachable"]

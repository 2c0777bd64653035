"""Random documents that compile, and contexts that ask near their edges.

Everything is drawn from a `random.Random`: Hypothesis gives one that it can shrink, and a longer
run one that is fast.
"""

from generators.catalogues import catalogue
from generators.contexts import context

__all__ = ["catalogue", "context"]

"""What compiles and is certainly not meant: looked for when somebody wants to know.

Nothing here is a guess: a warning follows from the logic of three values and from the engine's own
comparisons, or it is not told.
"""

from turnout.compiler.checks.items import find_faults
from turnout.compiler.checks.terms import Reader

__all__ = ["Reader", "find_faults"]

import sys
from pathlib import Path

# `bench` is no part of the package: it is run from the root of the repository.
sys.path.insert(0, str(Path(__file__).parents[2]))

"""Measures every figure of the contract of performance in one run: `python -m bench`."""

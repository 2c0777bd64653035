"""`python -m turnout.cli`."""

from turnout.cli.app import main

main()

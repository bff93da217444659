"""`python -m hitkeep_py` is the same as the command `analytics`."""

from hitkeep_py.cli import main

main()

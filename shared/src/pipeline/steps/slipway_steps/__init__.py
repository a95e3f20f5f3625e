"""Helpers of the step scripts: what to run, how it ended, what it left. Standard library only; Python 3.9 or newer."""

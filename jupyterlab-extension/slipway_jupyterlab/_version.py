"""The version of this package, which is that of the labextension and of the core in it."""

__version__ = "0.1.0"

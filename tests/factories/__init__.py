"""Rows for tests: plain functions with sensible defaults; every argument can be overridden by name."""

"""Reads designers' tests from the files of `tests/`."""

from workbench.scenarios.files.tests import check_tests, read_tests

__all__ = ["check_tests", "read_tests"]

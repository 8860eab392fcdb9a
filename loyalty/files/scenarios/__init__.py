"""Files of tests/: designers' tests."""

from loyalty.files.scenarios.tests import check_tests, read_tests

__all__ = ["check_tests", "read_tests"]

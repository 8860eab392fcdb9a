"""Rows that repositories still answer with: mappings with the names of the database's columns."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[Any, Any]

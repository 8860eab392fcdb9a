"""Where the tests find Laurel's own files."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder of the repository."""

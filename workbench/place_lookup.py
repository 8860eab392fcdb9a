"""Places of parts of a program that a `Program` does not keep."""

from collections.abc import Mapping

import rules
from loyalty.program.logic import Place
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import read_text


class PlaceLookup:
    """Finds places in the files of a program without errors."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._nodes: dict[str, Node | None] = {}

    def place_of(self, file: str, path: rules.JsonPath) -> Place:
        """Return the place of the value at a path in a file, or of the last value on the way."""
        if file not in self._nodes:
            self._nodes[file] = read_text(file, self._files[file], Problems())
        node = self._nodes[file]
        return Place(file, 1, 1) if node is None else node.place_of(path)

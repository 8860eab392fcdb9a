"""Where the parts of a program stand that a `Program` keeps no place of."""

from collections.abc import Mapping

import rules
from loyalty.program.logic import Place
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import read_text


class Places:
    """Places in the files of a program that is right."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._nodes: dict[str, Node | None] = {}

    def of(self, file: str, path: rules.JsonPath) -> Place:
        """Where the value at a path stands, as far as the path can be followed."""
        if file not in self._nodes:
            self._nodes[file] = read_text(file, self._files[file], Problems())
        node = self._nodes[file]
        return Place(file, 1, 1) if node is None else node.place_of(path)

"""What changed between two programs, in words.

changes = differences(old, new)        # () if both mean the same, however their files are written
print(text(changes))                   # or markdown(changes), or as_json(changes)
"""

from workbench.differences.comparison import differences
from workbench.differences.model import AttributeChange, Change, ChangeType, DefinitionKind
from workbench.differences.rendering import as_json, change_counts, markdown, text

__all__ = [
    "AttributeChange",
    "Change",
    "ChangeType",
    "DefinitionKind",
    "as_json",
    "change_counts",
    "differences",
    "markdown",
    "text",
]

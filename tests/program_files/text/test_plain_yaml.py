"""What is written as YAML is read back as it was."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from program_files.text.plain_yaml import flow
from program_files.text.problems import Problems
from program_files.text.text import read_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | TEXTS
    | st.sampled_from(["no", "null", "1e3", "2024-05-01", "~"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_comes_back(value: Any) -> None:
    problems = Problems()

    node = read_text("a.yaml", f"a: {flow(value)}\n".encode(), problems)

    assert node is not None
    assert problems.found == []
    assert node.plain() == {"a": value}

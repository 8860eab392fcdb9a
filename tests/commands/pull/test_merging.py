"""The three-way merge of a folder with the program in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.pull.merging import Files, Merge, merge, overwrite

A, B, C = b"a", b"b", b"c"


@pytest.mark.parametrize(
    ("mine", "theirs", "before", "becomes"),
    [
        (A, A, A, Merge()),
        (A, B, A, Merge(write={"f": B})),
        (B, A, A, Merge(keep=("f",))),
        (B, C, A, Merge(conflicts=("f",))),
        (B, B, A, Merge()),
        (None, A, None, Merge(write={"f": A})),
        (A, None, None, Merge(keep=("f",))),
        (A, None, A, Merge(delete=("f",))),
        (None, A, A, Merge(keep=("f",))),
        (None, None, A, Merge()),
        (B, None, A, Merge(conflicts=("f",))),
        (None, B, A, Merge(conflicts=("f",))),
        (A, B, None, Merge(conflicts=("f",))),
    ],
)
def test_a_file_goes_where_only_one_side_changed_it(
    mine: bytes | None, theirs: bytes | None, before: bytes | None, becomes: Merge
) -> None:
    assert merge(_files(mine), _files(theirs), _files(before)) == becomes


def _files(content: bytes | None) -> Files:
    return {} if content is None else {"f": content}


def test_a_test_stays_where_a_revision_has_none_and_else_follows_as_any_file() -> None:
    tests = {"tests/f.yaml": A}

    assert merge(tests, {}, tests) == merge(tests, {}, {}) == overwrite(tests, {}) == Merge()
    assert merge({}, tests, {}) == merge({"tests/f.yaml": B}, tests, {"tests/f.yaml": B}) == Merge(write=tests)
    more = {**tests, "tests/g.yaml": A}
    assert merge(more, tests, more) == overwrite(more, tests) == Merge(delete=("tests/g.yaml",))
    assert merge(tests, {"tests/f.yaml": B}, {"tests/f.yaml": C}) == Merge(conflicts=("tests/f.yaml",))


FOLDERS = st.dictionaries(st.sampled_from("fgh"), st.sampled_from([A, B, C]))


@given(FOLDERS, FOLDERS, FOLDERS)
def test_no_change_of_either_side_is_lost(mine: Files, theirs: Files, before: Files) -> None:
    found = merge(mine, theirs, before)
    merged = _applied(mine, found)

    for path in {*mine, *theirs, *before} - {*found.conflicts}:
        changed = [side.get(path) for side in (mine, theirs) if side.get(path) != before.get(path)]
        assert merged.get(path) == (changed[0] if changed else before.get(path))


@given(FOLDERS, FOLDERS)
def test_overwriting_makes_a_folder_the_program_in_force(mine: Files, theirs: Files) -> None:
    assert _applied(mine, overwrite(mine, theirs)) == theirs


def _applied(folder: Files, found: Merge) -> Files:
    left = {path: content for path, content in folder.items() if path not in found.delete}
    return {**left, **found.write}

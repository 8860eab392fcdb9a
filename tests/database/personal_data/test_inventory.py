"""Every table is exported and anonymised, or is excepted with a reason."""

import pytest

from database.personal_data.inventory import ABOUT_NO_MEMBER, KEPT_OF_A_MEMBER
from database.personal_data.kept_rows import KeptRows
from database.tables import metadata
from tests.kit.personal_data import unlisted_tables


def test_every_table_is_about_members_or_excepted_with_the_reason():
    assert unlisted_tables() == set()
    assert all(ABOUT_NO_MEMBER.values())


def test_no_excepted_table_names_a_member():
    naming = {
        name
        for name in ABOUT_NO_MEMBER
        for column in metadata.tables[name].columns
        if column.name in ("member", "subject")
    }

    assert naming == set()


@pytest.mark.parametrize("rows", KEPT_OF_A_MEMBER, ids=lambda rows: rows.section)
def test_each_column_of_text_is_erased_with_its_row_or_alone_or_is_impersonal(rows: KeptRows):
    columns = {column.name for column in rows.table.columns}
    is_deleted_whole = rows.deleted is not None and not rows.impersonal
    unclear = set() if is_deleted_whole else set(rows.texts) - rows.personal.keys() - rows.impersonal

    assert unclear == set(), "say of each whether it is personal"
    assert {*rows.personal, *rows.without, *rows.points} <= columns
    assert all(rows.without.values())

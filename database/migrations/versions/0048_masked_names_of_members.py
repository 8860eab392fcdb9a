"""Emails, phones and card numbers by which requests and imported lines named members are kept no more as they were."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_FORMS = {"email=": "email_key", "phone=": "phone_key", "loyaltyCardNumber=": "card"}

_OF_A_MEMBER = """
UPDATE audit_log SET entity_id = (
    SELECT coalesce(member.merged_into, member.id) FROM member
    WHERE member.store = audit_log.store AND member.{column} = {value}
)
WHERE substr(entity_id, 1, {length}) = '{form}' AND EXISTS (
    SELECT 1 FROM member WHERE member.store = audit_log.store AND member.{column} = {value}
)
"""

_OF_NOBODY = "UPDATE audit_log SET entity_id = '{form}…' WHERE substr(entity_id, 1, {length}) = '{form}'"

_LINES = """
UPDATE import_line SET key = '…' WHERE instr(key, '@') > 0 OR EXISTS (
    SELECT 1 FROM member WHERE member.store = import_line.store
    AND (member.email_key = lower(key) OR member.phone_key = lower(key) OR member.card = key)
)
"""

_MESSAGES = "UPDATE import_line SET message = NULL WHERE instr(message, '@') > 0"


def upgrade() -> None:
    for form, column in _FORMS.items():
        value = f"substr(audit_log.entity_id, {len(form) + 1})"
        value = value if column == "card" else f"lower({value})"
        names = {"form": form, "length": len(form), "column": column, "value": value}
        op.execute(sa.text(_OF_A_MEMBER.format(**names)))
        op.execute(sa.text(_OF_NOBODY.format(**names)))
    find = "instr" if op.get_bind().dialect.name == "sqlite" else "strpos"
    for statement in (_LINES, _MESSAGES):
        op.execute(sa.text(statement.replace("instr", find)))


def downgrade() -> None:
    pass

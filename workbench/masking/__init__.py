"""Masks personal data in a test made from a real event: only what is known to be harmless stays.

masker = Masker(program, "purchase", now=received_at)
masker.add_identifier(member.email)
body = masker.mask_body(event_body)                       # still satisfies the schema of its event type
"""

from workbench.masking.masker import CannotMask, Masker

__all__ = ["CannotMask", "Masker"]

"""Masks personal data in a test made from a real event, or hides it: only what is known to be harmless stays.

masker = Masker(program, "purchase", now=received_at)
masker.add_identifier(member.email)
body = masker.mask_body(event_body)                       # still satisfies the schema of its event type
shown = masker.hide_body(event_body)                      # for people who may not see it
"""

from workbench.masking.masker import HIDDEN, CannotMask, Masker

__all__ = ["HIDDEN", "CannotMask", "Masker"]

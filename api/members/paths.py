"""Find the member of a path."""

from typing import Annotated, TypeAlias

from fastapi import Path

MemberInPath: TypeAlias = Annotated[
    str,
    Path(alias="member", description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]

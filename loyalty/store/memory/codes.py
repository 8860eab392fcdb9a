"""The codes of members of an in-memory store."""

from dataclasses import replace
from datetime import datetime

from loyalty.store.codes import CodePurpose, MemberCode, PlainCode, derived_code, hash_of

_SECRET = "in memory"  # noqa: S105 - codes of a store in memory prove nothing


class InMemoryCodes:
    """Codes by id, in the order of creation."""

    __slots__ = ("_codes",)

    def __init__(self) -> None:
        self._codes: dict[str, MemberCode] = {}

    def get(self, code_id: str) -> MemberCode | None:
        return self._codes.get(code_id)

    def of_text(self, code: str) -> MemberCode | None:
        wanted = hash_of(code)
        return next((each for each in self._codes.values() if hash_of(self.plain(each.id).code) == wanted), None)

    def latest(self, member_id: str, purpose: CodePurpose) -> MemberCode | None:
        return next(iter(reversed(self._of(member_id, purpose))), None)

    def count_since(self, member_id: str, purpose: CodePurpose, since: datetime) -> int:
        return sum(each.created_at >= since for each in self._of(member_id, purpose))

    def plain(self, code_id: str) -> PlainCode:
        return derived_code(_SECRET, code_id)

    def add(self, new: MemberCode) -> None:
        for each in self._of(new.member, new.purpose):
            self.end(each.id, now=new.created_at)
        self._codes[new.id] = new

    def end(self, code_id: str, *, now: datetime) -> None:
        code = self._codes[code_id]
        self._codes[code_id] = replace(code, ended_at=code.ended_at or now)

    def end_all(self, member_id: str, *, now: datetime) -> None:
        for each in [each for each in self._codes.values() if each.member == member_id]:
            self.end(each.id, now=now)

    def count_failure(self, code_id: str) -> None:
        code = self._codes[code_id]
        self._codes[code_id] = replace(code, failures=code.failures + 1)

    def _of(self, member_id: str, purpose: CodePurpose) -> list[MemberCode]:
        return [each for each in self._codes.values() if (each.member, each.purpose) == (member_id, purpose)]

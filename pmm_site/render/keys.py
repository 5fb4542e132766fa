"""What stands for things in the keys of pieces that are remembered: for large ones and for equal ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from pmm_site.recent import Recent

ONES = 100_000
"""Rows kept as one object at least."""

T = TypeVar("T")

_numbers: dict[Hashable, int] = {}
_ones: Recent[Hashable, Any] = Recent(ONES)


class Same:
    """Stands in a key for an object that is one and the same as long as its content is."""

    __slots__ = ("of",)

    def __init__(self, of: object) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of


def number(key: Hashable) -> int:
    """A number for a long key, to stand for it in others: equal keys have the same number, no two share one."""
    return _numbers.setdefault(key, len(_numbers))


def one_for(key: Hashable, make: Callable[[], T]) -> T:
    """One object for a key, as long as it is asked for: it stands for itself in answers, as the rows of tables do."""
    return cast(T, _ones.made(key, make))

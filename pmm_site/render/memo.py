"""Pieces of pages that repeat on many sites: each made once per process and kept by all that it is made from.

A key holds content of release packages and of the theme, never the name of a site: a piece is found again only
where it would be made again the same. Decimals stand in keys as texts: 1.0 and 1.00 are equal, not printed alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

KEPT = 80_000
"""Pieces that are kept at most; a piece is a row of a table, a link, a list."""

T = TypeVar("T")

_kept: dict[Hashable, Any] = {}
_numbers: dict[Hashable, int] = {}


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


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a key."""
    found: T | None = _kept.get(key)
    if found is None:
        found = make()
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = found
    return found

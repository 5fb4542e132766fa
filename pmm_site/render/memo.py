"""Small pieces of pages remembered by a key that holds all that they are made from, and what may stand in such keys.

A Decimal stands in a key as text: 1.0 and 1.00 are equal, but not printed alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from pmm_site.recent import Recent
from pmm_site.render.tracing import untraced

PIECES_KEPT = 35_000
"""Pieces remembered at least: a row of a table, a link, a list."""

OBJECTS_KEPT = 100_000
"""Objects kept at least by `one_for`."""

T = TypeVar("T")

_pieces: Recent[Hashable, Any] = Recent(PIECES_KEPT)
_objects: Recent[Hashable, Any] = Recent(OBJECTS_KEPT)
_numbers: dict[Hashable, int] = {}


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a key that holds all that it is made from; never None."""
    piece: T | None = _pieces.get(key)
    if piece is None:
        piece = _pieces[key] = untraced(make)  # the key holds everything, and came from answers that are recorded
    return piece


class Same:
    """Stands for an object in a key, and is equal for the same object only: quick to hash, however large it is."""

    __slots__ = ("of",)

    def __init__(self, of: object) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of


def key_number(key: Hashable) -> int:
    """A number that stands for a long key in other keys: equal keys have the same one, different keys never."""
    return _numbers.setdefault(key, len(_numbers))


def one_for(key: Hashable, make: Callable[[], T]) -> T:
    """One object for a key as long as it is in use, so that it can be compared by identity, as rows of tables are."""
    return cast(T, _objects.made(key, make))

"""Memory of what was asked for of late: bounded, and what many sites have in common stays in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")

_MISSING: Any = object()


class Recent(Generic[K, V]):
    """Values by key, `limit` to twice `limit` of them at most.

    What is not asked for while `limit` others are goes; that costs whoever asks for it the time to make it again.
    Nothing is sorted and nothing counted: entries live in two generations, and one that is found in the older moves
    into the newer.
    """

    __slots__ = ("_newer", "_older", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._newer: dict[K, V] = {}
        self._older: dict[K, V] = {}

    def get(self, key: K, default: T | None = None) -> V | T | None:
        """The value of a key, else `default`."""
        found: V | Any = self._newer.get(key, _MISSING)
        if found is _MISSING:
            found = self._older.pop(key, _MISSING)
            if found is _MISSING:
                return default
            self[key] = found
        return found

    def __setitem__(self, key: K, value: V) -> None:
        newer = self._newer
        if len(newer) >= self.limit:
            self._older, newer = newer, {}
            self._newer = newer
        newer[key] = value

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def made(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not known."""
        found: Any = self.get(key, _MISSING)
        if found is _MISSING:
            found = self[key] = make()
        return cast(V, found)


def one_of(known: Recent[K, K], thing: K) -> K:
    """The object that is known to be equal to a thing; the thing itself, from now on, where there is none."""
    return known.made(thing, lambda: thing)

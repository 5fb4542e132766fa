"""A bounded cache in memory that keeps what was used last, such as what many sites have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")

_MISSING: Any = object()


class Recent(Generic[K, V]):
    """Values by key, at most twice `limit` of them.

    An entry is lost when `limit` others are set or asked for and it is not; whoever asks for it then has to make it
    again. Entries live in two generations: one that is found in the older moves to the newer, and a full newer one
    becomes the older. So nothing has to be sorted or counted.
    """

    __slots__ = ("_newer", "_older", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._newer: dict[K, V] = {}
        self._older: dict[K, V] = {}

    def get(self, key: K, default: T | None = None) -> V | T | None:
        """The value of a key, else `default`."""
        value: V | Any = self._newer.get(key, _MISSING)
        if value is _MISSING:
            value = self._older.pop(key, _MISSING)
            if value is _MISSING:
                return default
            self[key] = value
        return value

    def __setitem__(self, key: K, value: V) -> None:
        newer = self._newer
        if len(newer) >= self.limit:
            self._older, newer = newer, {}
            self._newer = newer
        newer[key] = value

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def made(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key; `make` gives it where there is none yet."""
        value: Any = self.get(key, _MISSING)
        if value is _MISSING:
            value = self[key] = make()
        return cast(V, value)


def one_of(originals: Recent[K, K], value: K) -> K:
    """The first object that was given and is equal to `value`, so that equal ones become one."""
    return originals.made(value, lambda: value)

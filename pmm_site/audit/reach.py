"""How far from the truth witnesses show that one value can lie, for every reader who may not see it.

A reader is a type of insider alone, a coalition, or a pair of types. What a witness shows holds for every reader none
of whom it is of no use to (`hit`), so that readers are looked at in tables, all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pmm_site.audit.judging import Reader
from pmm_site.audit.worlds import TOLERANCE, Floats, Type, flags_of

Flags = npt.NDArray[np.bool_]


class Need(NamedTuple):
    """What an interval must reach below and above, and how wide it must be."""

    below: float
    above: float
    width: float


class Crowd:
    """The readers who attack together: types, the coalitions among them, and pairs if `pairs`."""

    def __init__(self, types: Sequence[Type], coalitions: Sequence[tuple[str, int]], pairs: bool) -> None:
        self.types, self.coalitions, self.pairs = types, coalitions, pairs
        members = [flags_of(mask, len(types)) for _, mask in coalitions]
        self.members: Flags = np.array(members, dtype=np.bool_).reshape(len(members), len(types))


class Reach:
    """The reach of one value: `down` and `up` for single types (the diagonal) and pairs, and for coalitions."""

    def __init__(self, crowd: Crowd, may_not: int, need: Need) -> None:
        self.crowd, self.need = crowd, need
        number = len(crowd.types)
        asked = flags_of(may_not, number)
        self._open = _both(asked) if crowd.pairs else asked
        self._open_together: Flags = np.array([not (inside & ~asked).any() for inside in crowd.members], dtype=np.bool_)
        self._alone = np.zeros((2, *self._open.shape))
        self._together = np.zeros((2, len(crowd.coalitions)))

    def add(self, away: float, hit: int) -> None:
        """Count a witness in which the value lies `away` from the truth, of no use to the types in `hit`."""
        side = 0 if away < 0 else 1
        flags = flags_of(hit, len(self.crowd.types))
        free = _both(~flags) if self.crowd.pairs else ~flags
        np.maximum(self._alone[side], abs(away), out=self._alone[side], where=free)
        if len(self._open_together):
            useful = ~(self.crowd.members & flags).any(axis=1)
            np.maximum(self._together[side], abs(away), out=self._together[side], where=useful)

    def shown(self, reader: Reader) -> tuple[float, float]:
        """How far down and up the value is shown to get for a reader."""
        table, place = self._place(reader)
        return float(table[(0, *place)]), float(table[(1, *place)])

    def is_safe(self, reader: Reader) -> bool:
        """Whether witnesses show enough for a reader."""
        down, up = self.shown(reader)
        return not self._lacking(np.array([[down], [up]])).any()

    def _place(self, reader: Reader) -> tuple[Floats, tuple[int, ...]]:
        if reader.coalition is not None:
            return self._together, (reader.coalition,)
        ends = [at for at in range(len(self.crowd.types)) if reader.types >> at & 1]
        return self._alone, (ends[0], ends[-1]) if self.crowd.pairs else (ends[0],)

    def unsafe(self) -> Reader | None:
        """A reader for whom no witnesses show enough: single types first, then coalitions, then pairs."""
        lacking = self._lacking(self._alone) & self._open
        alone = np.diagonal(lacking) if self.crowd.pairs else lacking
        if alone.any():
            at = int(np.argmax(alone))
            return Reader(self.crowd.types[at].name, 1 << at)
        together = self._lacking(self._together) & self._open_together
        if together.any():
            which = int(np.argmax(together))
            return Reader(*self.crowd.coalitions[which], which)
        if not lacking.any():
            return None
        one, other = divmod(int(np.argmax(lacking)), len(self.crowd.types))
        names = self.crowd.types[one].name, self.crowd.types[other].name
        return Reader("+".join(names), 1 << one | 1 << other)

    def _lacking(self, shown: Floats) -> Flags:
        below, above, width = (each - TOLERANCE for each in self.need)
        return np.asarray((shown[0] < below) | (shown[1] < above) | (shown[0] + shown[1] < width))

    def short(self, target: float) -> Floats | None:
        """For each type the number of readers it is among for whom the value is not shown at the target; None: all are.

        Readers who are safe already do not count.
        """
        side = 0 if target < 0 else 1
        far = abs(target) - TOLERANCE
        alone = self._lacking(self._alone) & self._open & (self._alone[side] < far)
        found = alone.sum(axis=0).astype(np.float64) if self.crowd.pairs else alone.astype(np.float64)
        if len(self._open_together):
            together = self._lacking(self._together) & self._open_together & (self._together[side] < far)
            found += together @ self.crowd.members
        return found if found.any() else None

    def settle(self, reader: Reader, lost: bool) -> None:
        """Ask no more for a reader who was judged; who can close in on the value alone (`lost`) needs no partner."""
        if reader.coalition is not None:
            self._open_together[reader.coalition] = False
            return
        _, place = self._place(reader)
        self._open[place] = self._open[place[::-1]] = False
        if lost and reader.types.bit_count() == 1:
            self._open[place[0]] = False
            if self.crowd.pairs:
                self._open[:, place[0]] = False
            self._open_together &= ~self.crowd.members[:, place[0]]


def _both(flags: Flags) -> Flags:
    return flags & flags[:, np.newaxis]

"""Published classes beside worlds: whether a world has the same ones, and which way values have to move for that."""

from __future__ import annotations

import math

import numpy as np

from pmm_site.audit.resampling import side
from pmm_site.audit.worlds import Component, Floats, bits


class Classes:
    """The classes that readers see, and whether they are the same in another world."""

    def __init__(self, component: Component, seen: int) -> None:
        self.published = tuple(component.classes[which] for which in bits(seen & (1 << len(component.classes)) - 1))
        places = np.array([each.place for each in component.unknowns])
        self._members = [np.array(each.members) for each in self.published]
        self._places = [places[members] for members in self._members]
        self._sides = [each.side for each in self.published]

    def say_of(self, number: int) -> bool:
        """Whether a class says that values among which this one is surely lean to a side."""
        return any(truth and number in members for members, truth in zip(self._members, self._sides, strict=True))

    def tilt(self, difference: Floats) -> Floats:
        """What a rise of each value does to the skewness of a world, positive where it works against the classes."""
        found = np.zeros(len(difference))
        for members, places, truth in zip(self._members, self._places, self._sides, strict=True):
            values = places + difference[members]
            scaled = (values - values.mean()) / (values.std() or 1.0)
            lean = float((scaled**3).mean())
            influence = scaled**2 - 1 - lean * scaled
            found[members] += influence * (-truth or math.copysign(1.0, lean))
        return found

    def hold(self, difference: Floats) -> bool:
        """Whether all classes are the same in a world."""
        for members, places, truth in zip(self._members, self._places, self._sides, strict=True):
            moved = difference[members]
            if moved.any() and side(places + moved) != truth:
                return False
        return True

"""The context of a narrative text: the site and its language, the page that it is on, the cycle that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from pmm_site.model import Kpi
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.overviews import absent
from pmm_site.tables import CycleRow

Arguments = Mapping[str, str]
"""The arguments of a call by the name of its parameter."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Where a text speaks: the site and its language, the page it stands on, the cycle it speaks of."""

    edition: Edition
    here: Here
    cycle: str

    def at(self, arguments: Mapping[str, str]) -> str:
        """The cycle of a call: its own, else that of the text."""
        return arguments.get("cycle", self.cycle)

    def cycle_row(self, arguments: Mapping[str, str]) -> CycleRow | None:
        """The cycle of a call, None where this site does not have it."""
        return self.edition.view.cycle_by_id.get(self.at(arguments))

    def no_figure(self) -> Markup:
        """The word for a figure that is not on this site."""
        return absent(self.edition)

    def kpi(self, id: str) -> Kpi | None:
        """A KPI of this site's catalogue."""
        return self.edition.view.catalogue.kpi_by_id.get(id)

    def number(self, count: int) -> Markup:
        """A count in the language's writing."""
        return escape(self.edition.formats.number(count))

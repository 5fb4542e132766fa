"""Charts across KPIs, instruments, goals and areas, and any chart as a figure with its data."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pmm_site.model import Instrument
from pmm_site.render.charts import Chart
from pmm_site.render.edition import Edition


def figure(edition: Edition, chart: Chart | None) -> Markup:
    """A chart with title, description and its data as a table beneath; nothing for None."""
    module = edition.theme.template("macros/figure.html", edition.language).module
    macro = module.figure  # type: ignore[attr-defined]
    return Markup(macro(chart))


def classes(edition: Edition, cycle: str) -> Chart | None:
    """KPIs by class and dimension."""
    return None


def goals(edition: Edition, cycle: str) -> Chart | None:
    """KPIs behind each goal, and which goals are served most productively."""
    return None


def usage(edition: Edition, cycle: str, instruments: Sequence[Instrument]) -> Chart | None:
    """Use, plans and awareness of instruments."""
    return None


def usage_over_cycles(edition: Edition, instrument: Instrument) -> Chart | None:
    """Use and awareness of one instrument, cycle by cycle."""
    return None

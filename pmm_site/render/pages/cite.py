"""How to cite the site and a single figure, as text, BibTeX and RIS."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, SiteKind
from pmm_site.render.edition import Edition
from pmm_site.render.formats import places
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import CycleRow


class Citation(NamedTuple):
    """A cycle's citation in three writings."""

    cycle: str
    text: str
    bibtex: str
    ris: str


@dataclass(frozen=True, slots=True)
class CitePage:
    """What cite.html prints. `warnings`: a preview, a restricted site, synthetic values; `example`: one figure."""

    warnings: tuple[str, ...]
    citations: tuple[Citation, ...]
    example: str
    licence: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page with a citation per cycle, newest first."""
    here, words, info = edition.here("cite"), edition.words, edition.view.info
    warnings = (
        ("cite.preview", info.is_preview),
        ("cite.synthetic", info.synthetic),
        ("cite.restricted", info.kind is not SiteKind.PUBLIC),
    )
    context = CitePage(
        warnings=tuple(words(key) for key, holds in warnings if holds),
        citations=tuple(citation(edition, row) for row in reversed(edition.view.cycles)),
        example=_example(edition),
        licence=edition.text(info.licence),
    )
    trail = (Crumb(here.to("home"), words("nav.home")),)
    yield Page(here, Head(words("cite.title"), words("cite.lead"), "cite", trail), context)


def citation(edition: Edition, row: CycleRow) -> Citation:
    """How to cite the data of a cycle on this site. No date of access: the reader adds it.

    Nor a year of publication: a release has a name, and no page says when it was made. The year of the data is in
    the title, where no program takes it for the year of publication.
    """
    words, info = edition.words, edition.view.info
    organization, title = edition.plain(info.organization), edition.plain(info.title)
    cycle = edition.plain(row.name)
    release = words("frame.preview") if info.is_preview else words("frame.release", name=info.release)
    year = str(row.reference_year)
    # Many cycles carry their year in their name already.
    data = "" if year in cycle else " ({})".format(words("cite.edition-data", year=year))
    name = words("cite.name", title=title, cycle=cycle) + data
    place = f"{edition.tier}. {release}"
    address = f"{info.base_url.rstrip('/')}/{edition.language}/cycle/{row.cycle}.html" if info.base_url else ""
    text = " ".join(part for part in (f"{organization}." if organization else "", f"{name}.", place, address) if part)
    key = f"pmm-{info.site}-{row.cycle}"
    lines = [("title", name), ("author", f"{{{organization}}}"), ("note", place), ("url", address)]
    bibtex = f"@misc{{{key},\n" + "".join(f"  {field} = {{{_tex(value)}}},\n" for field, value in lines if value) + "}"
    tags = [("TY", "DATA"), ("AU", organization), ("TI", name), ("N1", place), ("UR", address), ("ER", "")]
    ris = "\n".join(f"{tag}  - {value}".rstrip() for tag, value in tags if value or tag == "ER")
    return Citation(cycle, text, bibtex, ris)


def _tex(text: str) -> str:
    """Text that BibTeX reads as written: narrow spaces become plain ones, special characters are escaped."""
    plain = unicodedata.normalize("NFC", text).replace("\u202f", " ").replace("\u00a0", " ")
    return "".join("\\" + each if each in "&%$#_" else each for each in plain)


def _example(edition: Edition) -> str:
    """A figure of the latest cycle, cited with its n and rounding; empty where the site has none."""
    view = edition.view
    if view.latest is None:
        return ""
    for kpi in view.catalogue.kpis:
        row = view.mean(view.latest.cycle, kpi.id, ALL)
        if row is not None and row.mean is not None and row.rounding is not None:
            step = edition.formats.number(row.rounding, places(row.rounding))
            name = edition.kpi_name(kpi.id)
            return edition.words("cite.figure-text", kpi=name, n=row.contributors, rounding=step)
    return ""


KIND = PageKind("cite", CitePage, pages)

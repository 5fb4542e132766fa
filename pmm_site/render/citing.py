"""A figure with its source: how a page is cited, and a true sentence that can be quoted as it stands."""

from __future__ import annotations

from pmm_site.model import Instrument, Kpi, SiteKind
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here


def citation(edition: Edition, here: Here, name: str, cycle: str) -> str:
    """How to cite a page that has a name and speaks of a cycle."""
    info = edition.view.info
    parts = [
        edition.plain(info.organization),
        f"{name}, {edition.cycle_name(cycle)}",
        edition.plain(info.title),
        edition.words("cite-short.preview")
        if info.is_preview
        else edition.words("cite-short.release", name=info.release),
        info.base_url.rstrip("/") + "/" + here.path if info.base_url else "",
    ]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def quotable(edition: Edition) -> bool:
    """Whether sentences are offered to be quoted: what other sites say must not be passed on beyond their readers."""
    return edition.view.info.kind is SiteKind.PUBLIC


def with_source(edition: Edition, sentence: str, source: str) -> str:
    """A sentence with its source, and that its figures are generated where they are."""
    warning = f"({edition.words('frame.synthetic')})" if edition.view.info.synthetic else ""
    reference = edition.words("cite-short.source", source=source)
    return " ".join(part for part in (sentence, warning, reference) if part)


def quotes_of_kpi(edition: Edition, here: Here, kpi: Kpi, cycle: str) -> tuple[str, ...]:
    """A KPI's world mean in a sentence with its source; none where none is published or may be quoted."""
    row = edition.view.mean(cycle, kpi.id)
    if row is None or row.mean is None or not quotable(edition):
        return ()
    name = edition.kpi_name(kpi.id)
    sentence = edition.words(
        "kpi.quote-text", name=name, figure=edition.wording.plain_mean(kpi, row), cycle=edition.cycle_name(cycle),
        count=row.contributors,
    )  # fmt: skip
    return (with_source(edition, sentence, citation(edition, here, name, cycle)),)


def use_of(edition: Edition, instrument: Instrument, cycle: str) -> str:
    """The share of Members that use an instrument, in words; empty where none is published."""
    row = edition.view.instrument_rows.get((cycle, instrument.id))
    if row is None or row.in_use is None:
        return ""
    name, n = edition.plain(instrument.name), row.usage_respondents
    figure = edition.wording.share(row, row.in_use, n)
    return edition.words("instrument.quote-text", name=name, figure=figure, cycle=edition.cycle_name(cycle), count=n)


def quotes_of_instrument(edition: Edition, here: Here, instrument: Instrument, cycle: str) -> tuple[str, ...]:
    """The share of Members that use an instrument, with its source; none where none is published or may be quoted."""
    sentence = use_of(edition, instrument, cycle)
    if not sentence or not quotable(edition):
        return ()
    return (with_source(edition, sentence, citation(edition, here, edition.plain(instrument.name), cycle)),)


def downloads_of(edition: Edition, here: Here, table: str) -> tuple[tuple[str, str], ...]:
    """A table that a page is made of and the page of all data, as links with their words."""
    words = edition.words
    return (
        (here.data(f"{table}.csv"), f"{words(f'data.tables-about.{table}')} (CSV)"),
        (here.to("data"), words("kpi.download-all")),
    )

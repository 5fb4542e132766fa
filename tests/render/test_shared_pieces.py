"""Pieces that many sites share: found again by the answers that they were made from, and by nothing less."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from pmm_site.model import SiteKind
from pmm_site.render import kpi_sections, kpi_values
from pmm_site.render.memo import remembered
from pmm_site.render.pages import kpi
from pmm_site.render.tracing import Traced, _methods, _pieces, forget, shared, site_specific, traced, traced_index
from pmm_site.render.view import SiteView
from tests.render.report_site import edition, package


class Site(Traced):
    """A site with a name and figures."""

    def __init__(self, name: str, **figures: str) -> None:
        super().__init__()
        self._name, self._figures = name, figures

    @traced
    def called(self) -> str:
        """The site's name."""
        return self._name

    @site_specific
    def reader(self) -> str | None:
        """For whom the site is, if for one alone."""
        return self._figures.get("reader")

    @traced_index
    def figures(self) -> Mapping[str, str]:
        """Figures by name."""
        return self._figures


class Piece:
    """Makes a piece and counts how often."""

    def __init__(self, *reads: str, name: str = "piece") -> None:
        self.made, self._reads, self._name = 0, reads, name

    def of(self, site: Site) -> str:
        """The piece for a site."""
        return shared(site, ("test", self._name), lambda: self._make(site), len)

    def _make(self, site: Site) -> str:
        self.made += 1
        return " ".join(site.called() if each == "name" else site.figures().get(each, "none") for each in self._reads)


@pytest.fixture(autouse=True)
def anew() -> None:
    """Nothing is remembered from another test."""
    forget()


def test_a_piece_is_made_once_for_sites_that_answer_alike() -> None:
    """Sites that differ in what the piece does not ask for share it."""
    piece = Piece("a")
    assert [piece.of(Site("one", a="1", b="2")), piece.of(Site("two", a="1", b="3"))] == ["1", "1"]
    assert piece.made == 1


def test_a_site_that_answers_otherwise_has_a_piece_of_its_own() -> None:
    """A figure that one site shows is never served to another that does not: in whatever order they come."""
    piece = Piece("name", "a", "b")
    sites = [Site("x", a="1", b="2"), Site("x", a="1"), Site("x", b="2"), Site("y", a="1", b="2"), Site("x", a="2")]
    first = [piece.of(site) for site in sites]
    assert first == ["x 1 2", "x 1 none", "x none 2", "y 1 2", "x 2 none"]
    assert [piece.of(site) for site in reversed(sites)] == first[::-1]
    assert piece.made == len(sites)


def test_an_outer_piece_depends_on_what_its_parts_asked_for() -> None:
    """A part that is found again still counts among what the whole is made from."""
    inner = Piece("a", name="inner")

    def outer(site: Site) -> str:
        return shared(site, "outer", lambda: f"[{inner.of(site)}]", len)

    inner.of(Site("one", a="1"))
    assert [outer(Site("one", a="1")), outer(Site("two", a="2")), outer(Site("three", a="1"))] == ["[1]", "[2]", "[1]"]


def test_what_a_key_holds_is_not_recorded_twice() -> None:
    """A piece by key inside a shared one: its own questions are answered by its key."""
    site = Site("one", a="1")

    def made(name: str) -> str:
        return remembered(("by key", site.figures()["a"]), lambda: site.called() + name)

    assert shared(site, "whole", lambda: made("!"), len) == "one!"
    assert shared(Site("two", a="1"), "whole", lambda: "other", len) == "one!"


def test_going_through_an_index_depends_on_all_of_it() -> None:
    """A piece that lists an index is made anew where one more row stands in it."""

    def listed(site: Site) -> str:
        return shared(site, "list", lambda: ",".join(site.figures()), len)

    assert [listed(Site("x", a="1")), listed(Site("x", a="1", b="2")), listed(Site("y", a="1"))] == ["a", "a,b", "a"]


def test_a_piece_that_no_other_site_finds_is_no_longer_kept() -> None:
    """What differs on every site takes no memory, and is right."""
    piece = Piece("name")
    texts = [str(number) * 100_000 for number in range(9)]
    assert [piece.of(Site(each)) for each in texts] == texts
    assert [piece.of(Site(each)) for each in texts] == texts
    assert piece.made == 18


def test_what_is_made_for_one_reader_is_not_kept_but_its_parts_are() -> None:
    """Pages of country sites are made for each; what they share is found again, and what holds them is not."""
    part, wholes = Piece("a", name="part"), []

    def whole(site: Site) -> str:
        wholes.append(site)
        return f"{site.reader()}: {part.of(site)}"

    def outer(site: Site) -> str:
        return shared(site, "outer", lambda: shared(site, "whole", lambda: whole(site), len), len)

    sites = [Site("x", a="1", reader="KEN"), Site("x", a="1", reader="UGA"), Site("x", a="1")]
    assert [outer(site) for site in sites] == ["KEN: 1", "UGA: 1", "None: 1"]
    assert len(wholes) == 3
    assert part.made == 1
    assert not _pieces["outer"].variants + _pieces["whole"].variants


def test_country_sites_share_the_tables_of_a_kpi_and_mark_their_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of values and of groups are made once for sites that show alike; each marks its reader's rows."""
    made: list[str] = []

    def counted(module: ModuleType, name: str) -> None:
        make = getattr(module, name)

        @functools.wraps(make)
        def run(*given: Any) -> Any:
            made.append(name)
            return make(*given)

        monkeypatch.setattr(module, name, run)

    counted(kpi_values, "_value_table")
    counted(kpi_sections, "_group_table")
    of, own = package(SiteKind.COUNTRY), []
    for member in ("KEN", "FRA"):
        site = edition(dataclasses.replace(of, info=dataclasses.replace(of.info, subject=member)))
        page = kpi.page(site, "declarations").context
        for table in (page.value_table, page.groups[0].table):
            own += re.findall(r'<tr class="own"><th scope="row"[^>]*>(?:<a [^>]*>)?([^<]*)', table)
    assert own == ["Kenya", "South", "France", "North"]
    assert sorted(made) == ["_group_table", "_value_table"]


_ARGUMENTS = {"cycle": "c2024", "kpi": "k-clear", "table": "values", "member": "KEN", "grouping": "region"}
_READERS = sorted(
    name
    for name in vars(SiteView)
    if not name.startswith("_") and name not in ("answer", "admits", "in_force", "is_measured", "version_in")
)


@pytest.mark.parametrize("name", _READERS)
def test_whatever_a_page_reads_of_its_site_is_recorded(name: str) -> None:
    """No part of a site can be read past the trace that says for which other sites a page is right."""
    view = SiteView(package())

    def read() -> str:
        found = getattr(view, name)
        if callable(found):
            names = inspect.signature(_methods.get(name, found)).parameters
            found = found(*[_ARGUMENTS[each] for each in names if each in _ARGUMENTS])
        return repr(list(found) if isinstance(found, Mapping) else found)

    shared(view, name, read, len)
    assert _pieces[name].variants[0].trace

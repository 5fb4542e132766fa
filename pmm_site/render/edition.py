"""An edition: one site in one language, with everything that its pages are made from."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from markupsafe import Markup, escape

from pmm_site.model import GroupKey, Kpi, NameStatus, Outcome, SiteKind, Text
from pmm_site.render.charts import Charts, ChartStore
from pmm_site.render.formats import Formats, formats, sort_key
from pmm_site.render.links import Here
from pmm_site.render.memo import Same, key_number, remembered
from pmm_site.render.theme import Theme
from pmm_site.render.tracing import shared
from pmm_site.render.view import SiteView
from pmm_site.render.wording import Wording
from pmm_site.render.words import Words

T = TypeVar("T")

_WEIGHT = 2_000
"""What a piece weighs that is no text, in characters: about a chart."""


def _wording_key(view: SiteView, language: str, theme: Theme, minimum: int) -> int:
    """A number for all that the wording of a figure depends on: theme, language, kind of site, names, cycles."""
    cycles = tuple(repr(row) for row in view.cycles)
    names = (Same(view.catalogue), Same(view.unions), cycles)
    return key_number((theme, language, view.info.languages[0], view.info.kind, minimum, *names))


def _weight(piece: object) -> int:
    return len(piece) if isinstance(piece, str) else getattr(piece, "weight", _WEIGHT)


class Edition:
    """One site in one language. Page modules read it and nothing else."""

    def __init__(self, view: SiteView, language: str, theme: Theme, store: ChartStore) -> None:
        self.view = view
        self.language = language
        self.theme = theme
        self.words: Words = theme.words(language)
        self.formats: Formats = formats(language)
        rules = view.info.rules or {}
        minimum = int(rules.get("minimum_contributors", 3))
        self.wording_key = _wording_key(view, language, theme, minimum)
        self.wording = remembered(
            ("wording", self.wording_key), lambda: Wording(self.words, self.formats, view.info.kind, minimum)
        )
        self.charts = Charts(store, self.words, self.formats)
        self.here = functools.lru_cache(maxsize=None)(self._here)
        self.kpi_name = functools.cache(self._kpi_name)

    def piece(self, make: Callable[..., T], *arguments: Any) -> T:
        """What a function gives for this edition and the arguments: made once for all sites that answer it alike.

        Arguments are ids, texts, parts of the catalogue, or the place of a page.
        """
        key = make.__module__, make.__qualname__, self.wording_key, *[getattr(each, "id", each) for each in arguments]
        return shared(self.view, key, lambda: make(self, *arguments), _weight)

    def _here(self, kind: str, id: str = "") -> Here:
        return Here(kind, id, self.language)

    # --- texts ----------------------------------------------------------------------------------

    @property
    def fallback(self) -> str:
        """The language that stands in where a text is not translated."""
        return self.view.info.languages[0]

    def plain(self, text: Text | None) -> str:
        """A text of the data in this language, else in the fallback, else in any; for titles and attributes."""
        if not text:
            return ""
        return text.get(self.language) or text.get(self.fallback) or next(iter(text.values()))

    def text(self, text: Text | None) -> Markup:
        """A text of the data; one that is not translated carries its own `lang` and direction, to be read rightly."""
        if not text or text.get(self.language):
            return escape(self.plain(text))
        language = self.fallback if text.get(self.fallback) else next(iter(text))
        return Markup("<span{}>{}</span>").format(self.foreign(language), self.plain(text))

    def foreign(self, language: str) -> Markup:
        """The attributes of an element in another language than the page's."""
        right_to_left = formats(language).right_to_left
        direction = "" if right_to_left is self.formats.right_to_left else f' dir="{"rtl" if right_to_left else "ltr"}"'
        return Markup(' lang="{}"').format(language) + Markup(direction)

    # --- names ----------------------------------------------------------------------------------

    def _kpi_name(self, id: str) -> str:
        return self.plain(self.view.catalogue.kpi_by_id[id].name)

    def outcome_name(self, id: str) -> str:
        """Name of an expected outcome."""
        return self.plain(self.view.catalogue.outcome_by_id[id].name)

    def dimension_name(self, id: str) -> str:
        """Name of a dimension."""
        return self.plain(self.view.dimension_by_id[id].name)

    def member_name(self, code: str) -> str:
        """Name of a Member."""
        row = self.view.member_by_code.get(code)
        return self.plain(row.name) if row else code

    def group_name(self, grouping: str, group: str) -> str:
        """Name of a group, of a union, or of all Members."""
        if grouping == "all":
            return self.words("group.all")
        if grouping == "union":
            union = self.view.union_by_id.get(group)
            return self.plain(union.name) if union else group
        if ":" in grouping:
            parts = zip(grouping.split(":"), group.split(":"), strict=True)
            return " × ".join(self.group_name(*part) for part in parts)
        found = self.view.group_by_id.get(GroupKey(grouping, group))
        return self.plain(found.name) if found else group

    def grouping_name(self, id: str) -> str:
        """Name of a grouping."""
        if id in ("all", "union"):
            return self.words(f"grouping.{id}")
        return self.plain(self.view.grouping_by_id[id].name)

    def cycle_name(self, id: str) -> str:
        """Name of a cycle; empty where there is none yet."""
        return self.plain(self.view.cycle_by_id[id].name) if id else ""

    def goal_name(self, goal: int) -> str:
        """Short name of a Sustainable Development Goal."""
        return self.words(f"sdg.name-{goal}")

    def illustrative(self, status: NameStatus) -> Markup:
        """The mark beside a name that stands in for one that is not published; nothing beside the others."""
        if status is NameStatus.PUBLISHED:
            return Markup("")
        return remembered(
            ("illustrative", self.wording_key),
            lambda: Markup('\u00a0<abbr class="tag" title="{}">{}</abbr>').format(
                self.words("name.illustrative-long"), self.words("name.illustrative")
            ),
        )

    @property
    def has_illustrative_names(self) -> bool:
        """Whether names of this site stand in for others, so that its pages explain the mark beside them."""
        catalogue = self.view.catalogue
        named = (catalogue.outcomes, catalogue.kpis, catalogue.instruments)
        return any(each.name_status is NameStatus.ILLUSTRATIVE for names in named for each in names)

    def in_order(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """Ids in the order of their names by the rules of the language."""
        return tuple(sorted(names, key=lambda id: sort_key(names[id])))

    # --- the site -------------------------------------------------------------------------------

    @property
    def tier(self) -> str:
        """What kind of site this is, in a few words: `Public`, `WCO Members`, the union's or the Member's name."""
        info = self.view.info
        if info.kind is SiteKind.UNION:
            return self.group_name("union", info.subject or "")
        if info.kind is SiteKind.COUNTRY:
            return self.member_name(info.subject or "")
        return self.words(f"tier.{info.kind.value}")

    @property
    def is_restricted(self) -> bool:
        """Whether the site has a handling mark."""
        return self.view.info.kind is not SiteKind.PUBLIC

    @property
    def handling_mark(self) -> str:
        """The mark of a restricted site in header, footer and print; empty on the public one."""
        info = self.view.info
        if info.kind is SiteKind.PUBLIC:
            return ""
        return self.words(f"mark.{info.kind.value}", name=self.tier)

    def dimension_index(self, outcome: Outcome | Kpi) -> int:
        """1-based place of the dimension, by which pages colour it."""
        found = outcome if isinstance(outcome, Outcome) else self.view.catalogue.outcome_by_id[outcome.outcome]
        return [each.id for each in self.view.catalogue.dimensions].index(found.dimension) + 1

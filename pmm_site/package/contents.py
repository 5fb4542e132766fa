"""A release package in memory: what one site may show, and what the site says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pmm_site.model import PREVIEW, Catalogue, ContentPage, SiteKind, Text


class UnionName(NamedTuple):
    """A union as a site may name it; `members` in the reference year of the latest published cycle."""

    id: str
    name: Text
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageInfo:
    """What a site says of itself (site.json) and of its release (datapackage.json).

    `communities` and `members` are its readers: `everyone`, `basic-users`, `secretariat` and Member codes
    (`members` is empty where every Member is meant). `release` is the release's name or `preview`.
    `analysis` and `rules` are the thresholds that pages explain, by name.
    """

    site: str
    kind: SiteKind
    subject: str | None
    title: Text
    languages: tuple[str, ...]
    communities: tuple[str, ...]
    members: tuple[str, ...]
    release: str
    synthetic: bool
    cycles: tuple[str, ...]
    theme: str = "default"
    organization: Text | None = None
    contact: str | None = None
    licence: Text | None = None
    notice: Text | None = None
    base_url: str | None = None
    analysis: Mapping[str, float] | None = None
    rules: Mapping[str, Any] | None = None

    @property
    def is_preview(self) -> bool:
        """Whether this build was made without a release name."""
        return self.release == PREVIEW


@dataclass(frozen=True)
class ReleasePackage:
    """Everything that one site may show: names, rows of each table, narrative pages.

    `tables` maps the stem of a file to rows of its type in `pmm_site.tables.TABLES`, in file order.
    """

    info: PackageInfo
    catalogue: Catalogue
    unions: tuple[UnionName, ...]
    tables: Mapping[str, tuple[Any, ...]]
    content: tuple[ContentPage, ...] = ()

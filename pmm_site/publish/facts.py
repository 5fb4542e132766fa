"""What a web root says of its site: read from the release package in its folder `data`, without the project."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pmm_site.model import PREVIEW, SiteKind, Text
from pmm_site.problems import DisclosureRefused, UsageProblem, nearest


@dataclass(frozen=True)
class SiteFacts:
    """A site as its release package, the folder `package`, describes it.

    Its readers: `communities` (`everyone`, `basic-users`, `secretariat`), and Member codes in `members`.
    """

    package: Path
    id: str
    kind: SiteKind
    subject: str | None
    title: Text
    languages: tuple[str, ...]
    communities: tuple[str, ...]
    members: tuple[str, ...]
    release: str
    synthetic: bool
    cycles: tuple[str, ...]
    organization: Text
    contact: str
    licence: Text
    base_url: str | None

    @property
    def is_public(self) -> bool:
        """Whether everyone may open the site."""
        return "everyone" in self.communities

    @property
    def is_preview(self) -> bool:
        """Whether the site was built without a release name."""
        return self.release == PREVIEW

    def release_name(self, texts: Mapping[str, str]) -> str:
        """The release in words, or that it is a preview; `texts`: those of `publish.words` in a language."""
        return texts["preview"] if self.is_preview else f"{texts['readme.release']} {self.release}"

    @property
    def host(self) -> str:
        """The host name of the site's base address, `<site>.example.org` where it has none."""
        return (urlsplit(self.base_url or "").hostname or "") or f"{self.id}.example.org"

    @cached_property
    def catalogue(self) -> Mapping[str, Any]:
        """catalogue.json as it stands."""
        return _object(self.package / "catalogue.json")

    def text(self, text: Text | None, language: str) -> str:
        """A text in a language, in the site's first language where it is not translated."""
        versions = text or {}
        return versions.get(language) or versions.get(self.languages[0], "")

    def subject_name(self, language: str) -> str:
        """The name of the union or Member that the site is about; empty on the public and the WCO site."""
        if self.kind is SiteKind.UNION:
            unions = self.catalogue.get("unions", ())
            return next((self.text(each["name"], language) for each in unions if each["id"] == self.subject), "")
        if self.kind is SiteKind.COUNTRY:
            with (self.package / "members.csv").open(encoding="utf-8", newline="") as stream:
                rows = [row for row in csv.DictReader(stream) if row["member"] == self.subject]
            names = rows[-1] if rows else {}
            return names.get(f"name_{language}") or names.get(f"name_{self.languages[0]}") or self.subject or ""
        return ""


def site_root(output: Path, site: str) -> Path:
    """The web root of a site that stands in an output folder; UsageProblem for an id that leads elsewhere."""
    sites = output / "sites"
    if Path(site).name != site:
        raise UsageProblem(f"no such site: {site!r} → {_advice(sites, site)}")
    return sites / site


def _advice(sites: Path, site: str) -> str:
    """Advice on a site that does not stand: the one that was probably meant, or to build first."""
    beside = [place.name for place in sites.glob("*") if (place / "data").is_dir()]
    return nearest(site, beside) or "build first: pmm-site build"


def site_facts(root: Path) -> SiteFacts:
    """The site in a web root; UsageProblem where there is none."""
    package = root / "data"
    if not package.is_dir():
        raise UsageProblem(f"{root}: no site stands here → {_advice(root.parent, root.name)}")
    site, descriptor = _object(package / "site.json"), _object(package / "datapackage.json")
    try:
        return SiteFacts(
            package=package,
            id=site["site"],
            kind=SiteKind(site["kind"]),
            subject=site.get("subject"),
            title=site["title"],
            languages=tuple(site["languages"]),
            communities=tuple(descriptor["readers"]["communities"]),
            members=tuple(descriptor["readers"]["members"]),
            release=descriptor["release"],
            synthetic=descriptor["synthetic"] is True,
            cycles=tuple(descriptor["cycles"]),
            organization=site.get("organization") or {},
            contact=site.get("contact") or "",
            licence=site.get("licence") or {},
            base_url=site.get("base_url"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageProblem(f"{root}: no site of this version of pmm-site ({type(error).__name__})") from None


def refuse_previews(sites: Sequence[SiteFacts], what: str) -> None:
    """DisclosureRefused where a site is a preview of values that are not synthetic."""
    previews = [site.id for site in sites if site.is_preview and not site.synthetic]
    if previews:
        raise DisclosureRefused(
            f"{what} is made of releases only, and these are previews: {', '.join(previews)} "
            "→ pmm-site build --release NAME"
        )


def _object(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError:
        raise UsageProblem(f"{path}: cannot be read → build the site again") from None
    except ValueError:
        raise UsageProblem(f"{path}: damaged → build the site again") from None
    if not isinstance(content, dict):
        raise UsageProblem(f"{path}: damaged → build the site again")
    return content

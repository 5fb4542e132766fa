"""One run of a build: where it works, what it reads, and what stood before it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

from pmm_site.model import PREVIEW
from pmm_site.publish import Output
from pmm_site.stages import confidential, rendering, standing
from pmm_site.stages.confidential import Project
from pmm_site.stages.progress import Progress
from pmm_site.stages.standing import Standings
from pmm_site.stages.workers import Workers

_projects: dict[tuple[Path, str | None, str], Project] = {}
"""The project loaded last, for whoever builds it again and again."""


@dataclass(frozen=True)
class Run:
    """One build: where it works, what it reads, and what stood before it."""

    folder: Path
    place: Output
    release: str | None
    workers: Workers
    progress: Progress
    preview: bool = False
    _fingerprints: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """What the sites call themselves: the release, or a preview."""
        return PREVIEW if self.release is None else self.release

    @cached_property
    def standings(self) -> Standings:
        """What the last build left."""
        return standing.read_standings(self.place)

    @cached_property
    def data(self) -> str:
        """Hash of what figures and levels are read from: all that the confidential side reads but narrative pages."""
        return standing.data_of(self.folder)

    @cached_property
    def decided(self) -> str:
        """Hash of what release packages are made from but narrative pages."""
        return standing.decided_of(self.data, self.name)

    @cached_property
    def sources(self) -> str:
        """Hash of what the confidential side reads."""
        return standing.sources_of(self.folder, self.decided)

    @cached_property
    def project(self) -> Project:
        """The project as loaded; read again only when a file of it has changed, or the clock published a cycle."""
        key = (self.folder, self.release, self.sources)
        if key not in _projects or not self.reads_the_same:
            loaded = confidential.opened(self.folder, self.release)
            _projects.clear()
            _projects[key] = loaded
        return _projects[key]

    @cached_property
    def themes(self) -> tuple[Path, ...]:
        """Where themes are looked for."""
        return rendering.theme_directories(self.folder)

    @cached_property
    def theme(self) -> str:
        """Hash of what pages are made from beside their package."""
        return standing.theme_of(self.themes)

    def figures(self, project: Project) -> str:
        """Hash of all that figures are held against; the clock, too, publishes cycles."""
        return _hash_of(self.data, *project.dataset.published_cycles)

    def question(self, project: Project, theme_files: Mapping[str, str]) -> str:
        """Hash of all that the audit of a file depends on beside its bytes and the package of its site.

        theme_files: hashes of the static files of the program's own themes, by path.
        """
        return _hash_of(self.figures(project), *chain.from_iterable(sorted(theme_files.items())))

    @property
    def may_reuse(self) -> bool:
        """Whether what stands may be taken over where it was made from the same. A release is always decided anew."""
        return self.release is None and self.standings.are_of_today and not is_on_service()

    @property
    def reads_the_same(self) -> bool:
        """Whether the confidential side would read what it read last time."""
        return self.may_reuse and self.standings.sources == self.sources

    def is_whole(self, site: str) -> bool:
        """Whether a site stands as a build left it."""
        known = self.standings.by_site.get(site)
        if site not in self._fingerprints:
            self._fingerprints[site] = standing.fingerprint(self.place.sites / site)
        return known is not None and known.fingerprint == self._fingerprints[site]

    def is_decided(self, site: str) -> bool:
        """Whether a site stands whole with the figures that would be decided now; its narrative pages may be others."""
        known = self.standings.by_site.get(site)
        return self.may_reuse and known is not None and known.decided == self.decided and self.is_whole(site)

    def is_made_from(self, site: str, package: str) -> bool:
        """Whether a site stands as it would be made from a package."""
        known, theme = self.standings.by_site.get(site), self.theme  # the theme as it is before anything is drawn by it
        return known is not None and (known.package, known.theme) == (package, theme) and self.is_whole(site)

    def is_current(self, site: str) -> bool:
        """Whether a site stands as it would be made from the sources."""
        known = self.standings.by_site.get(site)
        return known is not None and known.sources == self.sources and self.is_made_from(site, known.package)


def _hash_of(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


SERVICES = (
    "CI", "BUILDKITE", "CF_PAGES", "CIRCLECI", "CODEBUILD_BUILD_ID", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL",
    "NETLIFY", "READTHEDOCS", "RENDER", "TEAMCITY_VERSION", "TF_BUILD", "TRAVIS", "VERCEL",
)  # fmt: skip
"""Variables by which services that build for others can be known; most set `CI` too, which a job may take away."""


def is_on_service() -> bool:
    """Whether this is a continuous-integration service."""
    return any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in SERVICES)

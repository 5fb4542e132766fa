"""One run of a build: what it reads, where it writes, and which of the sites that stand it may leave as they are.

Every hash here answers one question of the form "would this come out the same again?"; what goes into each is in
`standing`.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from pmm_site.model import PREVIEW
from pmm_site.problems import UsageProblem, nearest
from pmm_site.publish import Output
from pmm_site.stages import confidential, rendering, services, standing
from pmm_site.stages.confidential import Project
from pmm_site.stages.progress import Progress
from pmm_site.stages.standing import Standings
from pmm_site.stages.workers import Workers


@dataclass(frozen=True)
class Run:
    """One build of the project in `folder` into `output`.

    release: the name to publish under, None for a preview without a name. preview: nobody else reads the output.
    """

    folder: Path
    output: Output
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
        """What is noted of the sites that the last build left."""
        return standing.read_standings(self.output)

    @cached_property
    def data_hash(self) -> str:
        """Of the data and the program: all that figures and levels come from."""
        return standing.hash_of_data(self.folder)

    @cached_property
    def decision_hash(self) -> str:
        """Of all that release packages are made from but narrative pages."""
        return standing.hash_of_decisions(self.data_hash, self.name)

    @cached_property
    def source_hash(self) -> str:
        """Of all that the confidential side reads, narrative pages included."""
        return standing.hash_of_sources(self.folder, self.decision_hash)

    @cached_property
    def project(self) -> Project:
        """The loaded project; read again only when a file of it has changed, or the clock has published a cycle.

        Raises InputProblems.
        """
        if not self.reads_the_same:
            _opened.cache_clear()
        return _opened(self.folder, self.release, self.source_hash)

    @cached_property
    def themes(self) -> tuple[Path, ...]:
        """The folders in which themes are looked for; the first that has a theme wins."""
        return rendering.theme_directories(self.folder)

    @cached_property
    def theme_hash(self) -> str:
        """Of all that pages are made from beside their package: themes and program."""
        return standing.hash_of_themes(self.themes)

    @property
    def may_reuse(self) -> bool:
        """Whether what stands may stay where it was made from the same.

        Never for a release, which is decided anew, and never on a continuous-integration service.
        """
        return self.release is None and self.standings.are_of_today and not services.is_on_service()

    @property
    def reads_the_same(self) -> bool:
        """Whether what stands may stay, and the confidential side would read what it read last time."""
        return self.may_reuse and self.standings.sources == self.source_hash

    def is_up_to_date(self, chosen: Sequence[str]) -> bool:
        """Whether the chosen sites stand as they would be made, and where they are all sites, no other site stands."""
        is_all = set(chosen) == set(self.standings.sites)
        nothing_to_remove = not is_all or set(self.output.standing()) == set(chosen)
        return nothing_to_remove and all(map(self.is_current, chosen))

    def are_decided(self, chosen: Sequence[str]) -> bool:
        """Whether there are chosen sites, and every one `is_decided`."""
        return bool(chosen) and all(map(self.is_decided, chosen))

    def is_whole(self, site: str) -> bool:
        """Whether a site stands with all files as the build left them."""
        noted = self.standings.by_site.get(site)
        if site not in self._fingerprints:
            self._fingerprints[site] = standing.fingerprint(self.output.sites / site)
        return noted is not None and noted.fingerprint == self._fingerprints[site]

    def is_decided(self, site: str) -> bool:
        """Whether a site stands whole with the figures that would be decided now; narrative pages may have changed."""
        noted = self.standings.by_site.get(site)
        return self.may_reuse and noted is not None and noted.decided == self.decision_hash and self.is_whole(site)

    def is_made_from(self, site: str, package: str) -> bool:
        """Whether a site stands whole as the themes would make it from a package, which is given by its hash."""
        made_from = package, self.theme_hash  # read now, before anything is drawn by the theme
        noted = self.standings.by_site.get(site)
        return noted is not None and (noted.package, noted.theme) == made_from and self.is_whole(site)

    def is_current(self, site: str) -> bool:
        """Whether a site stands whole as it would be made from all that is read now."""
        noted = self.standings.by_site.get(site)
        return noted is not None and noted.sources == self.source_hash and self.is_made_from(site, noted.package)


@lru_cache(maxsize=1)
def _opened(folder: Path, release: str | None, sources: str) -> Project:
    """The project whose files have the hash `sources`; the last one is kept, since `serve` builds it over and over."""
    return confidential.opened(folder, release)


def matching(sites: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """The ids of sites that match any pattern (`country-*`), all when there is no pattern.

    UsageProblem for a pattern that matches nothing.
    """
    for pattern in patterns:
        if not fnmatch.filter(sites, pattern):
            advice = nearest(pattern, sites) or "see `sites` in site.yml"
            raise UsageProblem(f"--site {pattern}: no site of the project matches → {advice}")
    return tuple(site for site in sites if not patterns or any(fnmatch.fnmatchcase(site, each) for each in patterns))

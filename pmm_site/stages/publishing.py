"""From staged release packages to sites that stand: what has to be rendered, what goes, and the note of all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pmm_site.problems import DisclosureRefused
from pmm_site.stages import standing
from pmm_site.stages.confidential import Project
from pmm_site.stages.run import Run
from pmm_site.stages.standing import Standing, Standings


def sites_to_remove(run: Run, project: Project, chosen: Sequence[str]) -> tuple[str, ...]:
    """The ids of the sites that must not stand beside the chosen ones.

    When all sites are built, these are the sites that the project no longer has. When some are built, they are those
    made from another state of the data: DisclosureRefused then, unless nobody else reads the output (`run.preview`).
    """
    others = run.output.without(chosen)
    if len(chosen) == len(project.sites):
        return others
    standings = run.standings.by_site
    outdated = tuple(site for site in others if site not in standings or standings[site].state != project.state)
    if outdated and not run.preview:
        raise DisclosureRefused(
            f"the data, the releases or the program have changed since {', '.join(outdated[:5])}"
            f"{' …' if len(outdated) > 5 else ''} were built, and two states of the figures side by side can tell what "
            "neither tells alone → build all sites, or remove those"
        )
    return outdated


class Publication:
    """The sites of one build on their way from staged release packages into the place of what stands."""

    def __init__(self, run: Run, project: Project) -> None:
        self._run, self._project = run, project
        self._packages: dict[str, str] = {}
        """The hash of each site's staged release package, by site id."""

    def to_render(self, staged: Iterable[str]) -> Iterator[tuple[Path, Path | None]]:
        """The staged web root of each site that would not be the same again, as soon as its package is staged.

        staged: ids of sites whose packages are staged, the last ones possibly still to come. Beside each staged web
        root: the one that stands, None where it is not as a build left it.
        """
        output = self._run.output
        for site in staged:
            package = self._packages[site] = standing.hash_of_folder(output.staging / site / "data")
            if not self._run.is_made_from(site, package):
                yield output.staging / site, output.sites / site if self._run.is_whole(site) else None

    def publish(self, files: Mapping[str, int], removed: Sequence[str]) -> Standings:
        """Swap the rendered sites in, take away `removed`, and note what every site that stands was made from.

        files: the number of files of each rendered site, by id. While a site is being replaced nothing is noted of it,
        so that a build that is stopped here leaves no note that is not true.
        """
        output, before = self._run.output, self._run.standings
        unchanged = {site: noted for site, noted in before.by_site.items() if site not in files}
        standing.write_standings(output, replace(before, by_site=unchanged))
        output.swap_in(*files)
        output.remove(removed)
        by_site = {**before.by_site, **{site: self._standing(site, files) for site in self._packages}}
        standings = Standings(
            self._run.source_hash,
            tuple(site.id for site in self._project.sites),
            self._project.publishes_next,
            self._project.warnings,
            {site: noted for site, noted in by_site.items() if site in output.standing()},
        )
        standing.write_standings(output, standings)
        return standings

    def _standing(self, site: str, files: Mapping[str, int]) -> Standing:
        """The note of a site whose package was staged, whether it was rendered or stood already."""
        run, before = self._run, self._run.standings.by_site
        return Standing(
            sources=run.source_hash,
            decided=run.decision_hash,
            state=self._project.state,
            package=self._packages[site],
            theme=run.theme_hash,
            fingerprint=standing.fingerprint(run.output.sites / site) if site in files else before[site].fingerprint,
            files=files.get(site) or before[site].files,
        )

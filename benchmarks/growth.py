"""How the cost of a build grows: with twice the Members, twice the cycles, twice the sites.

    python -m benchmarks.growth [--members 31] [--cycles 2]

Each world is built from nothing. Twice the Members make more than twice the pages, since each site has a page of every
Member whose values it shows: what counts is the time of a page, and of the choice of roundings that of a KPI in a
cycle.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import worlds


class Grown(NamedTuple):
    """A world that was built: what of it is twice that of the first, what stands, and the build."""

    name: str
    sites: worlds.Sites
    run: worlds.Run
    distributions: int

    @property
    def by_page(self) -> float:
        """Milliseconds a page, but for the choice of roundings."""
        return 1000 * (self.run.seconds - self.run.stages.get("disclose", 0.0)) / self.sites.pages

    @property
    def by_distribution(self) -> float:
        """Milliseconds of the choice of roundings for a KPI in a cycle."""
        return 1000 * self.run.stages.get("disclose", 0.0) / self.distributions


def measured(members: int, cycles: int) -> Iterator[Grown]:
    """The worlds, one after the other: the first has half of the Members' sites, the second those of all."""
    for name, size, span, half in (
        ("sites of half of the Members", members, cycles, True),
        ("twice the sites", members, cycles, False),
        ("twice the Members", 2 * members, cycles, False),
        ("twice the cycles", members, 2 * cycles, False),
    ):
        with tempfile.TemporaryDirectory(prefix="pmm-bench-") as folder:
            project = Path(folder) / "world"
            worlds.make(project, size, span, "unions")
            if half:
                worlds.keep_half_of_the_countries(project)
            run = worlds.built(name, project)
            kpis = worlds.number_of_kpis(project)
            yield Grown(name, worlds.standing(project / "build" / "sites"), run, kpis * span)


def table(members: int, cycles: int) -> Iterator[str]:
    """The growth in Markdown; each line is told beside the one that it is twice of."""
    yield "## How it grows"
    yield ""
    yield (
        f"{members} Members and {cycles} cycles from nothing, with the country sites of every second Member; then with "
        "those of all; then with twice the Members and with twice the cycles, each of them twice the second line."
    )
    yield ""
    yield (
        "| world | sites | pages | wall, s | disclose, s | ms a page without disclose | disclose, ms a KPI and cycle "
        "| peak memory, MiB |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for each in measured(members, cycles):
        cells = (
            each.name,
            f"{each.sites.sites}",
            f"{each.sites.pages:,}",
            f"{each.run.seconds:.1f}",
            f"{each.run.stages.get('disclose', 0.0):.1f}",
            f"{each.by_page:.2f}",
            f"{each.by_distribution:.0f}",
            f"{each.run.mebibytes:,.0f}",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=31)
    parser.add_argument("--cycles", type=int, default=2)
    options = parser.parse_args()
    for line in table(options.members, options.cycles):
        print(line, flush=True)


if __name__ == "__main__":
    main()

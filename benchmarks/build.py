"""How fast a whole world is built, stage by stage, beside what general site generators need to typeset its pages.

    python -m benchmarks.build [--members 187] [--cycles 5] [--changes nothing site] [--write docs/performance.md]

It makes the project that `pmm-site demo` writes, builds all sites from nothing, again with nothing changed, with one
value changed, with one narrative page or template changed, one site alone, and from nothing safe against pairs of
Members as well, by the commands that everybody uses.
Then Hugo and Eleventy typeset the same pages: their content is computed already (what stands in <main>), layout and
navigation are theirs to add. What is not installed is left out. Peak memory is that of all processes together
(proportional set size, read up to ten times a second).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import growth, typesetting, worlds

STAGES = ("analyse", "disclose", "packages", "render", "audit")


def main() -> None:
    """Measure, and print or write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=187)
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--coalitions", default="unions", choices=("unions", "pairs", "none"))
    parser.add_argument("--pages", type=int, default=10_000, help="pages that the others typeset at most (10000)")
    parser.add_argument(
        "--changes", nargs="*", default=list(CHANGES), choices=CHANGES, help="what is built again after (all of these)"
    )
    parser.add_argument("--growth", action="store_true", help="also how the cost grows with Members, cycles and sites")
    parser.add_argument("--without-others", action="store_true", help="leave Hugo and Eleventy out")
    parser.add_argument("--write", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pmm-bench-") as folder:
        report = ""
        for report in reports(options, Path(folder)):
            if options.write:  # what was measured so far is not lost with what comes after it
                options.write.write_text(report, "utf-8")
    if not options.write:
        print(report)


def reports(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The report after each measurement: the world from nothing, beside others, again with each change, its growth."""
    project = folder / "world"
    worlds.make(project, options.members, options.cycles, options.coalitions)
    _add_a_theme(project)
    runs = [worlds.built("everything, from nothing", project)]
    standing = project / "build" / "sites"
    sites = worlds.standing(standing)
    yield written(options, runs, sites, [])
    others = [] if options.without_others else typesetting.measured(standing, folder, options.pages)
    yield written(options, runs, sites, others)
    for change in options.changes:
        runs.append(CHANGES[change](project))
        yield written(options, runs, sites, others)
    if options.growth:
        shutil.rmtree(project)
        yield "\n".join([written(options, runs, sites, others), *growth.table(members=31, cycles=2)])


def _nothing_changed(project: Path) -> worlds.Run:
    return worlds.built("nothing changed", project)


def _value_changed(project: Path) -> worlds.Run:
    _change_a_value(project)
    return worlds.built("one value changed", project)


def _page_changed(project: Path) -> worlds.Run:
    page = sorted(project.glob("content/*/*.md"))[0]
    page.write_text(page.read_text("utf-8") + "\nAnother sentence.\n", "utf-8")
    return worlds.built("one narrative page changed", project)


def _template_changed(project: Path) -> worlds.Run:
    _change_a_template(project)
    return worlds.built("one template changed", project)


def _one_alone(project: Path) -> worlds.Run:
    """A site that was taken away, made again beside the others."""
    site = sorted((project / "build" / "sites").glob("country-*"))[0]
    shutil.rmtree(site)
    return worlds.built("one site alone", project, "--site", site.name)


def _pairs(project: Path) -> worlds.Run:
    """Nothing is kept of what stood: this comes last."""
    shutil.rmtree(project / "build")
    worlds.set_coalitions(project, "pairs")
    return worlds.built("everything, from nothing, with `pairs`", project)


CHANGES = {
    "nothing": _nothing_changed,
    "value": _value_changed,
    "page": _page_changed,
    "template": _template_changed,
    "site": _one_alone,
    "pairs": _pairs,
}


def _change_a_value(project: Path) -> None:
    """Another number in the newest submissions: the last digit of the first value that has one."""
    path = sorted(project.glob("data/cycles/*/values.csv"))[-1]
    head, *lines = path.read_text("utf-8").splitlines()
    at = head.split(",").index("value")
    for number, line in enumerate(lines):
        cells = line.split(",")
        if '"' not in line and re.fullmatch(r"\d{1,2}\.\d", cells[at]):
            cells[at] = cells[at][:-1] + str((int(cells[at][-1]) + 1) % 10)
            lines[number] = ",".join(cells)
            path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
            return
    raise SystemExit(f"{path}: no value to change")


def _add_a_theme(project: Path) -> None:
    """A theme of the project that overrides one template and leaves it as it is."""
    theme = project / "themes" / "bench"
    (theme / "templates").mkdir(parents=True)
    (theme / "theme.yml").write_text("extends: default\n", "utf-8")
    (theme / "templates" / "search.html").write_text('{% extends "default/search.html" %}\n', "utf-8")
    with (project / "site.yml").open("a", encoding="utf-8") as settings:
        settings.write("theme: bench\n")


def _change_a_template(project: Path) -> None:
    with (project / "themes" / "bench" / "templates" / "search.html").open("a", encoding="utf-8") as template:
        template.write("{% block main %}<p>Changed.</p>{{ super() }}{% endblock %}\n")


def written(
    options: argparse.Namespace, runs: Sequence[worlds.Run], sites: worlds.Sites, others: Sequence[typesetting.Typeset]
) -> str:
    """The report in Markdown."""
    render = sum(runs[0].stages.get(stage, 0.0) for stage in ("packages", "render"))
    ours = sites.pages / render if render else 0.0
    lines = [
        "# How fast it is, measured",
        "",
        "Written by `make bench`, figures and all: "
        f"{options.members} Members, {options.cycles} cycles, coalitions `{options.coalitions}`; "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}. Seconds depend on the "
        "machine and on what else it does; the ratios within one run do so less.",
        "",
        f"{sites.sites} sites, {sites.pages:,} pages, {sites.files:,} files, {sites.bytes / 2**20:,.0f} MiB "
        f"({sites.bytes / max(1, sites.files) / 1024:.0f} KiB a file).",
        "",
        "## Builds",
        "",
        f"| build | wall, s | {' | '.join(STAGES)} | other | peak memory, MiB |",
        f"| --- | {' | '.join(['---:'] * (len(STAGES) + 3))} |",
    ]
    for run in runs:
        parts = [run.stages.get(stage, 0.0) for stage in STAGES]
        cells = [run.seconds, *parts, run.seconds - sum(parts)]
        lines.append(f"| {run.name} | {' | '.join(f'{each:.1f}' for each in cells)} | {run.mebibytes:,.0f} |")
    lines += [
        "",
        "*analyse* is loading and statistics, *disclose* the choice of roundings, *packages* the release packages, "
        "*render* the pages with their charts, downloads, search index, link check and manifest, *audit* the search of "
        "the built bytes; *other* is the attack on all sites together, putting them in place, and starting Python. "
        "Pages are made while the packages of the last sites are still written, so that the two stages are told by "
        "their sum below.",
        "",
        *_typeset_table(others, sites, render, ours),
    ]
    return "\n".join(lines) + "\n"


def _typeset_table(
    others: Sequence[typesetting.Typeset], sites: worlds.Sites, render: float, ours: float
) -> Iterator[str]:
    if not others:
        return
    yield "## Beside general site generators"
    yield ""
    yield (
        "Pages of these sites, spread evenly, typeset alone: what stands in `<main>` is given as finished HTML, layout "
        "and navigation are added. `pmm-site` computes those contents in its time, draws the charts, makes the "
        "downloads and checks the links."
    )
    yield ""
    yield "| generator | pages | seconds | pages a second | peak memory, MiB | speed of pmm-site, relative to it |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    yield f"| pmm-site (packages and render) | {sites.pages:,} | {render:.1f} | {ours:,.0f} | | |"
    for each in others:
        speed = each.pages / each.seconds
        yield (
            f"| {each.name} | {each.pages:,} | {each.seconds:.1f} | {speed:,.0f} | {each.mebibytes:,.0f} "
            f"| {ours / speed:.0%} |"
        )
    yield ""


if __name__ == "__main__":
    main()

"""What is not translated: texts of the theme, texts of the project's data, narrative pages; by language and file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pmm_site.model import Dataset, Text
from pmm_site.problems import UsageProblem


class Place(NamedTuple):
    """Where a text stands: a file (of the project, or of a theme) and the key, id or code within it."""

    file: str
    key: str


@dataclass(frozen=True)
class Status:
    """How far one language is translated: the number of texts there are, and the places of those that it lacks."""

    language: str
    texts: int
    missing: tuple[Place, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"language": self.language, "texts": self.texts, "missing": [each._asdict() for each in self.missing]}

    def in_words(self) -> str:
        """For people: complete, or what is missing file by file."""
        if not self.missing:
            return f"{self.language}: all {self.texts:,} texts are translated"
        lines = [f"{self.language}: {len(self.missing):,} of {self.texts:,} texts are not translated"]
        for file, places in groupby(self.missing, lambda place: place.file):
            keys = [place.key for place in places]
            lines.append(f"  {file}: {len(keys)}")
            lines += [f"    {key}" for key in keys if key]
        return "\n".join(lines)


def statuses(project: Path, languages: Sequence[str] = ()) -> tuple[Status, ...]:
    """The state of each language: those named, or those of the site. InputProblems, ThemeProblem as in a build."""
    from pmm_site.load.words import is_language
    from pmm_site.stages.confidential import opened

    unknown = [each for each in languages if not is_language(each)]
    if unknown:
        raise UsageProblem(f"{unknown[0]!r} is no language → use a code such as en, fr or pt-BR")
    dataset = opened(project).dataset
    return tuple(_status(project, dataset, language) for language in languages or dataset.settings.languages)


def _status(project: Path, dataset: Dataset, language: str) -> Status:
    from pmm_site.render.theme_texts import theme_texts
    from pmm_site.stages.rendering import theme_directories

    missing: list[Place] = []
    count = 0
    own_pages = {page.slug for page in dataset.content}
    for file, key, translated in theme_texts(dataset.settings.theme, theme_directories(project), language):
        if file.endswith(".md") and Path(file).stem in own_pages:
            continue  # the project's own page of this name stands in its place
        count += 1
        if not translated:
            missing.append(Place(file, key))
    for place, text in _texts(dataset):
        count += 1
        if not text.get(language):
            missing.append(place)
    translated_pages = {page.slug for page in dataset.content if page.language == language}
    missing += [Place(f"content/{language}/{slug}.md", "") for slug in sorted(own_pages - translated_pages)]
    return Status(language, count + len(own_pages), tuple(sorted(missing)))


def _texts(dataset: Dataset) -> Iterator[tuple[Place, Text]]:
    """Every text of the project's data that readers meet, with its place."""
    settings = dataset.settings
    for key in ("title", "organization", "licence", "notice"):
        if text := getattr(settings, key):
            yield Place("site.yml", key), text
    yield from _catalogue_texts(dataset)
    for grouping in dataset.catalogue.groupings:
        yield Place("data/groupings.yml", grouping.id), grouping.name
        yield from ((Place("data/groupings.yml", f"{grouping.id}.{each.id}"), each.name) for each in grouping.groups)
    yield from ((Place("data/unions.yml", each.id), each.name) for each in dataset.unions.values())
    yield from ((Place("data/members.csv", each.code), each.name) for each in dataset.members.values())
    for data in dataset.cycles:
        file = f"data/cycles/{data.cycle.id}/cycle.yml"
        yield Place(file, "name"), data.cycle.name
        if data.cycle.note:
            yield Place(file, "note"), data.cycle.note


def _catalogue_texts(dataset: Dataset) -> Iterator[tuple[Place, Text]]:
    file, catalogue = "data/catalogue.yml", dataset.catalogue
    for kind in ("dimensions", "outcomes", "kpis", "instruments", "capacity_building"):
        yield from ((Place(file, f"{kind}.{each.id}.name"), each.name) for each in getattr(catalogue, kind))
    for kpi in catalogue.kpis:
        for key, text in (("definition", kpi.definition), ("formula", kpi.formula)):
            if text:
                yield Place(file, f"kpis.{kpi.id}.{key}"), text
        for version in kpi.versions:
            if version.name:
                yield Place(file, f"kpis.{kpi.id}.versions.{version.version}.name"), version.name

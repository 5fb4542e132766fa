"""content/<lang>/<slug>.md: narrative pages with front matter, and the placeholders in them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmm_site.load import files, words
from pmm_site.load.catalogue import default, read
from pmm_site.load.fields import Field
from pmm_site.load.files import ProjectFolder
from pmm_site.load.log import FileLog, KnownIds, Log, printable, shown
from pmm_site.load.strict_yaml import parse
from pmm_site.model import ContentPage
from pmm_site.placeholders import SELECTIONS, THRESHOLDS, VOCABULARY, ArgumentKind, Parameter, Placeholder, find

BUILT_IN = frozenset(
    """
    404 capacity changes cite compare coverage cycle data dimension disclosure dossier group index instrument
    instruments kpi member outcome performance sdg sdgs search
    """.split()  # noqa: SIM905 - a table of words is read better than a list of strings
)
"""Slugs of pages, and of folders of pages, that are built in: no content page can have them."""

_PICTURE = re.compile(r"!\[[^\]]*\]\(|<img\b", re.IGNORECASE)

GOALS = frozenset(str(goal) for goal in range(1, 18))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What pages may refer to: ids by kind of argument, groups by grouping, the ids of possible sites."""

    known: Mapping[ArgumentKind, KnownIds]
    groups: Mapping[str, KnownIds]
    unions: KnownIds
    cycles: KnownIds
    sites: KnownIds
    languages: tuple[str, ...] | None


def read_content(folder: ProjectFolder, log: Log, around: Surroundings) -> tuple[ContentPage, ...]:
    """All pages, by language and slug."""
    pages: list[ContentPage] = []
    top = FileLog(log, "content", "content")
    for language in folder.names("content", top):
        path = f"content/{language}"
        file_log = FileLog(log, "content", printable(path))
        if not folder.is_folder(path):
            _stray(log, path, "pages stand in content/<lang>/")
            continue
        _check_language(file_log, language, around.languages)
        for name in folder.names(path, file_log):
            if not name.endswith(".md") or folder.is_folder(f"{path}/{name}"):
                _stray(log, f"{path}/{name}", "a page is a file <slug>.md")
                continue
            page = _read_page(folder, log, language, name.removesuffix(".md"), around)
            if page is not None:
                pages.append(page)
    return tuple(sorted(pages, key=lambda page: (page.language, page.slug)))


def _stray(log: Log, path: str, rule: str) -> None:
    FileLog(log, "project", printable(path)).error("unknown-file", rule)


def _check_language(log: FileLog, language: str, languages: Sequence[str] | None) -> None:
    if not words.is_language(language):
        log.error("language", f"the folder {shown(language)} is no language that the CLDR knows")
    elif languages is not None and language not in languages:
        log.warning("language", f"{shown(language)} is no language of the site, so these pages are on no site")


def _read_page(folder: ProjectFolder, log: Log, language: str, slug: str, around: Surroundings) -> ContentPage | None:
    path = f"content/{language}/{slug}.md"
    file_log = FileLog(log, "content", printable(path))
    own_cycle = _check_slug(file_log, slug, around.cycles)
    text = folder.read_text(path, file_log, files.TEXT_BYTES)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front, markdown, lines_before = _split(text)
    if front is None or not front.strip():
        begun = text.split("\n", 1)[0].rstrip() == "---"
        fault = "the page does not begin with front matter" if not begun else (
            "the front matter is empty" if front is not None else "the front matter is not ended by a line ---"
        )  # fmt: skip
        file_log.error("front-matter", fault, line=1)
        return None
    _check_placeholders(file_log, markdown, lines_before, around)
    for line, written in enumerate(markdown.split("\n"), start=lines_before + 1):
        if _PICTURE.search(written):
            file_log.warning("picture", "a page holds no picture of its own, so this one is left out", line=line)
    node = parse(front, file_log, lines_before=1)
    if node is None:
        return None
    fields = Field(file_log, node).mapping(("title",), ("order", "sites", "cycle")) or {}
    cycle = read(fields.get("cycle"), lambda field: None if field.is_blank else field.reference(around.cycles))
    if own_cycle and cycle and cycle != own_cycle:
        fields["cycle"].error("cycle", f"the page is named after {shown(own_cycle)}, but speaks of {shown(cycle)}")
    return ContentPage(
        language=language,
        slug=slug,
        title=read(fields.get("title"), lambda field: field.string(500)) or "",
        markdown=markdown,
        order=default(read(fields.get("order"), lambda field: field.whole(-10_000, 10_000)), 0),
        sites=read(fields.get("sites"), lambda field: _patterns(field, around.sites)) or ("*",),
        cycle=cycle or own_cycle,
    )


def _check_slug(log: FileLog, slug: str, cycles: KnownIds) -> str | None:
    """Report a slug that cannot be; returns the cycle that `report-<cycle>` is named after."""
    fault = words.id_fault(slug)
    if fault:
        log.error("slug", f"the name {shown(slug)} is no id: {fault}", next_step=words.id_proposal(slug))
    elif slug in BUILT_IN:
        log.error("slug", f"{shown(slug)} is the name of a page that is built in")
    elif slug.startswith("report-"):
        cycle = slug.removeprefix("report-")
        return None if log.unknown(cycle, cycles) else cycle
    return None


def _split(text: str) -> tuple[str | None, str, int]:
    """Front matter, the Markdown after it, and the number of lines before the Markdown."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 0
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    if end is None:
        return None, text, 0
    return "\n".join(lines[1:end]) + "\n", "\n".join(lines[end + 1 :]), end + 1


def _patterns(field: Field, sites: KnownIds) -> tuple[str, ...]:
    """Patterns of site ids, each of which some site can match."""

    def pattern(item: Field) -> str | None:
        word = item.string(words.LONGEST_ID + 10)
        if word is None:
            return None
        plain = word.replace("*", "a").replace("?", "a")
        fits = sites.ids if sites.complete else ()
        if words.id_fault(plain.strip("-")) or (fits and not fnmatch.filter(fits, word)):
            item.error("sites", f"no site matches {shown(word)}", word=word, meant=sites.ids)
        return word

    if field.is_scalar:
        word = pattern(field)
        return () if word is None else (word,)
    patterns = field.distinct(pattern)
    if field.is_sequence and not field.items():
        field.error("sites", "no site is named", "leave the key out for all sites, or name one")
    return patterns


# --- placeholders -------------------------------------------------------------------------------


def _check_placeholders(log: FileLog, markdown: str, lines_before: int, around: Surroundings) -> None:
    placeholders, mistakes = find(markdown)
    for mistake in mistakes:
        log.error("placeholder", mistake.rule, next_step=mistake.next_step, line=mistake.line + lines_before,
                  place=f"column {mistake.column}")  # fmt: skip
    for placeholder in placeholders:
        for parameter, value in _unknown_arguments(placeholder, around):
            kinds = sorted(kind.value for kind in parameter.kinds)
            what = "unknown " + " or ".join(kinds) if len(kinds) <= 3 else "nothing has the id"
            log.error("placeholder", f"{what} {shown(value)} in '{placeholder.name}'",
                      line=placeholder.line + lines_before, place=f"column {placeholder.column}", word=value,
                      meant=_options(parameter, around))  # fmt: skip


def _unknown_arguments(placeholder: Placeholder, around: Surroundings) -> Iterator[tuple[Parameter, str]]:
    for parameter in VOCABULARY[placeholder.name]:
        value = placeholder.arguments.get(parameter.name)
        if value is not None and not any(_names(value, kind, around) for kind in parameter.kinds):
            yield parameter, value


def _names(value: str, kind: ArgumentKind, around: Surroundings) -> bool:
    """Whether the argument names something of the kind, or may do so in a file that could not be read."""
    if kind is ArgumentKind.GROUP:
        grouping, _, group = value.partition(":")
        groups = around.unions if grouping == "union" else around.groups.get(grouping)
        if groups is None:
            return not around.known[ArgumentKind.GROUPING].complete and bool(group)
        return bool(group) and not groups.lacks(group)
    return not around.known[kind].lacks(value)


def _options(parameter: Parameter, around: Surroundings) -> Iterator[str]:
    """What the argument may be; lazily, since it is rarely asked for."""
    for kind in parameter.kinds:
        if kind is ArgumentKind.GROUP:
            yield from (f"{grouping}:{each}" for grouping, known in around.groups.items() for each in known.ids)
            yield from (f"union:{each}" for each in around.unions.ids)
        else:
            yield from around.known[kind].ids


SELECTION_WORDS = KnownIds("selection", frozenset(SELECTIONS))
THRESHOLD_WORDS = KnownIds("threshold", THRESHOLDS)
GOAL_NUMBERS = KnownIds("goal", GOALS)

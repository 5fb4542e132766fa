"""What makes a theme unusable, all of it at once: each file is read for itself, so that no mistake hides another.

A ThemeProblem says `file:line: rule → next step`, or `theme NAME: rule → next step` where no single file is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmm_site.problems import Problem

if TYPE_CHECKING:
    from pmm_site.render.theme import Theme
    from pmm_site.render.words import ThemeProblem

_TOLD = re.compile(
    r"(?:theme [\w-]+: |(?P<file>/[^\n]+?\.[a-z]+)(?::(?P<line>\d+))?: )?(?P<rule>.*?)(?: → (?P<next_step>.*))?",
    re.DOTALL,
)


def breaks(theme: Theme, languages: Iterable[str]) -> Iterator[ThemeProblem]:
    """Everything in the project's own layer of a theme that would stop a build, each file in its turn."""
    from pmm_site.render.words import ThemeProblem

    for read in _readings(theme, tuple(dict.fromkeys((*languages, "en")))):
        try:
            read()
        except ThemeProblem as problem:
            yield problem


def _readings(theme: Theme, languages: tuple[str, ...]) -> Iterator[Callable[[], Any]]:
    """What a build does with the theme's files, one after the other."""
    from pmm_site.render.hooks import kind_in
    from pmm_site.render.narrative import page_of_theme
    from pmm_site.render.pages.content import DEFAULTS
    from pmm_site.render.theme_files import read_texts

    own = theme.layers[0]
    for language in languages:
        for path in sorted((own / "i18n" / language).glob("*.yml")):
            yield partial(read_texts, path)
        yield partial(theme.words, language)
        for slug in DEFAULTS:
            yield partial(page_of_theme, theme, (language, "en"), slug)
    yield theme.static_files
    for path in sorted((own / "pages").glob("*.py")):
        yield partial(kind_in, path)
    for path in sorted((own / "templates").rglob("*.html")):
        yield partial(theme.template, path.relative_to(own / "templates").as_posix(), languages[0])


def as_problem(broken: ThemeProblem, project: Path, theme: str) -> Problem:
    """A theme's problem with its place in the project: theme.yml where it names no file of the project."""
    file, line, rule, next_step = f"themes/{theme}/theme.yml", 0, str(broken), ""
    told = _TOLD.fullmatch(rule)
    if told:
        rule, next_step = told["rule"], told["next_step"] or ""
    if told and told["file"]:
        path = Path(told["file"])
        if path.is_relative_to(project.resolve()):
            file, line = path.relative_to(project.resolve()).as_posix(), int(told["line"] or 0)
        else:
            rule = f"{path.name}: {rule}"
    return Problem("theme-broken", file, rule, next_step or "correct it", line=line)

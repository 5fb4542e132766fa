"""Work on a theme: what is wrong with it before anything is built, and a template of the default theme to change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.model import Settings
from pmm_site.problems import Problem, Severity, UsageProblem, WriteFailed, in_order, nearest

if TYPE_CHECKING:
    from pmm_site.render.theme import Theme

NEW_THEME = "own"
"""The name of the theme that an ejected template begins where the project has none."""


def theme_problems(project: Path, settings: Settings) -> tuple[Problem, ...]:
    """All that is wrong with the project's own theme: what stops a build, what is misspelt, what cannot be read."""
    from pmm_site.commands.broken_themes import as_problem
    from pmm_site.render.theme import load_theme
    from pmm_site.render.words import ThemeProblem
    from pmm_site.stages.rendering import theme_directories

    if not (project / "themes" / settings.theme).is_dir():
        return ()
    try:
        theme = load_theme(settings.theme, theme_directories(project))
    except ThemeProblem as broken:
        return (as_problem(broken, project, settings.theme),)
    return in_order(_all_problems(theme, settings.languages, project))


def _all_problems(theme: Theme, languages: Sequence[str], project: Path) -> Iterator[Problem]:
    """What a broken file leaves unread is not looked at; the file itself is told once."""
    from pmm_site.commands.broken_themes import as_problem, breaks
    from pmm_site.render import packaged_themes
    from pmm_site.render.theme import load_theme
    from pmm_site.render.words import ThemeProblem

    yield from (as_problem(broken, project, theme.name) for broken in breaks(theme, languages))
    default = load_theme("default", [packaged_themes()])
    looks: list[Callable[[], Iterable[Problem]]] = [
        partial(_incomplete, theme, project),
        partial(_unknown, theme, default, project),
        partial(_unlisted, theme, project),
        partial(_misspelt, theme, languages[0], project),
        partial(_missing, theme, languages[0], project),
        *(partial(_strange, theme, language, project) for language in languages),
    ]
    for look in looks:
        with contextlib.suppress(ThemeProblem):
            yield from look()


def _incomplete(theme: Theme, project: Path) -> list[Problem]:
    """Colours that cannot be read; or those that a theme lacks which extends no other."""
    from pmm_site.render.contrast import PAIRS

    wanted = {name for front, behind, _ in PAIRS for name in (front, behind)}
    problems = []
    for scheme in ("light", "dark"):
        missing = sorted(wanted - theme.tokens[scheme].keys())
        if missing:
            more = f" and {len(missing) - 1} more" if missing[1:] else ""
            rule = f"there is no '{missing[0]}'{more}, and no theme that this one extends has it"
            problems.append(Problem("theme-broken", _file(theme, project), rule, "write extends: default, or add it",
                                    place=f"tokens.{scheme}"))  # fmt: skip
    return problems or _unreadable(theme, project)


def _file(theme: Theme, project: Path) -> str:
    return _relative(theme.layers[0] / "theme.yml", project)


def _unreadable(theme: Theme, project: Path) -> list[Problem]:
    from pmm_site.render.contrast import low_contrasts

    problems = []
    for scheme, front, behind, ratio, least in low_contrasts(theme.tokens):
        place = f"tokens.{scheme}.{front}"
        if ratio is None:
            rule, advice = f"'{front}' on '{behind}' cannot be judged", "write both as colours like '#1f6391'"
        else:
            rule = f"'{front}' on '{behind}' has a contrast of {ratio:.1f} to 1; {least:g} are needed"
            advice = "make one darker or the other lighter"
        problems.append(Problem("theme-contrast", _file(theme, project), rule, advice, place=place))
    return problems


def _unknown(theme: Theme, default: Theme, project: Path) -> list[Problem]:
    """Tokens that look like one of the default theme's misspelt; others may serve the theme's own stylesheets."""
    known = {name for tokens in default.tokens.values() for name in tokens}
    strange = {
        (scheme, name): advice
        for scheme, tokens in theme.tokens.items()
        for name in tokens
        if name not in known and (advice := _meant(name, known))
    }
    return [
        Problem("theme-token", _file(theme, project), "no token of the default theme has this name", advice,
                place=f"tokens.{scheme}.{name}", severity=Severity.WARNING)
        for (scheme, name), advice in strange.items()
    ]  # fmt: skip


def _misspelt(theme: Theme, language: str, project: Path) -> list[Problem]:
    """Fields that a template of the theme prints and its page does not have, and blocks that replace none."""
    from pmm_site.render.fields import lost_blocks, unknown_fields

    found = []
    for field in unknown_fields(theme, language):
        what = f"a {field.of}" if field.of else "a template"
        advice = nearest(field.name, field.known) if field.of else _meant(field.name, field.known)
        advice = advice or "the fields are those of the dataclass in pmm_site/render/pages"
        place = f"{field.of}.{field.name}" if field.of else field.name
        found.append(Problem("theme-field", _relative(field.path, project), f"{what} has no '{field.name}'", advice,
                             line=field.line, place=place))  # fmt: skip
    for block in lost_blocks(theme, language):
        found.append(Problem("theme-block", _relative(block.path, project),
                             f"no template that this one extends has a block '{block.name}', so it is printed nowhere",
                             nearest(block.name, block.known) or "replace a block that is there",
                             line=block.line, severity=Severity.WARNING))  # fmt: skip
    return found


def _unlisted(theme: Theme, project: Path) -> list[Problem]:
    """What `navigation` names although there is no such entry."""
    from pmm_site.render.theme import texts

    kinds = {key.removeprefix("nav.") for key in texts(theme, "en") if key.startswith("nav.")}
    return [
        Problem("theme-navigation", _file(theme, project), f"there is no page kind '{name}' with a text nav.{name}",
                _meant(name, kinds) or "correct it, or add the page kind and its text", place="navigation")
        for name in theme.navigation if name not in kinds
    ]  # fmt: skip


def _missing(theme: Theme, language: str, project: Path) -> list[Problem]:
    """Templates, filters and tests that a template of the theme names and nobody has."""
    from pmm_site.render.fields import missing_parts

    return [
        Problem("theme-template", _relative(each.path, project), f"there is no {each.what} '{each.name}'",
                _meant(each.name, each.known) or "correct its name, or add it", line=each.line)
        for each in missing_parts(theme, language)
    ]  # fmt: skip


def _strange(theme: Theme, language: str, project: Path) -> list[Problem]:
    """Texts of the theme that are misspelt, or that ask for a value that is."""
    from pmm_site.render.fields import strange_texts

    problems = []
    for path, key, placeholder, known in strange_texts(theme, language):
        rule = f"the text asks for a value '{placeholder}', which it is not given" if placeholder else (
            "nothing asks for this text"
        )  # fmt: skip
        advice = nearest(placeholder, known) if placeholder else _meant(key, known)
        problems.append(
            Problem("theme-text", _relative(path, project), rule, advice or "correct the key or the placeholder",
                    place=key, severity=Severity.WARNING)
        )  # fmt: skip
    return problems


def _relative(path: Path, project: Path) -> str:
    return path.relative_to(project.resolve()).as_posix()


def _meant(name: str, known: Iterable[str]) -> str:
    """The known name that is nearest, where one is near."""
    advice = nearest(name, known)
    return advice if advice.startswith("did you mean") else ""


def eject(project: Path, template: str) -> tuple[Path, str]:
    """Copy a template of the default theme into the project's theme; its path, and what is left to do (or nothing)."""
    from pmm_site.render import packaged_themes
    from pmm_site.stages.confidential import own_settings

    templates = packaged_themes() / "default" / "templates"
    known = {path.relative_to(templates).as_posix(): path for path in templates.rglob("*.html")}
    if template not in known:
        advice = nearest(template, known) or "use one of: " + ", ".join(sorted(known))
        raise UsageProblem(f"the default theme has no template '{template}' → {advice}")
    name = own_settings(project).theme
    begun = name == "default"
    folder = project / "themes" / (NEW_THEME if begun else name)
    target = folder / "templates" / template
    if target.exists():
        raise UsageProblem(f"{target} is there already → change that one, or remove it first")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (folder / "theme.yml").exists():
            (folder / "theme.yml").write_text("extends: default\n", "utf-8")
        target.write_bytes(known[template].read_bytes())
    except OSError as error:
        raise WriteFailed(f"{target}: cannot be written: {error.strerror}") from None
    return target, f"set `theme: {NEW_THEME}` in site.yml" if begun else ""

"""Themes: templates, tokens, static files, texts. A project's theme wins over the packaged one.

A theme is a folder with `theme.yml`; `extends: default` puts it before another: its templates, texts, tokens and
files win one by one. From a template, `{% extends "default/kpi.html" %}` means the one that it overrides.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import jinja2.ext
from markupsafe import escape

from pmm_site.render.formats import formats
from pmm_site.render.markup import table
from pmm_site.render.template_errors import template_errors
from pmm_site.render.theme_files import ThemeSettings, read_settings, read_texts
from pmm_site.render.words import TextEntry, UnknownWord, Words
from pmm_site.render.words import ThemeProblem as ThemeProblem

LITERAL = re.compile(r"\{\{\s*t\(\s*(?:\"([^\"]+)\"|'([^']+)')\s*\)\s*\}\}")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
JOINED_STYLESHEET = "theme.css"


@dataclass(frozen=True)
class Theme:
    """A theme with those that it extends; `layers` are folders, the most special first.

    `navigation`: the page kinds in the header, in order; empty for the program's own.
    `tokens`: {"light": {name: value}, "dark": {…}, "common": {…}}; `scripts`: loaded on every page, in order;
    `stylesheets`: joined into one file.
    """

    name: str
    layers: tuple[Path, ...]
    tokens: Mapping[str, Mapping[str, str]]
    stylesheets: tuple[str, ...]
    scripts: tuple[str, ...]
    navigation: tuple[str, ...]
    fingerprint: str

    def words(self, language: str) -> Words:
        """The interface's texts in a language; English where a text is not translated."""
        return _words(self, language)

    def environment(self, language: str) -> jinja2.Environment:
        """Templates of the theme for one language, compiled once per process."""
        return _environment(self, language)

    def template(self, name: str, language: str) -> jinja2.Template:
        """A compiled template."""
        return _template(self, name, language)

    def filled(self, name: str, language: str, /, **values: Any) -> str:
        """The text of a template with its values; ThemeProblem says where the template is wrong."""
        template = self.template(name, language)
        with template_errors(self.name, name):
            return template.render(**values)

    def static_files(self) -> Mapping[str, bytes]:
        """Static files by their path under `assets/`, the stylesheets joined to one."""
        return _static_files(self)

    def content_file(self, language: str, slug: str) -> Path | None:
        """The Markdown (with front matter) of a narrative page that the theme brings, None where it has none."""
        paths = (layer / "content" / language / f"{slug}.md" for layer in self.layers)
        return next((path for path in paths if path.is_file()), None)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Theme) and self.fingerprint == other.fingerprint


def load_theme(name: str, directories: Sequence[Path]) -> Theme:
    """The theme of a name, from the first of the directories that holds it; ThemeProblem where it cannot be had."""
    layers = tuple(_layers(name, directories))
    return _load(layers, name, _fingerprint(layers))


def _layers(name: str, directories: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    wanted: str | None = name
    while wanted is not None:
        if not _NAME.fullmatch(wanted):
            raise ThemeProblem(f"'{wanted}' is no name of a theme → use the name of a folder in themes/")
        candidates = [directory / wanted for directory in directories]
        for each in candidates:
            if each.is_dir() and not (each / "theme.yml").is_file():  # passed over, what is in it would be for nothing
                raise ThemeProblem(f"no theme '{wanted}': {each} has no theme.yml → write it: extends: default")
        folder = next((each for each in candidates if (each / "theme.yml").is_file() and each not in found), None)
        if folder is None and any(each in found for each in candidates):
            raise ThemeProblem(
                f"{found[-1] / 'theme.yml'}: extends: '{wanted}' extends this theme itself → write extends: default"
            )
        if folder is None:
            places = ", ".join(map(str, directories))
            raise ThemeProblem(
                f"no theme '{wanted}' (a folder with theme.yml) in {places} → correct the name or add it"
            )
        _refuse_links(folder)
        found.append(folder)
        wanted = _settings(folder).extends
    return found


def _refuse_links(folder: Path) -> None:
    """A link that leads out of a theme would put what lies there, whatever it is, on every site."""
    inside = folder.parent.resolve() / folder.name
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            raise ThemeProblem(f"{path}: the link leads out of the theme → put the file itself there")


def _settings(folder: Path) -> ThemeSettings:
    return _settings_at(folder, (folder / "theme.yml").stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _settings_at(folder: Path, _changed: int) -> ThemeSettings:
    return read_settings(folder / "theme.yml")


def _fingerprint(layers: Sequence[Path]) -> str:
    """Changes with any file of the theme: what is compiled is kept only as long as it is true."""
    parts = []
    for layer in layers:
        for part in ("templates", "i18n", "static", "content", "pages"):
            paths = sorted((layer / part).rglob("*"))
            parts += [f"{path}:{(stat := path.stat()).st_mtime_ns}:{stat.st_size}" for path in paths if path.is_file()]
        parts.append(f"{layer}:{(layer / 'theme.yml').stat().st_mtime_ns}")
    return "\n".join(parts)


@functools.lru_cache(maxsize=8)
def _load(layers: tuple[Path, ...], name: str, fingerprint: str) -> Theme:
    tokens: dict[str, dict[str, str]] = {"light": {}, "dark": {}, "common": {}}
    stylesheets: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    navigation: tuple[str, ...] = ()
    for layer in reversed(layers):
        settings = _settings(layer)
        for scheme, values in settings.tokens.items():
            tokens.setdefault(scheme, {}).update(values)
        stylesheets += settings.stylesheets
        scripts += settings.scripts
        navigation = settings.navigation or navigation
    return Theme(name, layers, tokens, stylesheets, scripts, navigation, fingerprint)


@functools.lru_cache(maxsize=64)
def texts(theme: Theme, language: str) -> Mapping[str, TextEntry]:
    """The texts of a language by dotted key: `i18n/<language>/*.yml` of all layers."""
    found: dict[str, TextEntry] = {}
    for layer in reversed(theme.layers):
        of_layer: dict[str, TextEntry] = {}
        for path in sorted((layer / "i18n" / language).glob("*.yml")):
            content = read_texts(path)
            twice = sorted(of_layer.keys() & content.keys())
            if twice:
                raise ThemeProblem(f"{path}: the text '{twice[0]}' stands in two files → keep one of the two")
            of_layer.update(content)
        found.update(of_layer)
    return found


@functools.lru_cache(maxsize=64)
def _words(theme: Theme, language: str) -> Words:
    own = texts(theme, language)
    fallback = texts(theme, "en")
    of_language = formats(language)
    return Words(language, {**fallback, **own}, of_language.plural, of_language.number,
                 right_to_left=of_language.right_to_left)  # fmt: skip


class _LiteralTexts(jinja2.ext.Extension):
    """Puts texts that need no value into the template's source, so that they cost nothing per page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        words: Words = self.environment.globals["t"]  # type: ignore[assignment]

        def text(match: re.Match[str]) -> str:
            try:
                return str(escape(words(match[1] or match[2])))
            except UnknownWord as error:
                line = source.count("\n", 0, match.start()) + 1
                raise ThemeProblem(f"{filename or name}:{line}: {error}") from None

        return LITERAL.sub(text, source)


@functools.lru_cache(maxsize=32)
def _environment(theme: Theme, language: str) -> jinja2.Environment:
    folders = [layer / "templates" for layer in theme.layers]
    named = {layer.name: jinja2.FileSystemLoader(layer / "templates") for layer in theme.layers}
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folders), jinja2.PrefixLoader(named)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals["t"] = theme.words(language)
    environment.globals["data_table"] = lambda chart: table(chart.title, chart.columns, chart.rows, caption_hidden=True)
    environment.add_extension(_LiteralTexts)
    return environment


@functools.lru_cache(maxsize=1024)
def _template(theme: Theme, name: str, language: str) -> jinja2.Template:
    with template_errors(theme.name, name):
        return theme.environment(language).get_template(name)


def _rules(values: Mapping[str, str]) -> str:
    return "".join(f"  --{name}: {value};\n" for name, value in values.items())


def token_stylesheet(tokens: Mapping[str, Mapping[str, str]]) -> str:
    """Tokens as CSS custom properties: light, dark by the system's wish or the reader's switch, light on paper."""
    light, dark = _rules(tokens["light"]), _rules(tokens["dark"])
    return (
        f":root {{\n  color-scheme: light;\n{_rules(tokens['common'])}{light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n:root:not([data-theme=light]) "
        f"{{\n  color-scheme: dark;\n{dark}}}\n}}\n"
        f"@media screen {{\n:root[data-theme=dark] {{\n  color-scheme: dark;\n{dark}}}\n}}\n"
    )


@functools.lru_cache(maxsize=8)
def _static_files(theme: Theme) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for layer in reversed(theme.layers):
        root = layer / "static"
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    missing = [
        f"the {what} '{name}'"
        for what, names in (("stylesheet", theme.stylesheets), ("script", theme.scripts))
        for name in names
        if name not in found
    ]
    if missing:
        are = "are" if missing[1:] else "is"
        raise ThemeProblem(f"theme {theme.name}: theme.yml names {', '.join(missing)}, which {are} not there → "
                           "correct the name, or add it to static/")  # fmt: skip
    parts = [_stylesheet(theme.name, name, found[name]) for name in theme.stylesheets]
    found = {name: content for name, content in found.items() if name not in theme.stylesheets}
    found[JOINED_STYLESHEET] = (token_stylesheet(theme.tokens) + "\n".join(parts)).encode("utf-8")
    return dict(sorted(found.items()))


def _stylesheet(theme: str, name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ThemeProblem(f"theme {theme}: static/{name} is not UTF-8 → save it as UTF-8") from None

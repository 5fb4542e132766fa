"""The files of a theme that are read as YAML: settings, texts, front matter. Problems are reported with their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pmm_site.problems import nearest
from pmm_site.render.words import PLURAL_CATEGORIES, TextEntry, ThemeProblem, flattened

SCHEMES = ("common", "light", "dark")
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")


class ThemeSettings(NamedTuple):
    """theme.yml of one layer; `tokens` by scheme and name."""

    extends: str | None
    tokens: Mapping[str, Mapping[str, str]]
    stylesheets: tuple[str, ...]
    scripts: tuple[str, ...]
    navigation: tuple[str, ...]


def read_text(path: Path) -> str:
    """A text file of a theme."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ThemeProblem(f"{path}: the file is not UTF-8 → save it as UTF-8") from None
    except OSError as error:
        raise ThemeProblem(f"{path}: cannot be read ({error.strerror}) → see who may read it") from None


def read_settings(path: Path) -> ThemeSettings:
    """theme.yml, with every value of the kind that it must be."""
    content = _mapping(path, "", _parsed(path, read_text(path)))
    _refuse_unknown(path, "", content, ("name", *ThemeSettings._fields))
    extends = content.get("extends")
    if extends is not None and not isinstance(extends, str):
        raise ThemeProblem(f"{path}: extends: the name of a theme is expected → write extends: default")
    _refuse_unknown(path, "tokens.", _mapping(path, "tokens: ", content.get("tokens") or {}), SCHEMES)
    tokens = {
        str(scheme): {str(name): _token(path, f"tokens.{scheme}.{name}", value) for name, value in values.items()}
        for scheme, found in _mapping(path, "tokens: ", content.get("tokens") or {}).items()
        for values in (_mapping(path, f"tokens.{scheme}: ", found or {}),)
    }
    return ThemeSettings(
        extends, tokens, *(_names(path, key, content.get(key)) for key in ("stylesheets", "scripts", "navigation"))
    )


def read_texts(path: Path) -> dict[str, TextEntry]:
    """A catalogue of texts by dotted key, each well-formed."""
    content = flattened(_mapping(path, "", _parsed(path, read_text(path)) or {}))
    for key, entry in content.items():
        forms = entry.values() if isinstance(entry, Mapping) and "other" in entry else (entry,)
        if not all(isinstance(form, str) for form in forms):
            categories = ", ".join(sorted(PLURAL_CATEGORIES))
            raise ThemeProblem(f"{path}: '{key}' must be a text, or plural forms → write texts for 'other' and for any "
                               f"of {categories}")  # fmt: skip
        if any(sign in _PLACEHOLDER.sub("", str(form)) for form in forms for sign in "{}"):
            raise ThemeProblem(f"{path}: '{key}' has a brace without a name in it → write placeholders like {{name}}")
    return content


def read_front_matter(path: Path, text: str, slug: str) -> tuple[str, int]:
    """Title and order of a narrative page of a theme, from the text between its two lines `---`."""
    values = _mapping(path, "front matter: ", _parsed(path, text, lines_before=1) or {})
    try:
        return str(values.get("title", slug)), int(values.get("order", 0))
    except (TypeError, ValueError):
        raise ThemeProblem(f"{path}: order: a whole number is expected → write order: 10") from None


def _parsed(path: Path, text: str, lines_before: int = 0) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1 + lines_before}" if error.problem_mark else ""
        raise ThemeProblem(f"{path}{line}: {error.problem} → check colons, brackets and quotes near it") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that is none, a thousand brackets
        raise ThemeProblem(f"{path}: no valid YAML ({type(error).__name__}) → put texts in quotation marks") from None


def _mapping(path: Path, place: str, content: Any) -> Mapping[Any, Any]:
    if not isinstance(content, dict):
        raise ThemeProblem(f"{path}: {place}a mapping is expected → write keys and values, such as extends: default")
    return content


def _refuse_unknown(path: Path, place: str, found: Mapping[Any, Any], known: Iterable[str]) -> None:
    """ThemeProblem for a key that nothing reads."""
    for key in map(str, found):
        if key not in known:
            raise ThemeProblem(f"{path}: {place}{key}: nothing reads this key → {nearest(key, known)}")


def _token(path: Path, place: str, value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return str(value)
    # Without quotation marks, what follows a # is a comment and the value is nothing.
    raise ThemeProblem(f"{path}: {place}: one value is expected → write it in quotation marks, such as '#1f6391'")


def _names(path: Path, key: str, found: Any) -> tuple[str, ...]:
    names = [] if found is None else found
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ThemeProblem(f"{path}: {key}: a list of names is expected → write {key}: [name, other]")
    return tuple(names)

"""The words of what is published beside the pages: downloads, bundles, error pages. They stand in words.toml."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

_GAP = re.compile(r"<<([a-z_]+)>>")


def filled(text: str, **values: str) -> str:
    """A text with its `<<name>>` gaps filled; KeyError where a value is missing."""
    return _GAP.sub(lambda gap: values[gap[1]], text)


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """All words of a language by dotted key, English where it has none."""
    by_language = _all()
    return {**_flat(by_language["en"]), **_flat(by_language.get(language, {}))}


@functools.cache
def _all() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("pmm_site.publish.words").joinpath("words.toml").read_text("utf-8"))


def _flat(content: Mapping[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in content.items():
        flat.update(_flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value})
    return flat

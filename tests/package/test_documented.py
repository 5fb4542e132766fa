"""The reference of the release package is generated from the columns themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmm_site.model import SiteKind
from pmm_site.package.columns import columns, description
from pmm_site.tables import COUNTRY_TABLES, TABLES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "package.md"
HEAD = """\
# The release package

The folder `data/` of every site: all that the site shows, and its downloads. A valid Frictionless Data Package
(`datapackage.json`); `site.json` says whose site it is, `catalogue.json` what it may name, `content/` holds the
narrative pages. Numbers have a decimal point; a blank is a figure that is not there. Texts that a spreadsheet would
run (`=`, `+`, `-`, `@` first) have an apostrophe before them. `kpi/<id>.csv` holds the rows of `values.csv` of one KPI.
"""


def reference() -> str:
    """The page: a section per table with its columns, in the order of the files."""
    parts = [HEAD]
    for table, row in TABLES.items():
        only = " Country sites only." if table in COUNTRY_TABLES else ""
        first = " ".join((row.__doc__ or "").strip().splitlines()[0].split())
        parts.append(f"\n## {table}.csv\n\n{first}{only}\n\n| column | type | meaning |\n| --- | --- | --- |")
        for column in columns(table, SiteKind.COUNTRY, ("<language>",), ("<grouping>",), True):
            parts.append(f"| `{column.name}` | {column.schema_type} | {description(table, column)} |")
    return "\n".join(parts) + "\n"


def test_every_column_is_documented(request: pytest.FixtureRequest) -> None:
    """docs/reference/package.md is what the tables are; `--regenerate` writes it anew."""
    if request.config.getoption("--regenerate"):
        REFERENCE.write_text(reference(), "utf-8")
    assert REFERENCE.read_text("utf-8") == reference()

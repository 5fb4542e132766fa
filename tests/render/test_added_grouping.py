"""A grouping that somebody adds to the project's files is on the pages without a line of code."""

from __future__ import annotations

import csv
from pathlib import Path

from pmm_site.stages.confidential import opened
from tests.disclose.worlds import package
from tests.load.projects import copy_of_valid
from tests.render.report_site import edition, html_of, main, spoken

COAST = {"BEL": "coastal", "FRA": "coastal", "KEN": "coastal"}


def with_coast(folder: Path) -> Path:
    """The valid project with one more grouping: an entry in groupings.yml and a column in members.csv."""
    project = copy_of_valid(folder)
    with (project / "data" / "groupings.yml").open("a", encoding="utf-8") as stream:
        stream.write(
            "- id: coast\n  name: {en: Coast, fr: Littoral}\n  groups:\n"
            "    - {id: coastal, name: {en: Coastal, fr: Côtier}}\n    - {id: inland, name: {en: Inland}}\n"
        )
    path = project / "data" / "members.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*table[0], "coast"])
        writer.writeheader()
        writer.writerows({**row, "coast": COAST.get(row["member"], "inland")} for row in table)
    return project


def test_an_added_grouping_is_in_tables_and_on_every_page_that_has_groups(tmp_path: Path) -> None:
    """Rows in aggregates.csv, a page per group, a section on the KPI page, a column in members.csv."""
    of = package(opened(with_coast(tmp_path / "project")).dataset, "wco")
    assert {row.group for row in of.tables["aggregates"] if row.grouping == "coast"} == {"coastal", "inland"}
    assert {row.groups.get("coast") for row in of.tables["members"]} == {"coastal", "inland"}
    english, french = edition(of), edition(of, "fr")
    assert {"en/group/coast/coastal.html", "en/group/coast/inland.html"} <= set(html_of("group", english))
    kpi = of.catalogue.kpis[0].id
    assert 'id="by-coast"' in main(html_of("kpi", english)[f"en/kpi/{kpi}.html"])
    assert "Littoral" in spoken(main(html_of("kpi", french)[f"fr/kpi/{kpi}.html"]))

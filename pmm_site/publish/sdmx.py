"""The WCO tier's figures as SDMX-CSV 1.0: a dataflow, dimensions, the observation, attributes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

VALUES = "WCO:PMM_VALUES(1.0)"
AGGREGATES = "WCO:PMM_AGGREGATES(1.0)"
BIENNIAL = "A2"
"""The frequency of the cycles in CL_FREQ."""


def sdmx_values(rows: Iterable[Mapping[str, str]], years: Mapping[str, str]) -> bytes:
    """Values by Member (ISO 3166-1 alpha-3), KPI and reference year, in the order of the rows."""
    head = ("DATAFLOW", "FREQ", "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")
    return _csv(head, (
        (VALUES, BIENNIAL, row["member"], row["kpi"], years[row["cycle"]], row["value"], row["obs_status"],
         row["conf_status"]) for row in rows
    ))  # fmt: skip


def sdmx_aggregates(rows: Iterable[Mapping[str, str]], years: Mapping[str, str]) -> bytes:
    """Means by grouping, group, KPI and reference year; the step of the rounding is an attribute."""
    head = ("DATAFLOW", "FREQ", "GROUPING", "GROUP", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS",
            "CONF_STATUS", "ROUNDING", "CONTRIBUTORS")  # fmt: skip
    return _csv(head, (
        (AGGREGATES, BIENNIAL, row["grouping"], row["group"], row["kpi"], years[row["cycle"]], row["mean"],
         row["obs_status"], row["conf_status"], row["rounding"], row["contributors"]) for row in rows
    ))  # fmt: skip


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8")

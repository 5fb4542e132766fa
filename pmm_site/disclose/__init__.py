"""From statistics and policy to what each site may publish: the only stage that decides who sees what.

`decide` answers every question once, for all sites; an `Assembly` makes each site's release package from it.
`record_of` writes down what a release showed; with the `History` of all of them the next one is decided.
"""

from pmm_site.disclose.about import narrative_pages
from pmm_site.disclose.assemble import Assembly
from pmm_site.disclose.decide import Cache, content_key, decide
from pmm_site.disclose.decisions import Decisions
from pmm_site.disclose.difference import Difference, Showing, difference, showing_of_packages, showing_of_record
from pmm_site.disclose.explain import Step, explain
from pmm_site.disclose.history import History
from pmm_site.disclose.levels import Access, sites, value_readers
from pmm_site.disclose.log import LogRow, exposed, log_csv, suppression_log, unproven
from pmm_site.disclose.records import Record, RecordDamaged, from_json, to_json
from pmm_site.disclose.releases import (
    RECORD_FILE,
    forgotten,
    next_sequence,
    read_history,
    read_record,
    record_of,
    unacknowledged,
)
from pmm_site.disclose.visible import visible_statistics

__all__ = [
    "RECORD_FILE",
    "Access",
    "Assembly",
    "Cache",
    "Decisions",
    "Difference",
    "History",
    "LogRow",
    "Record",
    "RecordDamaged",
    "Showing",
    "Step",
    "content_key",
    "decide",
    "difference",
    "explain",
    "exposed",
    "forgotten",
    "from_json",
    "log_csv",
    "narrative_pages",
    "next_sequence",
    "read_history",
    "read_record",
    "record_of",
    "showing_of_packages",
    "showing_of_record",
    "sites",
    "suppression_log",
    "to_json",
    "unacknowledged",
    "unproven",
    "value_readers",
    "visible_statistics",
]

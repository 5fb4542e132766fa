"""From statistics and policy to what each site may publish: the only stage that decides who sees what.

In the order in which it is used:

1. `levels` says who may read each value; `sites` says who reads each site.
2. `decide` takes all submitted values and decides once, for all sites together, which aggregates are published and how
   coarsely they are rounded, so that no reader can work out a value that they may not see. Its answer, `Decisions`,
   holds no confidential value.
3. `Assembly.package` makes the release package of one site: the values that its readers may see, and the aggregates as
   they were decided.
4. `record_of` records what a release showed to whom. The `History` of all records is what readers know already, and the
   next release is decided beside it.

For people: `explain` (why a value or figure appears as it does), `difference` (what one release shows beyond another),
`suppression_log` (what became of every figure).
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

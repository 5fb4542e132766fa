"""From statistics and policy to what each site may publish: the only stage that decides who sees what.

`decide` answers every question once, for all sites; an `Assembly` makes each site's release package from it.
"""

from pmm_site.disclose.assemble import Assembly, release_package
from pmm_site.disclose.decide import Cache, decide
from pmm_site.disclose.decisions import Decisions
from pmm_site.disclose.explain import Step, explain
from pmm_site.disclose.levels import Access, restricted, shows, site_problems, sites, value_readers
from pmm_site.disclose.log import LogRow, exposed, suppression_log, unproven
from pmm_site.disclose.visible import visible_statistics

__all__ = [
    "Access",
    "Assembly",
    "Cache",
    "Decisions",
    "LogRow",
    "Step",
    "decide",
    "explain",
    "exposed",
    "release_package",
    "restricted",
    "shows",
    "site_problems",
    "sites",
    "suppression_log",
    "unproven",
    "value_readers",
    "visible_statistics",
]

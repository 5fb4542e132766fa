"""The audit: from the bytes of built sites and the dataset to findings, values that a site shows or gives away.

It reads what readers get, and shares no function with the stages that decide and render: it must find their mistakes.
"""

from pmm_site.audit.findings import AuditReport, Finding

__all__ = ["AuditReport", "Finding"]

"""Built bytes + Dataset -> findings. Shares no function with what decided or drew; reads what readers get."""

from pmm_site.audit.findings import AuditReport, Finding

__all__ = ["AuditReport", "Finding"]

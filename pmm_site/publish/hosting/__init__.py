"""Configuration of the web servers and gates: one host per site, the whole host behind it, closed by default."""

from pmm_site.publish.hosting.headers import PUBLIC_HEADERS, RESTRICTED_HEADERS
from pmm_site.publish.hosting.settings import KINDS, HostingSettings
from pmm_site.publish.hosting.writing import write_hosting

__all__ = ["KINDS", "PUBLIC_HEADERS", "RESTRICTED_HEADERS", "HostingSettings", "write_hosting"]

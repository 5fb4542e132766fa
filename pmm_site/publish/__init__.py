"""From built sites to what others read: the output folder, manifests, downloads, bundles, hosting, and their checks.

A site is built in a staging area, audited there, and only then swapped in; what stood before stands until that moment.
"""

from pmm_site.publish.manifest import MANIFEST, WebRoot, manifest_of, mismatches, paths_below
from pmm_site.publish.staging import Output

__all__ = ["MANIFEST", "Output", "WebRoot", "manifest_of", "mismatches", "paths_below"]

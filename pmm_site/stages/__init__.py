"""What `build` calls, in its order: the confidential side, the open side, the audit, the record of a release.

Each module runs a stage over many sites and processes, and knows nothing of how the stage does its work.
"""

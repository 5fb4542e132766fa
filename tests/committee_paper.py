"""What the committee paper says of the first cycle: figures and lists that the demonstration has to come out with."""

from __future__ import annotations

MEANS = {
    "rate-of-electronic-declarations": 98.1,
    "data-standardization": 76.4,
    "share-of-ecommerce-shipments": 50.7,
    "risk-management-tools": 82.5,
    "inspections-on-risk-profiles": 70.2,
    "female-to-male-all-staff": 67.7,
    "female-to-male-middle-management": 59.0,
    "female-to-male-senior-management": 44.0,
}
"""Paragraph 9: the global averages by KPI, to one decimal."""

FEW_PLAN = {
    "cb-development-compendium", "guide-competency-hrm", "epcb-hrmp", "geoat", "laboratory-guide", "gtas",
    "stce-guide", "cts",
}  # fmt: skip
"""Paragraph 11: instruments that few plan to use."""

REVIEW = {
    "cb-development-compendium", "guide-competency-hrm", "epcb-hrmp", "model-code-ethics", "geoat", "gnc-handbook",
}  # fmt: skip
"""Paragraph 12: instruments whose relevance is to be reviewed."""

RAISE = {"geoat", "ecommerce-fos", "api-pnr", "gnc-handbook", "stce-guide", "cts"}
"""Paragraph 13: instruments of which awareness is to be raised."""

UPTAKE = {
    "hs-nomenclature", "hs-explanatory-notes", "classification-opinions", "tg-advance-rulings",
    "guidelines-infrastructure",
}  # fmt: skip
"""Paragraph 14: instruments that are much used."""

PRODUCTIVE_GOALS = {3, 5, 8, 9, 12, 16, 17}
"""Paragraph 16: the Sustainable Development Goals to which Customs contributes most."""

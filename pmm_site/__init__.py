"""Static sites per disclosure tier for confidential statistics of the WCO Performance Measurement Mechanism."""

__version__ = "0.1.0"

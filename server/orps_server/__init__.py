"""The ORPS language server: standard LSP first, `orps/*` messages for comfort."""

__version__ = "0.1.0"

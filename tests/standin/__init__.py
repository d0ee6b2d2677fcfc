"""A stand-in for Oracle's control plane, on loopback; see README.md."""

from .cloud import Cloud
from .server import Standin

__all__ = ["Cloud", "Standin"]

"""The cases, by subject; M-numbers are rows of the table of faults."""

from . import (auth, config, pages, replies, retries, scope,  # noqa: F401
               secrets, transport, writing)

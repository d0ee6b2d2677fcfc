"""The cases, by subject; M-numbers are rows of the table of faults."""

from . import (auth, config, groups, local, pages, progress, replies,  # noqa: F401
               retries, scope, secrets, transport, writing)

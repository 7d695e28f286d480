"""Logs as JSON lines: one line per event, the same fields in every process, libraries included.

Only ids, counts, codes and times are ever given to a log line; never a value that identifies a person.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

Log = FilteringBoundLogger
"""What writes log lines: ``log.info("round committed", number=7)``."""

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def set_up_logs(process: str, *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send the lines of this process and of its libraries to a stream, each marked with the process's name.

    Parameters
    ----------
    process
        Name of the process, in the field ``process`` of every line.
    stream
        Where lines go; ``None`` for standard error, which the supervisor keeps in a file.
    level
        Lines of our own below it are dropped; libraries speak from warnings on.
    """
    target = stream or sys.stderr
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(process=process)
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED, processor=structlog.processors.JSONRenderer(ensure_ascii=False)
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def log_for(part: str) -> Log:
    """Give a log for one part of a process, named in the field ``part``."""
    log: Log = structlog.get_logger(part=part)
    return log

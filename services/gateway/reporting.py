"""Making a report of a district for whoever asks at the gateway, by its API or its pages."""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka.errors import KafkaError

from linli.schemas.errors import Code, LinliError
from linli.services.county_files import load_districts
from linli.services.gateway.installation import Installation
from linli.services.reports.made import MadeReport, make_report
from linli.services.reports.periods import WrongPeriodError
from linli.services.reports.registry import REPORTS
from linli.services.reports.report import County
from linli.streams.log_reader import LogStalledError


async def made_report(here: Installation, name: str, given: Mapping[str, str], district: str) -> MadeReport:
    """Make a report.

    Raises
    ------
    LinliError
        If there is none of that name, it cannot be asked for like that, the ledger has too much, or Kafka is away.
    """
    partition = here.facts.partition_of(district)
    if name not in REPORTS or partition is None:
        raise LinliError(Code.NOT_FOUND)
    county = County(load_districts(here.settings)[district], here.world.menu, here.policy)
    try:
        return await make_report(name, given, here.tables, partition, county, here.clock.now())
    except WrongPeriodError as error:
        raise LinliError(Code.NOT_VALID, detail=error.parameter) from None
    except (KafkaError, LogStalledError) as error:
        raise LinliError(Code.BROKER_UNREACHABLE, address=type(error).__name__) from None

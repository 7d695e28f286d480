"""Making a report of a district, or a certificate, for whoever asks at the gateway, by its API or its pages."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import Tongue
from linli.schemas.topics import ROSTER, SERVICE
from linli.services.certificates.certificate import Certificate, certificate_of
from linli.services.county_files import load_districts
from linli.services.gateway.installation import Installation
from linli.services.reports.made import MadeReport, make_report
from linli.services.reports.periods import Parameter, WrongPeriodError, period_of
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
    with _said_clearly():
        return await make_report(name, given, here.tables, partition, _county(here, district), here.clock.now())


async def made_certificate(
    here: Installation, who: tuple[str, str], given: Mapping[str, str], district: str, tongue: Tongue
) -> Certificate:
    """Make the certificate of a member of a team.

    Raises
    ------
    LinliError
        If it cannot be asked for like that, the ledger has too much, or Kafka is away.
    """
    partition = here.facts.partition_of(district)
    if partition is None:
        raise LinliError(Code.NOT_FOUND)
    with _said_clearly():
        period = period_of(given, frozenset(Parameter))
        tables = await here.tables.read(partition, (SERVICE, ROSTER), district)
    return certificate_of(tables, _county(here, district), who, period, now=here.clock.now(), tongue=tongue)


def _county(here: Installation, district: str) -> County:
    return County(load_districts(here.settings)[district], here.world.menu, here.policy)


@contextmanager
def _said_clearly() -> Generator[None]:
    """Let what goes wrong with the ledger be a problem that can be answered."""
    try:
        yield
    except WrongPeriodError as error:
        raise LinliError(Code.NOT_VALID, detail=error.parameter) from None
    except (KafkaError, LogStalledError) as error:
        raise LinliError(Code.BROKER_UNREACHABLE, address=type(error).__name__) from None

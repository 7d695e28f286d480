"""The delivery process: tells team leads and the desk what they must know.

``python -m linli.services.delivery --slot 0``: one of several that share the partitions, or the only one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from linli.schemas.menu import ListError
from linli.schemas.metrics import SECTIONS
from linli.services.delivering.channels import Channels
from linli.services.delivering.contacts import Contacts
from linli.services.delivering.counter import Counter
from linli.services.delivering.figures import Figures
from linli.services.delivering.letters import Letters
from linli.services.delivering.mail import Mail, load_services
from linli.services.delivering.office import Office, Parts
from linli.services.delivering.posting import Poster
from linli.services.delivering.slots import districts_of, slot_name
from linli.services.delivering.sms import SmsProvider, load_provider
from linli.services.delivering.targets import Targets
from linli.services.delivering.tracks import Rules
from linli.services.ground.reach import reach_kafka
from linli.services.language import Language, both
from linli.services.metrics_server import serve_metrics
from linli.services.process import run_process
from linli.services.settings import Settings, SettingsError
from linli.services.wiring import kafka_of, keyring_of
from linli.streams.clock import Clock
from linli.streams.delivery.book import read_book
from linli.streams.delivery.feed import DeliveryFeed
from linli.streams.delivery.writer import DeliveryWriter
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.meters import Meters
from linli.streams.sealed.keyring import Keyring, MasterKeyError


@dataclass(frozen=True, slots=True)
class Beat:
    """What one delivery process delivers for: districts with their partitions, and by which clock."""

    address: KafkaAddress
    districts: Mapping[str, int]
    partitions: int
    clock: Clock


async def run_delivery(settings: Settings, slot: int = 0) -> None:
    """Deliver for every district of a slot until cancelled.

    Raises
    ------
    SettingsError
        If it is not said where Kafka is, one of the county's files cannot be used, or the slot has no district.
    linli.services.ground.errors.GroundError
        If Kafka does not answer or does not let us in.
    Exception
        Whatever `linli.services.delivering.office.Office.run` raises.
    """
    address = kafka_of(settings)
    keyring = _keyring_of(settings)
    await reach_kafka(address)
    facts = await read_facts(address)
    shared = facts.district_map
    mine = districts_of(shared.districts, slot, settings.delivery_slots)
    beat = Beat(address, mine, shared.partitions, facts.clock)
    meters = Meters(SECTIONS["delivery"])
    serve_metrics(settings, slot_name(slot, settings.delivery_slots), meters)
    async with open_office(settings, beat, keyring, meters) as office:
        await office.run()


@asynccontextmanager
async def open_office(settings: Settings, beat: Beat, keyring: Keyring, meters: Meters) -> AsyncGenerator[Office]:
    """Put an office together that is the only writer of its partitions."""
    provider = _provider_of(settings)
    targets = Targets(settings.delivery_hosts, settings.delivery_loopback)
    partitions = sorted(set(beat.districts.values()))
    writer = DeliveryWriter(beat.address, beat.districts)
    feed = DeliveryFeed(beat.address, partitions, beat.partitions)
    async with Poster(targets) as poster:
        try:
            await writer.fence()
            book = await read_book(beat.address, partitions)
            letters = letters_of(settings, keyring)
            channels = Channels(poster, targets, letters, provider, _mail_of(settings))
            office = Office(
                Parts(
                    feed=feed,
                    book=book,
                    writer=writer,
                    contacts=Contacts(keyring, feed.keys),
                    counter=Counter(channels, letters, time.monotonic, lambda record: office.holds(record)),
                    clock=beat.clock,
                    figures=Figures(meters, beat.clock),
                    rules=Rules(settings.delivery_tries),
                    day_list_at=settings.day_list_at,
                )
            )
            yield office
        finally:
            await feed.close()
            await writer.close()


def letters_of(settings: Settings, keyring: Keyring) -> Letters:
    """Give what writes messages, in the county's language."""
    base = settings.gateway_url or (f"http://{settings.gateway}" if settings.gateway else "")
    return Letters(keyring, base, "en" if settings.language is Language.ENGLISH else "zh")


def _provider_of(settings: Settings) -> SmsProvider | None:
    try:
        return None if settings.sms_provider is None else load_provider(settings.sms_provider)
    except ListError as error:
        raise SettingsError(both(*error.said)) from None


def _keyring_of(settings: Settings) -> Keyring:
    try:
        return keyring_of(settings)
    except MasterKeyError as error:
        raise SettingsError(str(error)) from None


def _mail_of(settings: Settings) -> Mail:
    server, file = settings.mail_server, settings.delivery_services
    try:
        services: Mapping[str, str] = {} if file is None else load_services(file)
    except ListError as error:
        raise SettingsError(both(*error.said)) from None
    return Mail(None if server is None else server.get_secret_value(), services)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the process."""
    parser = argparse.ArgumentParser(prog="linli run delivery", description="Tell teams and the desk what is new.")
    parser.add_argument(
        "--slot", type=int, default=0, help="which of the delivery processes to be, from 0 (default: 0)"
    )
    slot: int = parser.parse_args(arguments).slot
    run_process(f"delivery-{slot}" if slot else "delivery", partial(run_delivery, slot=slot))


if __name__ == "__main__":
    main()

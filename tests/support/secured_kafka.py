"""A real Kafka that lets nobody in without TLS and a password: SASL_SSL with SCRAM-SHA-512, between brokers as well."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from linli.services.ground.kafka import SETTINGS_FILE, LocalKafka
from linli.services.settings import default_cache
from linli.streams.kafka_client import KafkaAddress
from tests.support.certificates import Authority

HOST = "localhost"
"""Certificates name hosts; this one is the loopback address."""

USER, PASSWORD = "linli-county", "synthetic-Passw0rd-9f2c"
MECHANISM = "SCRAM-SHA-512"


class SecuredKafka(LocalKafka):
    """A broker with one listener for clients, which is closed to those without the authority and the password."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder, cache=default_cache(), tethered=True, say=lambda _: None)
        self.authority = authority.file()
        self._identity = authority.server_file(HOST)

    @property
    @override
    def address(self) -> KafkaAddress:
        """How to enter it."""
        place = f"{HOST}:{self.ports['broker']}"
        return KafkaAddress(place, "SASL_SSL", "SCRAM-SHA-512", USER, PASSWORD, self.authority)

    @override
    def _write_settings(self) -> None:
        """Write the settings of the open broker, and below them what closes it: of two lines Java takes the last."""
        super()._write_settings()
        login = f'org.apache.kafka.common.security.scram.ScramLoginModule required username="{USER}"'
        place = f"SASL_SSL://{HOST}:{self.ports['broker']}"
        settings = {
            "listeners": f"{place},CONTROLLER://127.0.0.1:{self.ports['controller']}",
            "advertised.listeners": place,
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": MECHANISM,
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": f'{login} password="{PASSWORD}";',
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._identity),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority),
        }
        with (self.folder / SETTINGS_FILE).open("a", encoding="ascii") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())

    @override
    def _command(self, main_class: str, *arguments: str) -> tuple[str, ...]:
        """Add the user where the storage is formatted: there is no other moment before the first login."""
        user = (f"--add-scram={MECHANISM}=[name={USER},password={PASSWORD}]",) if "format" in arguments else ()
        return super()._command(main_class, *arguments, *user)

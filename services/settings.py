"""Every setting there is, once: its name, its default and why. All come from environment variables, ``LINLI_...``."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsConfigDict

from linli.schemas.policy import Mode
from linli.services.delivery_settings import DeliverySettings, split_at_commas
from linli.services.language import Language, both
from linli.services.planning_settings import PlanningSettings
from linli.services.settings_mistakes import disagreement, sentence, suggestion
from linli.streams.kafka_client import KafkaAddress, SaslMechanism, SecurityProtocol

PREFIX = "LINLI_"
"""What the name of every setting begins with in the environment."""


class SettingsError(Exception):
    """The settings cannot be used; the message says in a sentence each what is wrong and what to do."""


def default_cache() -> Path:
    """Give the user's own folder for things that can be fetched again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linli"


class Settings(PlanningSettings, DeliverySettings):
    """The settings of every process. Use `load_settings`, which also refuses names that do not exist."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    kafka: str | None = Field(
        default=None,
        title="Kafka",
        description="Bootstrap servers of your own Kafka, host:port, several separated by commas. "
        "Unset: a broker is started here, so that Linli runs on a machine with nothing but Python.",
    )
    kafka_jars: Path | None = Field(
        default=None,
        title="Folder of Kafka's jars",
        description="Where the jars of Apache Kafka 4 lie, for a machine without a network. "
        "Unset: they are fetched once and kept in the cache.",
    )
    kafka_security_protocol: SecurityProtocol = Field(
        default="PLAINTEXT",
        title="Protection of the connection to Kafka",
        description="The default suits the broker that is started here, which listens on this machine only. "
        "For your own across a network use SASL_SSL.",
    )
    kafka_sasl_mechanism: SaslMechanism | None = Field(
        default=None,
        title="How we log in to Kafka",
        description="Unset: SCRAM-SHA-512 where the protocol begins with SASL_, the strongest that every Kafka knows.",
    )
    kafka_sasl_username: str | None = Field(
        default=None, title="Kafka user", description="Unset, because the local broker knows no users."
    )
    kafka_sasl_password: SecretStr | None = Field(
        default=None, title="Kafka password", description="Unset, because a default password is none. Never printed."
    )
    kafka_ca_file: Path | None = Field(
        default=None,
        title="Authorities for Kafka's certificate",
        description="PEM file. Unset: those that the system trusts.",
    )
    redis: str | None = Field(
        default=None,
        title="Redis",
        description="URL of your own Redis or Valkey, redis:// or rediss://. Unset: a Valkey is started here.",
        repr=False,
    )
    state: Path = Field(
        default=Path(".linli"),
        title="State folder",
        description="What must survive: the local broker's data, the master key, logs. "
        "In the working folder by default, so that two counties tried side by side do not mix.",
    )
    cache: Path = Field(
        default_factory=default_cache,
        title="Cache folder",
        description="What can be fetched again. The user's own cache folder by default, so that it is fetched once.",
    )
    partitions: int = Field(
        default=1,
        ge=1,
        le=1000,
        title="Partitions",
        description="How many partitions the districts are spread over, fixed when the topics are made. "
        "One serves a county; a province takes about one for every three districts.",
    )
    districts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("520624",),
        min_length=1,
        title="Districts",
        description="County codes of GB/T 2260, separated by commas. The default is Sinan county, as in the demo.",
    )
    district_folder: Path | None = Field(
        default=None,
        title="Folder of district files",
        description="Where each district's grids lie, one file CODE.json per district. "
        "Unset: the synthetic Sinan county of the demo, which is for trying things out only.",
    )
    service_menu: Path | None = Field(
        default=None,
        title="Service menu",
        description="TOML file with what can be ordered (志愿服务项目清单). Unset: the sample that comes with Linli.",
    )
    task_admission: Path | None = Field(
        default=None,
        title="Task admission list",
        description="TOML file with what departments may put to a community (准入清单). "
        "Unset: a synthetic sample, which admits no real task.",
    )
    policy: Path | None = Field(
        default=None,
        title="Policy",
        description="TOML file with how the county wants to be served: modes per community and category, quiet hours, "
        "how often and how long teams are asked. Unset: the defaults, with the mode and the work set here.",
    )
    master_key_file: Path = Field(
        default_factory=lambda known: known.get("state", Path(".linli")) / "master.key",
        title="Master key",
        description="The key that seals what identifies a person. In the state folder by default; "
        "keep a copy elsewhere: without it nobody can read a sealed part again.",
    )
    coordinate_digits: int = Field(
        default=3,
        ge=1,
        le=6,
        title="Digits of coordinates",
        description="Decimal digits of a degree that the matcher sees. Three are about 100 m: "
        "enough for a travel time, too few to point at a door.",
    )
    mode: Mode = Field(
        default=Mode.CONFIRM,
        title="Mode",
        description="suggest: nothing is sent; confirm: the desk approves each offer; auto: offers go out at once. "
        "The default leaves the last word to a person.",
    )
    language: Language = Field(
        default=Language.AUTO,
        title="Language",
        description="auto, zh or en. The default follows the terminal's locale.",
    )
    clock_rate: float = Field(
        default=1.0,
        gt=0,
        le=10_000,
        title="Speed of the clock",
        description="Seconds of the district's clock per second of ours. The default is real time; a demo runs faster.",
    )
    clock_origin: AwareDatetime | None = Field(
        default=None,
        title="Start of the clock",
        description="What a clock that is not real time shows at its start, with its zone. Unset: now.",
    )
    gateway: str | None = Field(
        default=None,
        title="Address of the gateway",
        description="Where it listens, host:port. Unset: a loopback port of its own, kept in the state folder, "
        "so that nothing is open to a network unless somebody says so. Put TLS in front of any other.",
    )
    gateway_url: str | None = Field(
        default=None,
        title="The gateway from outside",
        description="What links in messages begin with, like https://linli.example.org. "
        "Unset: the gateway's own address, which only this machine reaches.",
    )
    gateway_rate: int = Field(
        default=1_200,
        ge=10,
        le=1_000_000,
        title="Requests per minute",
        description="How many one token may send to the gateway in a minute. The default is 20 a second, "
        "far above any person and most programs; many orders at once go as one file.",
    )
    metrics: str = Field(
        default="127.0.0.1:0",
        title="Address of the metrics",
        description="Where each process serves its figures for Prometheus, host:port; port 0: any free one, which "
        "linli status --json names. The default is open to this machine only; behind another address use one port per "
        "process, as each has in a container of its own.",
    )
    crash_at: str | None = Field(
        default=None,
        title="Where to die on purpose",
        description="For tests only: POINT:N makes a dispatcher kill itself at the N-th passing of a crash point.",
    )

    @field_validator("districts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_at_commas(value)

    @field_validator("districts")
    @classmethod
    def _are_county_codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if len(code) != 6 or not code.isascii() or not code.isdigit():
                raise ValueError(both(f"{code!r} is not a county code of six digits", f"{code!r} 不是六位区县编码"))
        return value

    @field_validator("redis")
    @classmethod
    def _is_redis_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError(
                both("it must begin with redis://, rediss:// or unix://", "应以 redis://、rediss:// 或 unix:// 开头")
            )
        return value

    @field_validator("gateway")
    @classmethod
    def _is_host_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            host, _, port = value.rpartition(":")
            if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
                raise ValueError(both("it must be host:port, like 127.0.0.1:8080", "应为 主机:端口，如 127.0.0.1:8080"))
        return value

    @field_validator("metrics")
    @classmethod
    def _is_a_place_to_listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and int(port) < 65_536):
            raise ValueError(
                both(
                    "it must be host:port, like 127.0.0.1:9464, or port 0 for any free one",
                    "应为 主机:端口，如 127.0.0.1:9464；端口 0 表示任选空闲端口",
                )
            )
        return value

    @field_validator("gateway_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError(both("it must begin with https:// or http://", "应以 https:// 或 http:// 开头"))
        return value

    @field_validator(
        "state",
        "cache",
        "master_key_file",
        "kafka_jars",
        "kafka_ca_file",
        "district_folder",
        "service_menu",
        "task_admission",
        "policy",
        "sms_provider",
        "delivery_services",
    )
    @classmethod
    def _from_the_root(cls, value: Path | None) -> Path | None:
        """Make paths absolute, because a process may be started from another folder."""
        return None if value is None else value.expanduser().absolute()

    @field_validator("kafka_ca_file")
    @classmethod
    def _holds_authorities(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except OSError as error:  # Whatever the file is instead of a list of certificates.
                raise ValueError(
                    both(
                        f"{value} is no PEM file with certificates that can be read",
                        f"{value} 不是可读取的 PEM 证书文件",
                    )
                ) from error
        return value

    @model_validator(mode="after")
    def _agree_about_kafka(self) -> Self:
        named = self.kafka_sasl_username is not None and self.kafka_sasl_password is not None
        given = bool(self.kafka_sasl_username or self.kafka_sasl_password or self.kafka_sasl_mechanism)
        if said := disagreement(self.kafka_security_protocol, named=named, given=given, own=self.kafka is not None):
            raise ValueError(said)
        return self

    @property
    def kafka_address(self) -> KafkaAddress | None:
        """How to reach the user's own Kafka; ``None`` when one is to be started here."""
        if self.kafka is None:
            return None
        sasl = self.kafka_security_protocol.startswith("SASL_")
        password = self.kafka_sasl_password
        return KafkaAddress(
            bootstrap=self.kafka,
            security_protocol=self.kafka_security_protocol,
            sasl_mechanism=(self.kafka_sasl_mechanism or "SCRAM-SHA-512") if sasl else None,
            sasl_username=self.kafka_sasl_username,
            sasl_password=None if password is None else password.get_secret_value(),
            ca_file=self.kafka_ca_file,
        )

    def environment(self) -> dict[str, str]:
        """Give the variables that make a child process load these very settings; never print them: some are secret."""
        return {variable(name): _as_text(value) for name, value in self if value is not None}


def variable(name: str) -> str:
    """Give the environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(environment: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    environment
        Where to look for names that do not exist; ``None`` for the process's own environment.
    chosen
        Settings that win over the environment, for example from the command line; ``None`` values are left out.

    Raises
    ------
    SettingsError
        If a setting is unknown or its value cannot be used.
    """
    refuse_unknown(os.environ if environment is None else environment)
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        # A default that could not be made because another setting is wrong is no mistake of its own.
        details = [detail for detail in error.errors() if detail["type"] != "default_factory_not_called"]
        raise SettingsError("\n".join(_sentence(detail) for detail in details)) from None


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse variables that look like settings and are none: a misspelt limit must not silently be the default.

    Raises
    ------
    SettingsError
        If there is one; the message suggests the nearest name.
    """
    known = [variable(name) for name in Settings.model_fields]
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError("\n".join(suggestion(name, known) for name in unknown))


def _sentence(detail: ErrorDetails) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else None
    field = Settings.model_fields.get(name or "")
    return sentence(detail, variable(name) if name else None, (field.description if field else None) or "")


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)

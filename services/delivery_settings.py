"""The settings of delivery: whom it may call, how often, and what it is given to call with."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from linli.services.language import both

_HOST_ENTRY = re.compile(r"^(?:\*\.)?(?=[a-z0-9.\-]*[a-z])[a-z0-9](?:[a-z0-9.\-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?$")
_TIME_OF_DAY = re.compile(r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")
_LOOPBACK_ENTRY = re.compile(r"^(?:127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\]):[0-9]{1,5}$")


def split_at_commas(value: object) -> object:
    """Read a list as it stands in an environment variable."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class DeliverySettings(BaseSettings):
    """What delivery alone needs to be told; part of `linli.services.settings.Settings`."""

    delivery_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        max_length=500,
        title="Hosts that webhooks may call",
        description="Separated by commas: hooks.example.cn, hooks.example.cn:8443, *.example.cn. Unset: none, because "
        "whoever registers a team could otherwise make this machine call anything. Robots call their provider's host.",
    )
    delivery_loopback: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        max_length=20,
        title="Addresses of this machine that may be called",
        description="For tests and the demo only: 127.0.0.1:PORT, separated by commas; they alone may be called "
        "without TLS. Unset: none.",
    )
    delivery_slots: int = Field(
        default=1,
        ge=1,
        le=1_000,
        title="Delivery processes",
        description="How many processes share the partitions: process K of N delivers for the partitions K, K+N, "
        "K+2N and so on. The default serves a county and a few more. Change it only while all of them are stopped: one "
        "that still runs with another number is shut out by Kafka, and ends.",
    )
    delivery_tries: int = Field(
        default=3,
        ge=1,
        le=10,
        title="Tries before the next channel",
        description="How often a channel is tried before the next one is opened, and at last the desk. "
        "The default takes about five minutes: an answer is awaited for ten to forty-five.",
    )
    delivery_day_list: str = Field(
        default="18:00",
        title="When teams are sent the next day's list",
        description="Local time, HH:MM; empty: never. From then on each team with visits on the next day is told once "
        "how many, from when to when. At the default working hours are over and people still answer their telephones: "
        "who cannot go after all says so while another team can be asked. In quiet hours it waits for the morning.",
    )
    sms_provider: Path | None = Field(
        default=None,
        title="Provider of text messages",
        description="TOML file with a provider's address, the approved signature and templates; readable by its owner "
        "alone, for it holds what the provider is paid by. Unset: no text messages are sent.",
    )
    delivery_services: Path | None = Field(
        default=None,
        title="Named services",
        description="TOML file, [services], a name and its apprise URL each; a mail channel whose target is such a "
        "name goes there. For what Linli has no connector of its own. Readable by its owner alone. Unset: none.",
    )
    mail_server: SecretStr | None = Field(
        default=None,
        title="Mail server",
        description="As apprise writes it, mailtos://USER:PASSWORD@HOST?from=ADDRESS. Unset: no mails are sent. "
        "Never printed.",
    )

    @field_validator("delivery_hosts", "delivery_loopback", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return split_at_commas(value)

    @field_validator("delivery_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if not _HOST_ENTRY.match(entry):
                raise ValueError(
                    both(
                        f"{entry!r} is no host name in small letters, with or without *. before or :port after",
                        f"{entry!r} 不是小写主机名（前可加 *.，后可加 :端口）",
                    )
                )
        return value

    @field_validator("delivery_day_list")
    @classmethod
    def _is_time_of_day(cls, value: str) -> str:
        if value and not _TIME_OF_DAY.match(value):
            raise ValueError(
                both(f"{value!r} is no time like 18:00, and not empty", f"{value!r} 不是形如 18:00 的时刻，也不为空")
            )
        return value

    @field_validator("delivery_loopback")
    @classmethod
    def _are_loopback(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if not _LOOPBACK_ENTRY.match(entry):
                raise ValueError(
                    both(
                        f"{entry!r} is not 127.0.0.1:PORT or [::1]:PORT", f"{entry!r} 不是 127.0.0.1:端口 或 [::1]:端口"
                    )
                )
        return value

    @field_validator("mail_server")
    @classmethod
    def _is_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("mailto://", "mailtos://")):
            raise ValueError(both("it must begin with mailtos:// or mailto://", "应以 mailtos:// 或 mailto:// 开头"))
        return value

    @property
    def day_list_at(self) -> time | None:
        """When the next day's lists are sent, in local time; ``None``: never."""
        return time.fromisoformat(self.delivery_day_list) if self.delivery_day_list else None

"""A secured Kafka that also allows nobody anything that was not granted: one user for every process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from typing_extensions import override

from linli.schemas.kafka_access import ACCESS, Grant, Operation, Resource, principal_of
from linli.services.ground.kafka import SETTINGS_FILE
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from tests.support.secured_kafka import MECHANISM, USER, SecuredKafka

# Kafka's numbers for what the protocol calls by number.
_RESOURCES: Final = {Resource.TOPIC: 2, Resource.GROUP: 3, Resource.TRANSACTIONAL_ID: 5}
_OPERATIONS: Final = {
    Operation.READ: 3,
    Operation.WRITE: 4,
    Operation.CREATE: 5,
    Operation.DESCRIBE: 8,
    Operation.DESCRIBE_CONFIGS: 10,
}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


def password_of(process: str) -> str:
    """Give the password of a process's user."""
    return f"synthetic-{process}-5e1d"


class ClosedKafka(SecuredKafka):
    """A broker with Kafka's own authorizer, on which only the brokers' user may do everything."""

    def address_of(self, process: str) -> KafkaAddress:
        """Say how the user of a process enters it."""
        return replace(self.address, sasl_username=principal_of(process), sasl_password=password_of(process))

    async def grant_all(self) -> None:
        """Grant every process what it is listed with."""
        admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(self.address))
        await admin.start()
        try:
            asked = [_asked(process, grant) for process, grants in ACCESS.items() for grant in grants]
            answers = await asyncio.gather(*(admin._send_request(one) for one in asked))
        finally:
            await admin.close()
        assert [one for answer in answers for one in answer.creation_responses if one[0]] == []

    @override
    def _write_settings(self) -> None:
        super()._write_settings()
        settings = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{USER};User:ANONYMOUS",
        }
        with (self.folder / SETTINGS_FILE).open("a", encoding="ascii") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())

    @override
    def _command(self, main_class: str, *arguments: str) -> tuple[str, ...]:
        users = [
            f"--add-scram={MECHANISM}=[name={principal_of(process)},password={password_of(process)}]"
            for process in (ACCESS if "format" in arguments else ())
        ]
        return super()._command(main_class, *arguments, *users)


def _asked(process: str, grant: Grant) -> CreateAclsRequest:
    return CreateAclsRequest(
        resource_type=_RESOURCES[grant.resource],
        resource_name=grant.name,
        resource_pattern_type_filter=_PREFIXED if grant.prefixed else _LITERAL,
        principal=f"User:{principal_of(process)}",
        host="*",
        operation=_OPERATIONS[grant.operation],
        permission_type=_ALLOW,
    )

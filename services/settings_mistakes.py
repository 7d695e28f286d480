"""What is wrong with a setting, in a sentence: for a person, in the language of the terminal, never with the value."""

from __future__ import annotations

import difflib

from pydantic_core import ErrorDetails

from linli.schemas.mistakes import mistake
from linli.services.language import both


def sentence(detail: ErrorDetails, variable: str | None, purpose: str) -> str:
    """Say what is wrong with one setting, without its value: it may be a password.

    Parameters
    ----------
    detail
        What pydantic found.
    variable
        The environment variable; ``None`` when several do not agree.
    purpose
        What the setting is for, in English.
    """
    reason = _reason(detail)
    if variable is None:
        return both(f"{reason[:1].upper()}{reason[1:]}.", f"{reason}。")
    return both(f"{variable} cannot be used: {reason}. {purpose}".rstrip(), f"{variable} 无法使用：{reason}。")


def _reason(detail: ErrorDetails) -> str:
    """Give the reason; our own were said in the right language where they were found."""
    return both(*mistake(detail))


def suggestion(name: str, known: list[str]) -> str:
    """Say that a setting does not exist, and which was probably meant."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return both(
            f"There is no setting {name}. Did you mean {near[0]}?", f"没有名为 {name} 的设置。是否指 {near[0]}？"
        )
    listed = ", ".join(known)
    return both(
        f"There is no setting {name}. The settings are: {listed}.", f"没有名为 {name} 的设置。可用的设置：{listed}。"
    )


def disagreement(protocol: str, *, named: bool, given: bool, own: bool) -> str | None:
    """Say how the settings about Kafka contradict each other; ``None`` if they do not.

    Parameters
    ----------
    protocol
        How the connection is protected.
    named, given
        Whether user and password are both there, and whether anything about a user is.
    own
        Whether a Kafka of one's own is named.
    """
    sasl = protocol.startswith("SASL_")
    if sasl and not named:
        return both(
            f"LINLI_KAFKA_SECURITY_PROTOCOL={protocol} needs a user: "
            "set LINLI_KAFKA_SASL_USERNAME and LINLI_KAFKA_SASL_PASSWORD",
            f"LINLI_KAFKA_SECURITY_PROTOCOL={protocol} 需要用户："
            "请设置 LINLI_KAFKA_SASL_USERNAME 和 LINLI_KAFKA_SASL_PASSWORD",
        )
    if not sasl and given:
        return both(
            "a Kafka user is given but would not be used: set LINLI_KAFKA_SECURITY_PROTOCOL to SASL_SSL, "
            "or leave LINLI_KAFKA_SASL_... out",
            "给出了 Kafka 用户但不会用到：请把 LINLI_KAFKA_SECURITY_PROTOCOL 设为 SASL_SSL，或不设 LINLI_KAFKA_SASL_…",
        )
    if not own and protocol != "PLAINTEXT":
        return both(
            "LINLI_KAFKA_SECURITY_PROTOCOL is for a Kafka of your own: name it in LINLI_KAFKA",
            "LINLI_KAFKA_SECURITY_PROTOCOL 用于自有的 Kafka：请在 LINLI_KAFKA 中写明其地址",
        )
    return None

"""Which of several delivery processes delivers for whom: fixed slots, each with every so-manieth partition.

Kafka sees to it that no two write for one partition, whatever the slots say: see `linli.streams.delivery.writer`.
"""

from __future__ import annotations

from collections.abc import Mapping

from linli.services.language import both
from linli.services.settings import SettingsError


def slot_name(slot: int, slots: int) -> str:
    """Give the name of the process of a slot: in logs, in figures, for the supervisor."""
    return "delivery" if slots == 1 else f"delivery-{slot}"


def districts_of(districts: Mapping[str, int], slot: int, slots: int) -> dict[str, int]:
    """Give the districts that the process of a slot delivers for, each with its partition.

    Raises
    ------
    SettingsError
        If there are none: there are fewer partitions in use than processes, or no such slot.
    """
    mine = {code: partition for code, partition in districts.items() if slot == partition % slots}
    if not mine:
        raise SettingsError(
            both(
                f"Slot {slot} of {slots} has nothing to deliver: districts lie on {len(set(districts.values()))} "
                "partitions. Set LINLI_DELIVERY_SLOTS to no more than that, and start the slots from 0 on.",
                f"共 {slots} 个通知进程，第 {slot} 号无事可做：区县只分布在 {len(set(districts.values()))} 个分区上。"
                "LINLI_DELIVERY_SLOTS 不应超过此数，编号从 0 开始。",
            )
        )
    return mine

"""The service records in the ledger by team, brought up to date by those that changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from linli.schemas.service import ServiceRecord


@dataclass(slots=True)
class ServedVisits:
    """Visits that were made, as they were last shown.

    A pure function of the records it was last shown: what it remembers can change the speed of a decision and nothing
    else.
    """

    source: Mapping[str, ServiceRecord] | None = None
    records: dict[str, ServiceRecord] = field(default_factory=dict[str, ServiceRecord])
    teams: dict[str, dict[str, ServiceRecord]] = field(default_factory=dict[str, dict[str, ServiceRecord]])

    def of_team(self, team: str, service: Mapping[str, ServiceRecord]) -> Mapping[str, ServiceRecord]:
        """Return the visits of a team by key, of all that the ledger holds."""
        if service is not self.source:
            self._follow(service)
        return self.teams.get(team, {})

    def _follow(self, service: Mapping[str, ServiceRecord]) -> None:
        for key, record in service.items():
            known = self.records.get(key)
            if known is not record:
                self._drop(key)
                self.records[key] = record
                self.teams.setdefault(record.team, {})[key] = record
        if len(self.records) > len(service):
            for key in [one for one in self.records if one not in service]:
                self._drop(key)
        self.source = service

    def _drop(self, key: str) -> None:
        known = self.records.pop(key, None)
        if known is not None:
            self.teams[known.team].pop(key, None)

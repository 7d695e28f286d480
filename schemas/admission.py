"""Task admission (准入): what departments may put to a community, and who handles the rest.

It is not the service menu: the menu is what residents order, admission is what offices may pass down.
"""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Final, Self

from pydantic import Field, ValidationError, model_validator

from linli.schemas.base import Edge, Name, Word
from linli.schemas.errors import Both
from linli.schemas.menu import ListError, mistakes, refuse_repeated, toml_as_json

TASKS_MAX: Final = 2_000
"""Entries of one list: a county that counted its chores found some 150."""


class Admitted(StrEnum):
    """Whether a community takes on a department's task.

    ``statutory``: the law gives it to the community; ``assisted``: the community helps, the department stays in charge;
    ``no``: it goes back to whoever handles it.
    """

    STATUTORY = "statutory"
    ASSISTED = "assisted"
    NO = "no"


class _Entry(Edge):
    """An entry: its code, its names, and who handles it."""

    code: Word
    zh: Name
    en: Name
    handled_by: Name

    @property
    def answer(self) -> Both:
        """What whoever asked for it is told: who handles it."""
        return Both(en=f"{self.en}: handled by {self.handled_by}", zh=f"{self.zh}：由 {self.handled_by} 办理")


class DepartmentTask(_Entry):
    """A task of a department: its names, who handles it, and whether it is admitted."""

    admitted: Admitted


class Certificate(_Entry):
    """A certificate that a community need not issue (不应由社区出具的证明): its names, and who handles it instead."""


class TaskAdmission(Edge):
    """The whole list: tasks, and certificates; ``synthetic`` says that it is a sample and no county's list."""

    name: Name
    synthetic: bool
    tasks: tuple[DepartmentTask, ...] = Field(max_length=TASKS_MAX)
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=TASKS_MAX)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        refuse_repeated([task.code for task in self.tasks])
        refuse_repeated([one.code for one in self.certificates])
        return self

    def task(self, code: str) -> DepartmentTask | None:
        """Return the task with a code, if the list has it."""
        return next((task for task in self.tasks if task.code == code), None)

    def certificate(self, code: str) -> Certificate | None:
        """Return the certificate with a code, if the list says that a community need not issue it."""
        return next((one for one in self.certificates if one.code == code), None)

    def admits(self, code: str) -> bool:
        """Tell whether a community takes the task on; what is not listed is not admitted."""
        task = self.task(code)
        return task is not None and task.admitted is not Admitted.NO


def parse_admission(text: str) -> TaskAdmission:
    """Read a list from TOML.

    Raises
    ------
    linli.schemas.menu.ListError
        If it is no such list; one sentence for each mistake.
    """
    try:
        return TaskAdmission.model_validate_json(toml_as_json(text))
    except ValidationError as error:
        raise ListError(*mistakes(error, Both("task admission list", "准入清单"))) from None


def shipped_admission() -> TaskAdmission:
    """Return the sample that comes with Linli. It shows the form alone: a county's real list must be imported."""
    return parse_admission(files("linli.schemas").joinpath("task_admission.toml").read_text(encoding="utf-8"))

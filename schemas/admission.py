"""Task admission (准入): what departments may put to a community, and who handles the rest.

It is not the service menu: the menu is what residents order, admission is what offices may pass down.
"""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Final, Self

from pydantic import Field, ValidationError, model_validator

from linli.schemas.base import Edge, Name, Word
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


class DepartmentTask(Edge):
    """A task of a department: its names, whether it is admitted, and who handles it."""

    code: Word
    zh: Name
    en: Name
    admitted: Admitted
    handled_by: Name


class TaskAdmission(Edge):
    """The whole list; ``synthetic`` says that it is a sample and no county's list."""

    name: Name
    synthetic: bool
    tasks: tuple[DepartmentTask, ...] = Field(max_length=TASKS_MAX)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        refuse_repeated([task.code for task in self.tasks])
        return self

    def task(self, code: str) -> DepartmentTask | None:
        """Return the task with a code, if the list has it."""
        return next((task for task in self.tasks if task.code == code), None)

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
        raise ListError(mistakes(error, "task admission list")) from None


def shipped_admission() -> TaskAdmission:
    """Return the sample that comes with Linli. It shows the form alone: a county's real list must be imported."""
    return parse_admission(files("linli.schemas").joinpath("task_admission.toml").read_text(encoding="utf-8"))

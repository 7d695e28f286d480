"""What a county brings along: its districts with their grids, its service menu, admission list and policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from linli.schemas.admission import TaskAdmission, parse_admission, shipped_admission
from linli.schemas.errors import Both
from linli.schemas.list_files import version_of
from linli.schemas.menu import ListError, ServiceMenu, mistakes, parse_menu, shipped_menu
from linli.schemas.places import District
from linli.schemas.policy import Policy
from linli.schemas.policy_file import parse_policy
from linli.schemas.repeated_keys import first_repeated
from linli.schemas.system_words import refused_by_system
from linli.services.demo.county import sinan
from linli.services.language import both
from linli.services.public_holidays import shipped_calendar
from linli.services.settings import Settings, SettingsError

List = TypeVar("List", ServiceMenu, TaskAdmission)


def load_districts(settings: Settings) -> dict[str, District]:
    """Read the districts that the settings name, by code.

    Raises
    ------
    SettingsError
        If a district's file is missing or is not one; a sentence for each mistake.
    """
    return {code: _district(code, settings.district_folder) for code in settings.districts}


def load_menu(settings: Settings) -> ServiceMenu:
    """Read the county's service menu, or the sample that comes along.

    Raises
    ------
    SettingsError
        If it cannot be read or is none.
    """
    return _list_of(settings.service_menu, "LINLI_SERVICE_MENU", parse_menu, shipped_menu)


def load_admission(settings: Settings) -> TaskAdmission:
    """Read the county's task admission list, or the synthetic sample that comes along.

    Raises
    ------
    SettingsError
        If it cannot be read or is none.
    """
    return _list_of(settings.task_admission, "LINLI_TASK_ADMISSION", parse_admission, shipped_admission)


def _list_of(file: Path | None, setting: str, parse: Callable[[str], List], shipped: Callable[[], List]) -> List:
    """Read a list from the file that a setting names; the one that comes along where none is named."""
    if file is None:
        return shipped()
    try:
        return parse(_text(file, setting))
    except ListError as error:
        raise SettingsError(_unusable(file, error.said)) from None


def versions_of_lists(settings: Settings) -> dict[str, str]:
    """Name the lists as they are in their files now; what runs has read them when it started.

    Raises
    ------
    SettingsError
        If one of them cannot be used.
    """
    return {"service_menu": version_of(load_menu(settings)), "task_admission": version_of(load_admission(settings))}


def load_policy(settings: Settings) -> Policy:
    """Read the county's policy; what its file leaves out is as the settings, or else the defaults, say.

    Raises
    ------
    SettingsError
        If it cannot be read or is none.
    """
    own = {"mode": settings.mode, "work": settings.solver_work, "calendar": shipped_calendar()}
    if settings.policy is None:
        return Policy().model_copy(update=own)
    try:
        policy = parse_policy(_text(settings.policy, "LINLI_POLICY"))
    except ListError as error:
        raise SettingsError(_unusable(settings.policy, error.said)) from None
    return policy.model_copy(update={name: own[name] for name in own if name not in policy.model_fields_set})


def _district(code: str, folder: Path | None) -> District:
    if folder is None:
        if code != sinan().code:
            raise SettingsError(
                both(
                    f"LINLI_DISTRICT_FOLDER is not set: where are the grids of the district {code}?",
                    f"未设置 LINLI_DISTRICT_FOLDER：区县 {code} 的网格文件在何处？",
                )
            )
        return sinan()
    path = folder / f"{code}.json"
    text = _text(path, "LINLI_DISTRICT_FOLDER")
    try:
        district = District.model_validate_json(text)
    except ValidationError as error:
        raise SettingsError(_unusable(path, mistakes(error, Both("district", "区县文件")))) from None
    twice = first_repeated(text)
    if twice is not None:
        raise SettingsError(_unusable(path, Both(f"{twice.en}.", f"{twice.zh}。")))
    if district.code != code:
        raise SettingsError(
            both(
                f"{path} describes the district {district.code}: rename it, or correct the code in it.",
                f"{path} 描述的是区县 {district.code}：请改文件名，或更正其中的编码。",
            )
        )
    return district


def _unusable(path: Path, said: Both) -> str:
    return both(f"{path} cannot be used. {said.en}", f"{path} 无法使用。{said.zh}")


def _text(path: Path, setting: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(both(f"{setting}: there is no file {path}.", f"{setting}：没有文件 {path}。")) from None
    except UnicodeDecodeError:
        raise SettingsError(
            both(f"{setting}: {path} is not UTF-8 text.", f"{setting}：{path} 不是 UTF-8 文本。")
        ) from None
    except OSError as error:
        raise SettingsError(
            both(
                f"{setting}: {path} cannot be read: {refused_by_system(error).en}.",
                f"{setting}：无法读取 {path}：{refused_by_system(error).zh}。",
            )
        ) from None

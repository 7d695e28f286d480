"""The service menu (志愿服务项目清单): what can be ordered, for whom, and what it takes to go."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Annotated, Final, Self

from pydantic import Field, ValidationError, model_validator

from linli.schemas.answers import SPENT_MAX
from linli.schemas.base import Edge, Name, WayMetres, Word
from linli.schemas.errors import Both
from linli.schemas.mistakes import mistake, path_of, spot
from linli.schemas.orders import MINUTES_MAX
from linli.schemas.people import Beneficiary
from linli.schemas.roster import SkillLevel, TeamKind

ITEMS_MAX: Final = 500
"""Categories of one menu: the longest published county menus have a few dozen."""


OFFICES_MAX: Final = 200
"""Offices of one menu: a county's departments and its towns' counters."""


class ListError(ValueError):
    """A list of the county cannot be used; it says in both languages what is wrong with which entry, and what to do."""

    def __init__(self, english: str, chinese: str) -> None:
        self.said = Both(english, chinese)
        super().__init__(english)

    def clause(self) -> Both:
        """Give what is wrong as a part of another sentence, which has an end of its own."""
        return Both(self.said.en.rstrip("."), self.said.zh.rstrip("。"))


class SkillNeed(Edge):
    """A skill a visit takes, the qualification that somebody must be able to show for it, and its least level."""

    skill: Word
    qualification: Word | None = None
    level: SkillLevel = 1


class Office(Edge):
    """An office that takes what is not for volunteers: its names, and how it is reached (a counter, a telephone)."""

    code: Word
    zh: Name
    en: Name
    channel: Name


class MenuItem(Edge):
    """A category of the menu.

    Parameters
    ----------
    code
        What orders name it by.
    zh, en
        What people read.
    skills
        Everything that a team must be able to do; all of it.
    minutes
        Length of a visit, if the order gives none.
    urgency
        0 is the highest class, 2 the lowest.
    beneficiaries
        Whom it is for.
    team_kinds
        Teams that may go.
    insured
        Whether everybody who goes must be insured.
    adults
        Vetted adults who must go, 0 for no rule; for a child it is two whatever is said here.
    travel_minutes_max
        Longest way to the visit, or none: the 15-minute medical circle is one.
    travel_metres_max
        The same in metres, or none; where both are given, both hold.
    spend_limit_fen
        How much may be laid out for the resident, in fen; none where nothing is bought.
    activity
        Whether it is one for the public, at a place and with a headcount, and for nobody in particular.
    recurs
        Whether such help is usually wanted again and again; whoever orders is shown that it can be repeated.
    office
        The office that such an order goes to instead of volunteers; then it has no skills and no kinds of teams.
    """

    code: Word
    zh: Name
    en: Name
    skills: tuple[SkillNeed, ...] = Field(default=(), max_length=8)
    minutes: Annotated[int, Field(ge=5, le=MINUTES_MAX)]
    urgency: Annotated[int, Field(ge=0, le=2)]
    beneficiaries: tuple[Beneficiary, ...] = Field(min_length=1)
    team_kinds: tuple[TeamKind, ...] = ()
    insured: bool = False
    adults: Annotated[int, Field(ge=0, le=4)] = 0
    travel_minutes_max: Annotated[int, Field(ge=1, le=600)] | None = None
    travel_metres_max: WayMetres | None = None
    spend_limit_fen: Annotated[int, Field(ge=0, le=SPENT_MAX)] | None = None
    activity: bool = False
    recurs: bool = False
    office: Word | None = None

    @model_validator(mode="after")
    def _is_for_people_or_for_the_public(self) -> Self:
        alone = self.beneficiaries == (Beneficiary.PUBLIC,)
        if alone != self.activity or (Beneficiary.PUBLIC in self.beneficiaries and not alone):
            raise ValueError('an activity is for beneficiaries = ["public"] alone, and nothing else is for the public')
        return self

    @model_validator(mode="after")
    def _is_for_volunteers_or_an_office(self) -> Self:
        needs = (bool(self.skills), bool(self.team_kinds))
        if any(needs) if self.office is not None else not all(needs):
            raise ValueError(f"{self.code}: give skills and team_kinds, or the office that it goes to, and not both")
        return self

    def is_for(self, beneficiary: Beneficiary) -> bool:
        """Tell whether somebody of this group may order it."""
        return beneficiary in self.beneficiaries


class ServiceMenu(Edge):
    """The whole menu; ``synthetic`` says that no county has adopted it."""

    name: Name
    synthetic: bool
    items: tuple[MenuItem, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    offices: tuple[Office, ...] = Field(default=(), max_length=OFFICES_MAX)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        refuse_repeated([item.code for item in self.items])
        refuse_repeated([office.code for office in self.offices])
        known = {office.code for office in self.offices}
        unknown = sorted({item.office for item in self.items if item.office is not None} - known)
        if unknown:
            raise ValueError(f"items go to offices that the menu does not list: {', '.join(unknown)}")
        return self

    def office(self, code: str) -> Office | None:
        """Return the office with a code, if the menu has it."""
        return next((office for office in self.offices if office.code == code), None)

    def item(self, code: str) -> MenuItem | None:
        """Return the category with a code, if the menu has it."""
        return next((item for item in self.items if item.code == code), None)


def refuse_repeated(codes: list[str]) -> None:
    """Refuse a list in which a code stands twice: nobody could say which entry holds.

    Raises
    ------
    ValueError
        If there is one.
    """
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise ValueError(f"each code may stand once; more than once stand {', '.join(repeated)}")


def parse_menu(text: str) -> ServiceMenu:
    """Read a menu from TOML.

    Raises
    ------
    ListError
        If it is no menu; one sentence for each mistake.
    """
    try:
        return ServiceMenu.model_validate_json(toml_as_json(text))
    except ValidationError as error:
        raise ListError(*mistakes(error, Both("service menu", "服务清单"))) from None


def shipped_menu() -> ServiceMenu:
    """Return the menu that comes with Linli: 17 categories of visits, 3 of them activities, and 5 for offices."""
    return parse_menu(files("linli.schemas").joinpath("service_menu.toml").read_text(encoding="utf-8"))


def toml_as_json(text: str) -> str:
    """Turn TOML into JSON, so that words of a list become members of our enumerations under strict rules.

    Raises
    ------
    ListError
        If it is no TOML, or has a date, which none of our lists knows.
    """
    try:
        return json.dumps(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ListError(*not_toml(error)) from None
    except TypeError:
        raise ListError("There is a date in the list, which has no place for one.", "清单中不能有日期。") from None


def not_toml(error: tomllib.TOMLDecodeError) -> Both:
    """Say where a text stops being TOML."""
    return Both(f"This is not TOML: {error}.", f"不是有效的 TOML 文件{spot(str(error))}。")


def mistakes(error: ValidationError, name: Both) -> Both:
    """Say in a sentence each what is wrong with a list."""
    found = [(path_of(detail), mistake(detail)) for detail in error.errors(include_url=False, include_input=False)]
    return Both(
        "\n".join(f"The {name.en} has a mistake at {where or 'its top'}: {said.en}." for where, said in found),
        "\n".join(f"{name.zh}的 {where or '开头'} 有误：{said.zh}。" for where, said in found),
    )

"""A policy file named on the command line, for whichever command asks what another policy would do."""

from __future__ import annotations

from pathlib import Path

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.menu import ListError
from linli.schemas.policy import Policy
from linli.schemas.policy_file import parse_policy
from linli.services.cli.whole_input import read_bytes
from linli.services.sheets.limits import FILE_BYTES_MAX


def read_policy(path: Path) -> Policy:
    """Read a policy from TOML or JSON; what the file does not name is not among the fields set.

    Raises
    ------
    LinliError
        If it cannot be read or is no policy.
    """
    try:
        return parse_policy(read_bytes(str(path), FILE_BYTES_MAX).decode("utf-8"))
    except UnicodeDecodeError:
        detail = Both("it is not UTF-8 text", "不是 UTF-8 文本")
        raise LinliError(Code.POLICY, path=path, detail=detail) from None
    except ListError as error:
        raise LinliError(Code.POLICY, path=path, detail=error.clause()) from None


def work_of(asked: int | None, policy: Policy, otherwise: int) -> int:
    """Return the units that the optimizer may work: as asked for, as the policy file says, else `otherwise`."""
    if asked is not None:
        return asked
    return policy.work if "work" in policy.model_fields_set else otherwise

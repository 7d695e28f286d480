"""Is it said at the moment of ordering that a certificate need not be issued, in the words of the county's own list?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from linli.schemas.admission import shipped_admission
from linli.services.console.forms import Form
from linli.services.console.order_entry import certificate_answer
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import Speech

HERE = cast(Surroundings, SimpleNamespace(admission=shipped_admission()))


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_every_entry_of_the_list_is_answered(tongue: str) -> None:
    """Tests each certificate of the shipped sample: its name and who handles it stand in the answer."""
    speech = Speech(tongue)  # type: ignore[arg-type]
    entries = HERE.admission.certificates
    assert entries
    for entry in entries:
        said = certificate_answer(Form({"certificate": (entry.code,)}), HERE, speech)
        assert (entry.zh if tongue == "zh" else entry.en) in said
        assert entry.handled_by in said


@pytest.mark.parametrize("code", ["", "no-such-certificate"])
def test_what_is_not_on_the_list_is_ordered_as_before(code: str) -> None:
    """Tests that an order without a certificate, or with one that the list does not have, goes on."""
    assert certificate_answer(Form({"certificate": (code,)}), HERE, Speech("en")) == ""

"""What the stories share: one county for all of them, judged at the end, and a corner of it for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.story_county import County
from tests.support.story_telling import Story


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """Start the county for all stories; when they are over, nothing may be lost and nothing doubled."""
    with County(tmp_path_factory.mktemp("county")) as running:
        yield running
        verdict = running.judged()
        assert (verdict["lost"], verdict["doubled"], verdict["breaks"]) == (0, 0, []), verdict


@pytest.fixture
def story(county: County) -> Story:
    """Give a story its corner: teams and cases that no other story has to do with."""
    return Story(county)

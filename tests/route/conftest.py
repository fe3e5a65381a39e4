"""One small contest, played once for all tests of the route."""

import pytest

from deploy.demo import driver
from deploy.local.system import System
from tests.route import playing
from tests.route.playing import Played

SIZE = driver.Size(entries=8, judges=4, finalists=3)


@pytest.fixture(scope="session")
def played(system: System) -> Played:
    """Eight entries, four judges, three finalists."""
    return playing.wait_for(playing.play(system, SIZE))

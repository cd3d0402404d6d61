"""Runs the real ./crm in homes of its own, with faults in its environment."""

import os
from pathlib import Path

import pytest

from tests.support.home import Home


@pytest.fixture
def home(tmp_path):
    result = Home(Path(tmp_path) / "home")
    yield result
    if result.folder.exists():
        result.environ["PATH"] = os.environ["PATH"]
        result.close()

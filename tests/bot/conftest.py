"""discord.py imports `audioop` when it is first imported, which Python 3.11 announces the end of."""

import warnings

import hypothesis
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401

# A busy machine is no failure, and a test leaves nothing behind.
hypothesis.settings.register_profile("calm", deadline=None, database=None)
hypothesis.settings.load_profile("calm")


@pytest.fixture(autouse=True)
def _default(pocket_by_default: None) -> None:
    """Tests here say eyes, mixed4a and mid, and mean pocket's; test_default_network.py is about the default."""

"""discord.py is first imported as it is in `tests/bot`, which knows of a warning that it gives then."""

from tests.bot import conftest  # noqa: F401

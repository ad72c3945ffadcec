"""As the bot's own tests: discord.py is imported once, its warning aside."""

from tests.bot import conftest  # noqa: F401

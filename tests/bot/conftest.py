"""discord.py imports `audioop` when it is first imported, which Python 3.11 announces the end of."""

import warnings

import hypothesis

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401

# A busy machine is no failure, and a test leaves nothing behind.
hypothesis.settings.register_profile("calm", deadline=None, database=None)
hypothesis.settings.load_profile("calm")

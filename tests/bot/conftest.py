"""discord.py imports `audioop` when it is first imported, which Python 3.11 announces the end of."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401

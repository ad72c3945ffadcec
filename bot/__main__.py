"""`python -m bot`: the bot of the settings; `python -m bot setup|doctor|exhibit`: first steps, checks, a
gallery as a page.

`python -m bot run --no-engine` starts no engine beside the bot; `--shards 0-3/16` keeps these shards of it.
"""

import argparse
import importlib
import sys
from collections.abc import Callable

from engine.errors import SettingsError
from engine.platform.garbage import nothing_discarded
from engine.platform.terminal import replace_unprintable


def run(words: list[str]) -> int:
    """The bot of the settings. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot run")
    parser.add_argument("--no-engine", action="store_true", help="no engine beside it")
    parser.add_argument("--shards", default="", help="of a fleet's bot, these shards: 0-3/16")
    chosen = parser.parse_args(words)
    import_app()
    from bot import app

    return app.main(with_engine=not chosen.no_engine, shards=chosen.shards)


def import_app() -> None:
    """Import `bot.app` and all that it needs."""
    with nothing_discarded():
        importlib.import_module("bot.app")


def setup(_: list[str]) -> int:
    """First steps. Returns the exit status."""
    import_app()
    from bot.setup import setup

    return setup()


def doctor(_: list[str]) -> int:
    """Checks. Returns the exit status."""
    import_app()
    from bot.setup import doctor

    return doctor()


def exhibit(words: list[str]) -> int:
    """A gallery as a page. Returns the exit status."""
    from bot import exhibit_page

    return exhibit_page.main(words)


VERBS: dict[str, Callable[[list[str]], int]] = {"run": run, "setup": setup, "doctor": doctor, "exhibit": exhibit}


def main(words: list[str]) -> int:
    """Do what the first word says. Returns the exit status."""
    replace_unprintable()
    if words[:1] in (["--help"], ["-h"]):
        print(f"python -m bot WORD, which is one of: {', '.join(VERBS)}. More: pareidolia --help.")
        return 0
    verb = VERBS.get(words[0] if words else "run")
    if verb is None:
        print(f"python -m bot does not know {words[0]}. It knows {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    try:
        return verb(words[1:])
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m bot`: the bot of the settings; `python -m bot setup|doctor`: first steps and checks.

`python -m bot run --no-engine` starts no engine beside the bot.
"""

import sys
from functools import partial

from bot import app, setup
from engine.errors import SettingsError
from engine.platform.terminal import replace_unprintable

VERBS = {"run": app.main, "setup": setup.setup, "doctor": setup.doctor}


def main(words: list[str]) -> int:
    """Do what the first word says. Returns the exit status."""
    replace_unprintable()
    if words[:1] in (["--help"], ["-h"]):
        print(f"python -m bot WORD, which is one of: {', '.join(VERBS)}. More: pareidolia --help.")
        return 0
    verb = VERBS.get(words[0] if words else "run")
    if verb is app.main and words[1:] == ["--no-engine"]:
        verb = partial(app.main, with_engine=False)
    if verb is None:
        print(f"python -m bot does not know {words[0]}. It knows {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    try:
        return verb()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

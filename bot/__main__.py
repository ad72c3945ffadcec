"""`python -m bot`: the bot of the settings; `python -m bot setup|doctor`: first steps and checks."""

import sys

from bot import app, setup

VERBS = {"setup": setup.setup, "doctor": setup.doctor}

sys.exit(VERBS[sys.argv[1]]() if len(sys.argv) > 1 and sys.argv[1] in VERBS else app.main())

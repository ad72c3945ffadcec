"""The dream engine: a process of its own. Only `engine.jobs`, its counter, is for others to import."""

import sys

if sys.platform == "win32":  # before anything that Windows lacks is imported
    raise SystemExit("Pareidolia runs on Linux and macOS. On Windows run it in WSL or Docker; README.md says how.")

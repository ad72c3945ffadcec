"""The Discord side of Pareidolia: async, and never in one process with torch."""

import sys

if sys.platform == "win32":  # before anything that Windows lacks is imported
    raise SystemExit("Pareidolia runs on Linux and macOS. On Windows run it in WSL or Docker; README.md says how.")

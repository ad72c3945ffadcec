"""`python -m engine.cli`, the same as `pareidolia`."""

from engine.cli.program import main

if __name__ == "__main__":
    main()

"""`python -m bot.playground`: `(port, folder) => the stand-in and the real bot, until Ctrl-C`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import io
import logging
import signal
import sys
import webbrowser
from pathlib import Path

import aiohttp

from bot.playground import avatars, samples
from bot.playground.faults import STORM
from bot.playground.openapi import Specification
from bot.playground.server import HOST, Playground
from bot.playground.world import Event

DEFAULT_PORT = 8765
HIGHEST_PORT = 65535
ANSWER_SECONDS = 3.0  # how long whoever holds our port may take to say who it is


def options() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.playground", description="A stand-in Discord on this computer."
    )
    parser.add_argument(
        "--port", type=port_number, default=DEFAULT_PORT, help="port on 127.0.0.1 (default %(default)s)"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path("playground-data"), help="folder for the bot's data and logs"
    )
    parser.add_argument("--no-bot", action="store_true", help="do not start the bot; print the settings it would need")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument(
        "--faults", type=int, metavar="SEED", help="a bad day: calls of the bot fail now and then (default: none does)"
    )
    parser.add_argument(
        "--message-content", action="store_true", help="grant the bot the message content intent, as the portal may"
    )
    parser.add_argument(
        "--openapi", type=Path, help="Discord's openapi.json: check every request of the bot against it"
    )
    return parser


def port_number(text: str) -> int:
    """Return a port; 0 is any free one. Raises ValueError and ArgumentTypeError."""
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{number} is no port. Choose one from 1024 to {HIGHEST_PORT}.")
    return number


async def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal; return the exit code."""
    stopped = stop_on_signal()
    playground = Playground(specification=Specification(arguments.openapi) if arguments.openapi else None)
    playground.world.message_content = arguments.message_content
    if arguments.faults is not None:
        playground.rest.faults.plan(*STORM, seed=arguments.faults)
    try:
        await playground.start(arguments.port)
    except OSError as error:
        print(await explain_port(arguments.port, error), flush=True)
        return 1
    print(f"Playground: {playground.url}  (a stand-in on this computer, not Discord)", flush=True)
    print("Press Ctrl-C here to stop it.", flush=True)
    data_dir = arguments.data_dir.resolve()
    if arguments.no_bot:
        print("\n".join(f"{name}={value}" for name, value in playground.settings(data_dir).items()), flush=True)
    else:
        start_bot(playground, data_dir)
    if arguments.open:
        await asyncio.to_thread(webbrowser.open, playground.url)
    # Pictures are made now, so that the page and the first dream do not wait for them.
    await asyncio.to_thread(warm_up)
    await stopped.wait()
    print("Stopping ...", flush=True)
    await playground.stop()
    return 0


async def explain_port(port: int, error: OSError) -> str:
    """Return why the playground cannot listen there, and what to do."""
    another = f"PLAYGROUND_PORT={port + 1 if port < HIGHEST_PORT else DEFAULT_PORT} make play"
    if error.errno != errno.EADDRINUSE:
        return f"The playground cannot use port {port}: {error.strerror}. Use another one: {another}"
    address = f"http://{HOST}:{port}"
    if await is_playground(address):
        return f"A playground is already running at {address}. Open it there, or start another one: {another}"
    return f"Port {port} is taken by another program. Use another one: {another}"


async def is_playground(address: str) -> bool:
    """Return whether a playground answers at this address."""
    try:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(address) as response:
            return "<title>Pareidolia playground</title>" in await response.text(errors="replace")
    except (aiohttp.ClientError, TimeoutError):
        return False


def warm_up() -> None:
    """Make the portraits in the size that clients ask for, and the samples."""
    for scene in avatars.SCENES:
        avatars.encode_scene(scene, avatars.SIDE, "PNG")
    for sample in samples.available():
        samples.sample_png(sample.name)


def start_bot(playground: Playground, data_dir: Path) -> None:
    """Start the bot and print when it comes and goes."""
    data_dir.mkdir(parents=True, exist_ok=True)
    child = playground.run_bot(data_dir)
    print(f"The bot is starting; its log is {child.log_path}", flush=True)

    def tell(event: Event) -> None:
        if event.kind == "presence":
            print("Pareidolia is online." if event.facts["online"] else "Pareidolia is offline.", flush=True)
        elif event.kind == "lab":
            print(event.facts["text"], flush=True)

    playground.world.listen(tell)


def stop_on_signal() -> asyncio.Event:
    """Return an event that is set when someone presses Ctrl-C, closes the terminal, or sends SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stopped.set)
    return stopped


def forgive() -> None:
    """Show a replacement for letters that the terminal lacks: a path with one must not end the playground."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="replace")


def main() -> None:
    """Run the playground."""
    forgive()
    logging.basicConfig(level=logging.WARNING)
    raise SystemExit(asyncio.run(run(options().parse_args())))


if __name__ == "__main__":
    main()

"""`pareidolia screen`: an endless zoom full screen in a browser on this computer."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine import params, settings
from engine.allocator import map_large_tensors
from engine.catalog import subject_sequence
from engine.errors import PortTaken
from engine.files import decoder
from engine.openmp import sleep_while_waiting
from engine.params import Zoom
from engine.platform.terminal import say, with_bold

if TYPE_CHECKING:
    from torch import Tensor

ROUND: Final = 48
"""Frames towards one subject before the next one comes."""
FPS: Final = 8
"""What a second of `--speed` and `--rotate` is in dreamed frames: fewer come in a real one, so it moves more calmly."""
WIDE: Final = 9 / 16
"""The shape of what is dreamed out of noise."""


app = typer.Typer()


@app.command()
def screen(
    picture: Annotated[str, typer.Argument(metavar="IN", help="a picture, or `noise`")] = "noise",
    subject: Annotated[
        str | None, typer.Option(help="what comes up, one after another: 'dogs > castles > coral'")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="or how deep to look: low, mid, high, or several")] = None,
    speed: Annotated[float | None, typer.Option(help=params.describe(Zoom, "speed"))] = None,
    rotate: Annotated[float | None, typer.Option(help=params.describe(Zoom, "rotate"))] = None,
    strength: Annotated[float | None, typer.Option(help=params.describe(Zoom, "strength"))] = None,
    size: Annotated[int | None, typer.Option(help="long side of what is dreamed; the browser enlarges it")] = None,
    seed: Annotated[int | None, typer.Option(help="same seed, same dream; drawn if not given")] = None,
    network: Annotated[str | None, typer.Option("--model", "--network", help="which network dreams")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="of the page; 0: any that is free")] = 8765,
) -> None:
    """Show an endless zoom full screen in a browser, for a dark room or a stream."""
    rounds = len(subject_sequence.split(subject or ""))
    wanted = params.make(
        Zoom, settings.read().catalog, subject=subject, layer=layer, speed=speed, rotate=rotate, strength=strength,
        size=size, network=network, fps=FPS, frames=ROUND * rounds,
        seed=random.randrange(params.SEED_COUNT) if seed is None else seed,
    )  # fmt: skip
    _show(wanted, None if picture == "noise" else _clean(Path(picture), wanted.size), port)


def _show(wanted: Zoom, png: bytes | None, port: int) -> None:
    from engine.canvas.camera import Camera
    from engine.screen.dreamed_ahead import DreamedAhead
    from engine.screen.server import HOST, application, serve

    camera = Camera.per_second(wanted.fps, wanted.speed, wanted.rotate)
    frames = DreamedAhead(_files(wanted, png))
    app = application(frames, camera.factor, camera.turn)

    def ready(found: int) -> None:
        address = f"http://{HOST}:{found}"
        say.print(with_bold(f"Open {address} in a browser on this computer. f: full screen, space: pause.", address))
        say.print("Ctrl+C ends it.")
        frames.start()

    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(app, port, ready))
    except OSError as error:
        raise PortTaken(port=port, problem=error.strerror or "it is in use") from None
    finally:
        frames.close()


def _files(wanted: Zoom, png: bytes | None) -> Iterator[bytes]:
    """The frames as JPEGs, without an end."""
    sleep_while_waiting()
    map_large_tensors()
    from engine import encoders
    from engine.encoders.pixel_bytes import to_tensor
    from engine.recipes.zoom import endless_zoom
    from engine.runtime import Runtime

    runtime = Runtime.from_settings(settings.read().engine, wanted.catalog)
    source = _noise(wanted) if png is None else to_tensor(png)
    for picture in endless_zoom(wanted, source, runtime, grainy=png is None):
        yield encoders.encode(picture, "jpeg").data


def _noise(wanted: Zoom) -> Tensor:
    import torch

    from engine.canvas.noise import coloured_noise

    size = (2 * round(wanted.size * WIDE / 2), wanted.size)
    return coloured_noise(size, torch.Generator().manual_seed(wanted.seed))


def _clean(picture: Path, long_side: int) -> bytes:
    """The picture through the decoder, as every picture."""

    async def ask(data: bytes) -> bytes:
        limits = settings.read().limits
        async with decoder.Decoder(limits.megapixels, limits.upload_mb) as child:
            return (await child.clean(data, long_side)).png

    try:
        data = picture.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{picture} cannot be read ({error.strerror}). Check the path.") from None
    return asyncio.run(ask(data))

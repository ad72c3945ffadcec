"""Every recipe says before it starts that it would need too much memory."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor

from engine import recipes
from engine.catalog.catalog import shipped_catalog
from engine.errors import TooMuchMemory
from engine.networks.network import Network
from engine.params import AnyParams, Channel, Concept, Dream, P, See, Style, Upscale, Zoom, make
from engine.runtime import Runtime
from tests.engine import small_networks


def params_for(kind: type[P], **options: Any) -> P:
    return make(kind, shipped_catalog(), **options)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (params_for(Dream, size=128, octaves=1, iterations=2), params_for(Dream, size=1024)),
        (params_for(Zoom, size=128, octaves=1, iterations=2, frames=8), params_for(Zoom, size=640)),
        (
            params_for(Concept, subject="eyes", size=128, iterations=16),
            params_for(Concept, subject="eyes", variations=9),
        ),
        (params_for(Channel, channel=3, size=128, iterations=2), params_for(Channel, channel=3, size=1024)),
        (params_for(Channel, top=1, size=128, iterations=2), params_for(Channel, top=36)),
        (params_for(See, size=640, iterations=1), params_for(See)),
        (params_for(Style, painting="glass", size=128, octaves=1, iterations=2), params_for(Style, size=1024)),
        (params_for(Upscale, size=256, iterations=1), params_for(Upscale)),
    ],
)
def test_more_memory_than_the_budget_is_refused(
    pocket_network: Network, photo: Tensor, small: AnyParams, large: AnyParams
) -> None:
    def runtime(megabytes: int) -> Runtime:
        return Runtime("cpu", "float32", loader=lambda _name: pocket_network, memory_mb=megabytes)

    assert len(list(recipes.run(small, photo, runtime(200)))) > 1
    with pytest.raises(TooMuchMemory, match=r"MB of memory and may take 8\. Try a smaller"):
        next(recipes.run(large, photo, runtime(8)))


QUICK = {"size": 128, "octaves": 1, "iterations": 2}


@pytest.mark.parametrize(
    "params",
    [
        params_for(Dream, network="pocket", **QUICK),
        params_for(Dream, network="lite2", **QUICK),
        params_for(Dream, network="lite2", subject="goldfish", **QUICK),
        params_for(Zoom, network="lite2", frames=8, **QUICK),
        params_for(Concept, network="lite2", subject="goldfish", size=128, iterations=16),
        params_for(Channel, network="lite2", layer="low", channel=3, size=128, iterations=2),
        params_for(See, network="lite2", size=640),
        params_for(Style, network="lite2", painting="glass", **QUICK),
    ],
    ids=lambda params: f"{params.recipe} {params.network} {getattr(params, 'subject', '')}",
)
def test_nothing_of_a_job_stays_in_memory(
    photo: Tensor, params: AnyParams, load_shipped: Callable[[str], Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine runs for months: what one job kept, thousands would add up to."""
    for name, count in (("finding", 5), ("DETAILING", 1)):
        monkeypatch.setattr(Concept, name, count)  # more steps keep no more
    # where steps are many, of a narrow network: what is kept is kept at any width
    is_long = isinstance(params, Concept | Zoom) or bool(getattr(params, "subject", ""))
    runtime = Runtime("cpu", "float32", loader=small_networks.narrow_lite if is_long else load_shipped)

    def tensors_after_one_more() -> int:
        for _ in recipes.run(params, photo, runtime):
            pass
        gc.collect()
        return sum(issubclass(type(one), Tensor) for one in gc.get_objects())

    usual = tensors_after_one_more()  # with the networks, which are loaded now
    assert tensors_after_one_more() == usual

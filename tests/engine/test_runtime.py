import pytest
import torch

from engine import settings
from engine.catalog.catalog import shipped_catalog
from engine.errors import SettingsError
from engine.networks.network import Network
from engine.objectives import layer
from engine.passes.joint_gradient import Asked
from engine.passes.shared_passes import Look
from engine.platform import resource_limits
from engine.platform.resource_limits import Share
from engine.runtime import Runtime


def test_networks_are_loaded_once(pocket_network: Network) -> None:
    asked: list[str] = []

    def loader(name: str) -> Network:
        asked.append(name)
        return pocket_network

    runtime = Runtime("cpu", "float32", loader=loader)
    assert runtime.network("pocket") is runtime.network("pocket")
    assert asked == ["pocket"]


def test_generators_repeat(runtime: Runtime) -> None:
    one, same = (torch.rand(4, generator=runtime.generator(9)) for _ in range(2))
    assert one.equal(same)


def test_on_a_cpu_it_only_lets_deterministic_algorithms_run(runtime: Runtime) -> None:
    assert torch.are_deterministic_algorithms_enabled()


def test_elsewhere_it_lets_all_run_for_some_exist_in_no_deterministic_form() -> None:
    Runtime("meta")
    try:
        assert not torch.are_deterministic_algorithms_enabled()
        assert torch.backends.cudnn.deterministic
    finally:
        Runtime("cpu")


def test_threads_are_as_asked(pocket_network: Network) -> None:
    before = torch.get_num_threads()
    try:
        assert Runtime("cpu", threads=1, loader=lambda _: pocket_network).threads == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("able", "dtype"),
    [
        ({"avx2": True}, torch.float32), ({"avx512_bf16": True}, torch.bfloat16), ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False, "amx_bf16": False}, torch.float32),
    ],
)  # fmt: skip
def test_a_processor_computes_in_what_it_multiplies_itself(
    able: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert Runtime("cpu").dtype == dtype
    assert Runtime("cpu", "float32").dtype == torch.float32


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(SettingsError, match="typewriter"):
        Runtime("typewriter")


def test_a_cpu_holds_no_gpu_memory() -> None:
    assert Runtime("cpu", "float32").gpu_bytes() == 0


def test_what_dreams_by_crops_computes_in_float32_on_a_cpu_that_may_choose() -> None:
    chosen = Runtime("cpu").network("lite1")
    told = Runtime("cpu", "bfloat16").network("lite1")
    assert next(iter(chosen.stages["stem"].buffers())).dtype == torch.float32
    assert next(iter(told.stages["stem"].buffers())).dtype == torch.bfloat16


def test_a_containers_share_decides_threads_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr(resource_limits, "share", lambda: Share(1.5, 2**31, 64, 2**38))
    try:
        torch.set_num_threads(8)
        found = Runtime("cpu", "float32")
        assert found.threads == torch.get_num_threads() == 1
        assert found.memory == 2**31 - resource_limits.RESERVE
        assert Runtime("cpu", threads=3, memory_mb=100).memory == 100 * 2**20
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_jobs_share_passes_where_they_are_told_to_and_not_on_a_cpu(small_network: Network) -> None:
    assert Runtime("cpu", "float32").passes is None
    crops = torch.rand(1, 3, 48, 48)
    for cuda_graphs, recorded in ((True, 1), (False, 0)):
        chosen = settings.load(engine={"device": "cpu", "dtype": "float32", "cuda_graphs": cuda_graphs}).engine
        assert Runtime.from_settings(chosen, shipped_catalog()).passes is None
        found = Runtime("cpu", "float32", shared=True, cuda_graphs=cuda_graphs).passes
        assert found is not None
        found.gradients([Look(small_network, Asked(layer("conv1"), crops))])
        assert found.recordings == recorded

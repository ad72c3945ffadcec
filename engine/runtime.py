"""Where dreaming happens: `(device, dtype, threads) => networks, generators, on a CPU the same bytes every time`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

import torch
from torch import Tensor

from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import SettingsError
from engine.networks.loading import load
from engine.networks.network import Network
from engine.passes.recorded_passes import CudaRecorder, EagerRecorder, RecordedPasses
from engine.passes.shared_passes import SharedPasses
from engine.platform import resource_limits

if TYPE_CHECKING:
    from engine.settings import Engine

Dtype = Literal["auto", "float32", "bfloat16"]
RECORDED_SHARE = 0.25
"""Of the memory, what recorded passes may keep."""


class Runtime:
    """A device, a number type, threads, and the networks loaded so far.

    Making one sets torch up for the whole process: threads, and on a CPU deterministic algorithms only.
    """

    def __init__(
        self,
        device: str = "auto",
        dtype: Dtype = "auto",
        threads: int = 0,
        loader: Callable[[str], Network] | None = None,
        memory_mb: int = 0,
        catalog: Catalog | None = None,
        shared: bool | None = None,
        cuda_graphs: bool = True,
    ) -> None:
        """`threads` 0 takes as many as there are cores, `memory_mb` 0 allows what the device has; of a container's
        share both take no more than that. Without a `catalog`, there are the package's networks. `shared` says whether
        jobs share their passes through networks; None has them do so on a GPU, where `cuda_graphs` has these recorded.

        Raises `SettingsError` for a device that torch cannot use.
        """
        self.device = _device(device)
        self.memory = memory_mb * 2**20 or _memory(self.device)
        self.dtype, self._chooses = _dtype(dtype, self.device), dtype == "auto"
        self.catalog = catalog or shipped_catalog()
        self._loader = loader or partial(load, catalog=self.catalog)
        self._networks: dict[str, Network] = {}
        self._loading = threading.Lock()
        chosen_shared = self.device.type == "cuda" if shared is None else shared
        recorded = int(RECORDED_SHARE * self.memory) if chosen_shared and cuda_graphs else 0
        self.memory -= recorded
        self.passes = _shared_passes(self.device, recorded) if chosen_shared else None
        """Where jobs meet whose networks look at crops; None where each has the device to itself."""
        if chosen := threads or _container_threads(torch.get_num_threads()):
            torch.set_num_threads(chosen)
        self.threads = torch.get_num_threads()
        _be_deterministic(self.device)

    @classmethod
    def from_settings(cls, chosen: Engine, catalog: Catalog) -> Self:
        """As somebody has set it up. Raises `SettingsError` for a device that torch cannot use."""
        return cls(
            chosen.device, chosen.dtype, chosen.threads, memory_mb=chosen.memory_mb, catalog=catalog,
            shared=True if chosen.jobs_at_once > 1 else None, cuda_graphs=chosen.cuda_graphs,
        )  # fmt: skip

    def network(self, name: str) -> Network:
        """A network by its catalogue name, loaded once. Raises `UnknownNetwork` or `NetworkMissing`."""
        with self._loading:
            if name not in self._networks:
                self._networks[name] = self._loader(name).to(self.device, self._dtype_for(name))
            return self._networks[name]

    def number_bytes(self, name: str) -> int:
        """Bytes of a number in a network, loaded or not."""
        return self._dtype_for(name).itemsize

    def _dtype_for(self, name: str) -> torch.dtype:
        """The number type of a network: on a CPU chosen for those that dream by crops, it is float32.

        Their depthwise convolutions take 1.3 times as long in bfloat16, forward and back, measured on a CPU that
        multiplies it itself.
        """
        entry = self.catalog.networks().get(name)
        depthwise = entry is not None and entry.crops and self.device.type == "cpu"
        return torch.float32 if depthwise and self._chooses else self.dtype

    def generator(self, seed: int) -> torch.Generator:
        """Random numbers of that seed; drawn on the CPU, so that every device draws the same."""
        return torch.Generator().manual_seed(seed)

    def prepare_thread(self) -> None:
        """Set up what each thread that dreams has for itself."""
        torch.set_flush_denormal(True)

    def gpu_bytes(self) -> int:
        """GPU memory that torch holds, whether it uses it now or not; 0 on a CPU."""
        return int(torch.cuda.memory_reserved(self.device)) if self.device.type == "cuda" else 0

    def to_device(self, picture: Tensor) -> Tensor:
        """A picture [3, h, w] in [0, 1], on the device that dreams it, in float32."""
        return picture.to(self.device, torch.float32)


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError):  # which one depends on how torch was built
        problem = f"torch cannot use the device {name!r} here. Set `engine.device` to auto or cpu."
        raise SettingsError(problem=problem) from None


def _shared_passes(device: torch.device, memory: int) -> SharedPasses:
    """Recordings may take that much memory."""
    recorder = CudaRecorder(device) if device.type == "cuda" else EagerRecorder()
    return SharedPasses(RecordedPasses(recorder, memory))


def _memory(device: torch.device) -> int:
    """Bytes that a device has in all, or that a container allows."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return resource_limits.share().budget


def _container_threads(threads: int) -> int:
    """As many as a container's CPUs, where those are fewer; else 0."""
    allowed = resource_limits.share().threads
    return allowed if allowed < threads else 0


def _dtype(name: Dtype, device: torch.device) -> torch.dtype:
    """What the network computes in. Chosen by what the processor can do, never by a stopwatch: bytes must repeat.

    Where a CPU multiplies bfloat16 itself, a step of pocket at 512 px takes 0.7 of float32's time; where it does not,
    bfloat16 is emulated and slower.
    """
    if name != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]
    able = torch.cpu.get_capabilities()
    fast = device.type == "cpu" and (able.get("avx512_bf16") or able.get("amx_bf16"))
    return torch.bfloat16 if fast else torch.float32


def _be_deterministic(device: torch.device) -> None:
    """On a CPU the same bytes every time. On a GPU only as far as it can be had: torch has no deterministic backward of
    mirrored rims and of smooth resizing there (`ReflectionPad2d`, `interpolate`), and would refuse every dream."""
    # Numbers below 1e-38 tell nothing and cost a CPU fifty times as much; spectra under Adam are full of them.
    torch.set_flush_denormal(True)
    # the same as use_deterministic_algorithms(True), which also loads the compiler: a second at every start
    torch.set_deterministic_debug_mode("error" if device.type == "cpu" else "default")
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    # Nothing here reads memory before writing it, and filling it costs time at every step.
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010 - set on a module, unknown to mypy

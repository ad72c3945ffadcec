"""Fetching, from a server on loopback that serves a file made here, and misbehaves as it is told."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torchvision.models import get_model

from engine.catalog.catalog import Entry, Source
from engine.errors import (
    CutShort,
    FetchedElsewhere,
    NetworkError,
    NoDownload,
    NoRoom,
    NotServed,
    NotWeights,
    OtherNetwork,
    StaysOffline,
    WebPageInstead,
    WrongChecksum,
)
from engine.networks import download
from engine.platform import http_proxy
from tests.catalogs import catalog
from tests.engine.networks.conftest import random_weights, shapes_of
from tests.engine.networks.test_weights import Bomb

CLASSES = 3
PUBLISHED = "squeezenet1_1-test.pth"


@cache
def weights() -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        shapes = shapes_of(get_model("squeezenet1_1", weights=None, num_classes=CLASSES))
    return random_weights(shapes)


def saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


@cache
def published() -> bytes:
    return saved(weights())


class Server(ThreadingHTTPServer):
    """Serves `content`; each entry of `cuts` ends one answer after so many bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = published()
        self.tag = '"one"'
        self.kind = "application/octet-stream"
        self.status = 200
        self.cuts: list[int] = []
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/models/{PUBLISHED}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers.items()))
        self.server.paths.append(self.path)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if self.headers.get("If-Range", self.server.tag) != self.server.tag:
            begin = 0
        rest = self.server.content[begin:]
        if begin and not rest:
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("Content-Type", self.server.kind)
        self.send_header("ETag", self.server.tag)
        self.end_headers()
        self.wfile.write(rest[: self.server.cuts.pop(0)] if self.server.cuts else rest)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr(download, "PAUSE_S", 0.0)
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def entry(server: Server) -> Callable[..., Entry]:
    def make(**changes: Any) -> Entry:
        known: Entry = catalog.network("squeezenet").model_copy(update={"classes": CLASSES})
        content = server.content
        source = {
            "url": server.url,
            "megabytes": len(content) / download.MB,
            "sha256": hashlib.sha256(content).hexdigest()[:8],
        }
        return known.model_copy(update={"source": Source(**{**source, **changes})})

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "networks"


def everything(folder: Path) -> set[str]:
    """What lies in the folder, but for the lock, which has to stay."""
    return {path.name for path in folder.iterdir()} - {".net.lock"}


def run(entry: Entry, folder: Path, **options: Any) -> list[download.Transfer]:
    return list(download.fetch("net", entry, folder, **options))


def refused(kind: type[NetworkError], entry: Entry, folder: Path, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        run(entry, folder, **options)
    return str(caught.value)


def test_what_was_fetched_holds_the_published_numbers(entry: Callable[..., Entry], folder: Path) -> None:
    transfers = run(entry(), folder)
    assert transfers[-1] == download.Transfer(len(published()), len(published()))
    assert [one.done for one in transfers] == sorted({one.done for one in transfers})
    assert everything(folder) == {"net.safetensors"}
    found = load_file(folder / "net.safetensors")
    assert all(torch.equal(found[key], value) for key, value in weights().items())


def test_a_git_blob_id_is_a_checksum(entry: Callable[..., Entry], folder: Path) -> None:
    blob = hashlib.sha1(b"blob %d\0" % len(published()) + published()).hexdigest()
    run(entry(sha256="", git_blob=blob), folder)
    assert everything(folder) == {"net.safetensors"}


def test_it_is_fetched_once(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    run(entry(), folder)
    assert run(entry(), folder) == []
    assert len(server.asked) == 1


def test_a_broken_download_goes_on_where_it_broke_off(
    entry: Callable[..., Entry], folder: Path, server: Server
) -> None:
    server.cuts = [1_000_000, 500_000]
    transfers = run(entry(), folder)
    assert [asked.get("Range") for asked in server.asked] == [None, "bytes=1000000-", "bytes=1500000-"]
    assert all(asked["If-Range"] == '"one"' for asked in server.asked[1:])
    assert transfers[-1].done == transfers[-1].total == len(published())
    assert everything(folder) == {"net.safetensors"}


def test_a_later_call_goes_on_too(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    server.cuts = [700_000, *[0] * download.PATIENCE]
    said = refused(CutShort, entry(), folder)
    assert "Ask again: it goes on from there" in said
    assert everything(folder) == {f"{PUBLISHED}.part", f"{PUBLISHED}.etag"}
    run(entry(), folder)
    assert server.asked[-1]["Range"] == "bytes=700000-"
    assert everything(folder) == {"net.safetensors"}


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    entry: Callable[..., Entry], folder: Path, server: Server
) -> None:
    described = entry()
    server.content, server.tag, server.cuts = b"x" * len(published()), '"old"', [700_000, *[0] * download.PATIENCE]
    refused(CutShort, described, folder)
    server.content, server.tag = published(), '"one"'
    run(described, folder)
    assert everything(folder) == {"net.safetensors"}


def test_a_part_that_is_longer_than_the_file_is_forgotten(
    entry: Callable[..., Entry], folder: Path, server: Server
) -> None:
    folder.mkdir()
    (folder / f"{PUBLISHED}.part").write_bytes(bytes(len(published())))
    (folder / f"{PUBLISHED}.etag").write_text(server.tag)
    run(entry(), folder)
    assert everything(folder) == {"net.safetensors"}


def test_a_wrong_checksum_is_refused(entry: Callable[..., Entry], folder: Path) -> None:
    said = refused(WrongChecksum, entry(sha256="00000000"), folder)
    assert "instead of 00000000" in said
    assert everything(folder) == set()


def test_a_truncated_file_is_refused(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    described = entry()
    server.content = published()[:-1]
    refused(WrongChecksum, described, folder)
    assert everything(folder) == set()


def test_a_file_that_is_far_too_long_is_not_even_downloaded(
    entry: Callable[..., Entry], folder: Path, server: Server
) -> None:
    described = entry()
    server.content = published() + bytes(5 * download.MB)
    assert "more than" in refused(WrongChecksum, described, folder)
    assert everything(folder) == set()


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_web_page_is_refused(entry: Callable[..., Entry], folder: Path, server: Server, kind: str) -> None:
    described = entry()
    server.content, server.kind = b"\n<!DOCTYPE html><title>Log in</title>", kind
    assert "web page" in refused(WebPageInstead, described, folder)
    assert everything(folder) == set()


def test_a_pickle_with_code_in_it_is_refused_and_not_run(
    entry: Callable[..., Entry], folder: Path, server: Server, tmp_path: Path
) -> None:
    server.content = saved({**weights(), "extra": Bomb(tmp_path / "it-ran")})
    assert "nothing of it was run" in refused(NotWeights, entry(), folder)
    assert everything(folder) == set()
    assert not (tmp_path / "it-ran").exists()


def test_weights_of_another_network_are_refused(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    server.content = saved({"fc.weight": torch.zeros(3, 3)})
    assert "does not fit the architecture squeezenet1_1: it lacks" in refused(OtherNetwork, entry(), folder)
    assert everything(folder) == set()


@pytest.mark.parametrize("status", [404, 500])
def test_a_server_that_says_no_is_quoted(
    entry: Callable[..., Entry], folder: Path, server: Server, status: int
) -> None:
    server.status = status
    assert f"the server answers {status}" in refused(NotServed, entry(), folder)
    assert everything(folder) == set()


def test_a_server_that_is_not_there_is_a_sentence(entry: Callable[..., Entry], folder: Path) -> None:
    said = refused(NotServed, entry(url=f"http://127.0.0.1:1/{PUBLISHED}"), folder)
    assert f"download {PUBLISHED} another way" in said
    assert everything(folder) == set()


def test_two_at_once_do_not_meet(entry: Callable[..., Entry], folder: Path) -> None:
    first = download.fetch("net", entry(), folder)
    next(first)
    assert "Another process is fetching" in refused(FetchedElsewhere, entry(), folder)
    assert list(first)
    assert everything(folder) == {"net.safetensors"}
    assert run(entry(), folder) == []  # and the lock is free again


def test_an_abandoned_fetch_lets_go(entry: Callable[..., Entry], folder: Path) -> None:
    first = download.fetch("net", entry(), folder)
    next(first)
    first.close()  # type: ignore[attr-defined]
    run(entry(), folder)
    assert everything(folder) == {"net.safetensors"}


def test_offline_asks_nobody(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    said = refused(StaysOffline, entry(), folder, offline=True)
    assert f"Put {PUBLISHED} into {folder}" in said
    assert server.asked == []


def test_a_file_that_someone_put_there_is_taken(entry: Callable[..., Entry], folder: Path, server: Server) -> None:
    folder.mkdir()
    (folder / PUBLISHED).write_bytes(published())
    assert run(entry(), folder, offline=True) == []
    assert everything(folder) == {"net.safetensors"}
    assert server.asked == []


def test_a_file_that_someone_put_there_is_verified(entry: Callable[..., Entry], folder: Path) -> None:
    folder.mkdir()
    (folder / PUBLISHED).write_bytes(published()[:-1])
    refused(WrongChecksum, entry(), folder, offline=True)
    assert everything(folder) == set()


def test_a_full_disk_is_told_before_the_download(
    entry: Callable[..., Entry], folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 1000, 1000))
    assert "0 MB free" in refused(NoRoom, entry(), folder)
    assert server.asked == []


def test_a_network_without_a_source_says_so(entry: Callable[..., Entry], folder: Path) -> None:
    own = entry().model_copy(update={"source": None, "file": "mine.pth"})
    assert "mine.pth" in refused(NoDownload, own, folder)


def test_the_proxy_of_the_environment_is_asked(
    entry: Callable[..., Entry], folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_address[1]}")
    run(entry(url=f"http://models.invalid/{PUBLISHED}"), folder, proxy_for=http_proxy.proxy_for)
    assert server.paths == [f"http://models.invalid/{PUBLISHED}"]


def test_the_environment_alone_decides_nothing(
    entry: Callable[..., Entry], folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`proxy = "none"` must be able to say no."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    run(entry(url=f"http://127.0.0.1:{server.server_address[1]}/{PUBLISHED}"), folder)
    assert server.paths == [f"/{PUBLISHED}"]

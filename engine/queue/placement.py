"""Which engine of a fleet can do a job: `(job, what engines have) => the first that fits, or why none does`.

An engine passes over what it cannot do, without an attempt: params that a newer version wrote, a network that is not
on its machine, more memory than it has. It writes that down once (`unfit`), and whoever looks finds the jobs that all
who live have passed over. How much memory a dream needs at least is known when it is asked for
(`engine.queue.memory_need`): it is refused then, or the engines that are too small are written down. What an engine
finds to be more, once it has the network, is remembered for dreams of that shape.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from engine import params
from engine.catalog.catalog import Catalog
from engine.errors import (
    NoMachineForThis,
    NoMachineHasNetwork,
    NoMachineKnows,
    PareidoliaError,
    TooMuchForAll,
    TooMuchForMachines,
    TooMuchMemory,
)
from engine.files.blobs import BlobKey
from engine.files.picture_size import Edges
from engine.platform.units import MEGABYTE
from engine.queue.database import reading
from engine.queue.engine_registry import engines, memory_needs, unfit
from engine.queue.job import Job, JobId, JobRow, State
from engine.queue.ledger import Ledger, jobs
from engine.queue.memory_need import SQUARE, least_bytes
from engine.queue.shared_state import NOW

LOOKED_AT = 50
"""Jobs that are looked at at a time."""
HOPELESS_S = 600.0
"""So long a job waits for an engine that is being updated, or fetches a network."""
LEAST_NUMBER_BYTES = 2
"""Where an engine has not said how large its numbers are."""
NOBODY = ""
"""In place of an engine's name: since when none that lives fits."""
MEMORY, NETWORK, VERSION = "memory", "network", "version"
"""Why one does not fit; of several reasons, the first one is told."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an engine has."""

    networks: frozenset[str] = frozenset()
    memory_mb: int = 0
    """0: nobody has said yet."""
    number_bytes: Mapping[str, int] = field(default_factory=dict)
    """How many bytes a number takes in each network."""

    device: str = ""
    """What it dreams on; empty: nobody has said yet."""

    def to_about(self) -> dict[str, object]:
        """For its row."""
        told = {"device": self.device} if self.device else {}
        numbers = dict(self.number_bytes)
        return {"networks": sorted(self.networks), "memory_mb": self.memory_mb, "number_bytes": numbers, **told}

    @classmethod
    def from_about(cls, about: str) -> Abilities | None:
        """Of a row; None where an older version wrote nothing of it."""
        told = json.loads(about)
        if "networks" not in told:
            return None
        return cls(frozenset(told["networks"]), int(told.get("memory_mb", 0)), told.get("number_bytes", {}))

    def least_mb(self, wanted: params.AnyParams, edges: Edges | None, others: Collection[str]) -> int:
        """Megabytes that a request takes here at least."""
        needed = least_bytes(wanted, edges, others, lambda name: self.number_bytes.get(name, LEAST_NUMBER_BYTES))
        return needed // MEGABYTE

    def has_room(self, needed: int) -> bool:
        """Whether that many megabytes are there, as far as anybody knows."""
        return not self.memory_mb or needed <= self.memory_mb


class Placement:
    """What one engine takes."""

    def __init__(self, ledger: Ledger, name: str, catalog: Catalog) -> None:
        self._ledger = ledger
        self.name = name
        self.abilities = Abilities(frozenset(catalog.ready()))
        self._catalog = catalog

    def learn(self, ready: Mapping[str, Any]) -> None:
        """Its child has said on what it dreams, how much memory there is, and what a number takes in each network."""
        memory, numbers = int(ready.get("memory_mb", 0)), ready.get("number_bytes", {})
        self.abilities = replace(self.abilities, memory_mb=memory, number_bytes=numbers, device=ready.get("device", ""))

    def begin(self) -> None:
        """Look at everything again: this may be another version, with other networks. Raises `NoLedger`."""
        with self._ledger._db.begin() as db:
            db.execute(unfit.delete().where(unfit.c.engine == self.name))

    def choose(self, db: sa.Connection, waiting: sa.Select[tuple[str]]) -> str | None:
        """The first of the jobs that wait, in their order, that fits; those before are passed over for good."""
        seen = sa.select(unfit.c.job_id).where(unfit.c.engine == self.name)
        query = waiting.add_columns(jobs.c.params, jobs.c.others, jobs.c.picture).where(jobs.c.id.not_in(seen))
        while rows := db.execute(query.limit(LOOKED_AT)).all():
            for row in rows:
                reason = self._objection(db, row)
                if not reason:
                    return str(row.id)
                self._pass_over(db, row.id, reason)
        return None

    def _objection(self, db: sa.Connection, row: sa.Row[tuple[str, str, str, str]]) -> str:
        """Why it cannot do a job, or nothing."""
        try:
            wanted = params.parse(row.params, self._catalog)
        except PareidoliaError:
            return VERSION
        if wanted.network not in self.abilities.networks:
            return f"{NETWORK} {wanted.network}"
        others, edges = json.loads(row.others or "{}"), None if row.picture else SQUARE
        needed = max(_known_need(db, shape_of(wanted, others)), self.abilities.least_mb(wanted, edges, others))
        return "" if self.abilities.has_room(needed) else f"{MEMORY} {needed}"

    def _pass_over(self, db: sa.Connection, id: str, reason: str) -> None:
        _pass_over(db, id, self.name, reason)

    def hand_on(self, row: JobRow, error: PareidoliaError) -> bool:
        """Where a job turned out too large for this engine, remember how large, and let one that has room take it;
        False where none has, or it failed for another reason."""
        if not isinstance(error, TooMuchMemory):
            return False
        id, needed = row.id, int(str(error.facts["needed"]))
        with self._ledger._db.begin() as db:
            _remember_need(db, shape_of(row.job.params, row.job.others), needed)
            others = [one for name, one in _living(db) if name != self.name]
            if not any(one is None or one.memory_mb >= needed for one in others):
                return False
            self._pass_over(db, id, f"{MEMORY} {needed}")
        return self._ledger.give_back(id, row.attempt)


def shape_of(wanted: params.AnyParams, others: Collection[str]) -> str:
    """What of a request decides how much memory it takes: everything but the seed and the pictures themselves."""
    fields = wanted.model_dump(mode="json", exclude={"seed"})
    return json.dumps([fields, sorted(others)], sort_keys=True)


def place(ledger: Ledger, job: Job, id: JobId, edges_of: Callable[[BlobKey], Edges | None]) -> None:
    """Write down which engines are too small for a job that is about to be queued.

    `edges_of` opens a picture, which is done where its shape decides. Raises `NoMachineHasNetwork` or
    `TooMuchForMachines` for what no engine that lives can do; while none lives, nobody knows.
    """
    with reading(ledger._db) as db:
        living, known = _living(db), _known_need(db, shape_of(job.params, job.others))
    machines = {name: one for name, one in living if one is not None and job.params.network in one.networks}
    all_told = len(living) > 0 and all(one is not None for _, one in living)
    if all_told and not machines:
        raise NoMachineHasNetwork(network=job.params.network)
    needs = _needs(machines, job, known, edges_of)
    small = {name: needed for name, needed in needs.items() if not machines[name].has_room(needed)}
    if all_told and len(small) == len(machines):
        largest = max(small, key=lambda name: machines[name].memory_mb)
        raise TooMuchForMachines(needed=small[largest], limit=machines[largest].memory_mb)
    if small:
        with ledger._db.begin() as db:
            for name, needed in small.items():
                _pass_over(db, id, name, f"{MEMORY} {needed}")


def _needs(
    machines: Mapping[str, Abilities], job: Job, known: int, edges_of: Callable[[BlobKey], Edges | None]
) -> dict[str, int]:
    """Megabytes that a job takes at least, on each machine."""

    def at(edges: Edges | None) -> dict[str, int]:
        return {name: max(known, one.least_mb(job.params, edges, job.others)) for name, one in machines.items()}

    most = at(SQUARE)
    if job.picture is None or all(machines[name].has_room(needed) for name, needed in most.items()):
        return most
    return at(edges_of(job.picture))


def _pass_over(db: sa.Connection, id: str, engine: str, reason: str) -> None:
    _forget(db, id, engine)  # an attempt to write it may have broken off after it was written
    db.execute(unfit.insert().values(job_id=id, engine=engine, reason=reason, since=_now(db)))


def fail_hopeless(ledger: Ledger) -> list[JobId]:
    """Settle the jobs that every engine that lives has passed over for so long that no update or restart takes longer;
    the ids."""
    with ledger._db.begin() as db:
        waiting = sa.select(jobs.c.id).where(jobs.c.state == State.QUEUED)
        db.execute(unfit.delete().where(unfit.c.job_id.not_in(waiting)))
        found = dict(_hopeless(db))
        for id, error in found.items():
            ledger.fail_waiting(db, id, error)
    return [JobId(id) for id in found]


def _hopeless(db: sa.Connection) -> Iterator[tuple[str, PareidoliaError]]:
    living, now = {name for name, _ in _living(db)}, _now(db)
    passed: dict[str, dict[str, sa.Row[tuple[str, str, str, float]]]] = {}
    for row in db.execute(sa.select(unfit)).all():
        passed.setdefault(row.job_id, {})[row.engine] = row
    for id, by in passed.items():
        if not living or not living <= by.keys():
            _forget(db, id, NOBODY)
        elif NOBODY not in by:
            db.execute(unfit.insert().values(job_id=id, engine=NOBODY, reason="", since=now))
        elif now - by[NOBODY].since > HOPELESS_S:
            yield id, _error_of(min(by[name].reason for name in living))


def _forget(db: sa.Connection, id: str, engine: str) -> None:
    db.execute(unfit.delete().where(unfit.c.job_id == id, unfit.c.engine == engine))


def _error_of(reason: str) -> PareidoliaError:
    kind, _, fact = reason.partition(" ")
    if kind == NETWORK:
        return NoMachineForThis(network=fact)
    return TooMuchForAll(needed=int(fact)) if kind == MEMORY else NoMachineKnows()


def _living(db: sa.Connection) -> list[tuple[str, Abilities | None]]:
    """The engines that there are; the dead are taken away within some ten seconds."""
    rows = db.execute(sa.select(engines.c.name, engines.c.about))
    return [(one.name, Abilities.from_about(one.about)) for one in rows]


def _known_need(db: sa.Connection, shape: str) -> int:
    """Megabytes that a request of this shape takes at least; 0 where nobody knows."""
    return db.scalar(sa.select(memory_needs.c.megabytes).where(memory_needs.c.shape == _key(shape))) or 0


def _remember_need(db: sa.Connection, shape: str, needed: int) -> None:
    """The least that was found: pictures of one shape differ in their sides."""
    known = _known_need(db, shape)
    db.execute(memory_needs.delete().where(memory_needs.c.shape == _key(shape)))
    db.execute(memory_needs.insert().values(shape=_key(shape), megabytes=min(known or needed, needed)))


def _key(shape: str) -> str:
    return hashlib.sha256(shape.encode()).hexdigest()


def _now(db: sa.Connection) -> float:
    """The server's time, in Unix seconds."""
    return float(db.scalar(NOW) or 0.0)

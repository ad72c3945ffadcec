"""Very many files for one decoder: `(number of files, seed) => figures`, or the first `Finding`."""

from __future__ import annotations

import sys
from operator import add
from random import Random

import hypothesis
from hypothesis import strategies as st

from tests.fuzz.decoder_harness import Report, Siege
from tests.fuzz.mutations import mutated
from tests.fuzz.originals import imprinted, originals

SAY_EVERY = 10_000


def files() -> st.SearchStrategy[bytes]:
    """Damaged real files, and the beginnings of files with anything behind them."""
    magics = sorted({data[:12] for data in originals().values()})
    damaged = st.builds(mutated, st.randoms(use_true_random=False), st.just(originals()))
    return st.one_of(damaged, st.builds(add, st.sampled_from(magics), st.binary(max_size=300)))


def besiege(cases: int, seed: str) -> Report:
    """Ask one decoder about so many files. Raises `Finding`."""
    random = Random(seed)
    with Siege() as siege:
        for case in range(cases - 2 * (cases // 10)):
            siege.judge(mutated(random, originals()))
            if case % SAY_EVERY == SAY_EVERY - 1:
                print(f"  {seed}: {siege.report.answers.total()} files", file=sys.stderr)
        for _ in range(cases // 10):
            siege.judge_imprint(mutated(random, imprinted()))
        by_hypothesis(siege, cases // 10, seed)
    return siege.report


def by_hypothesis(siege: Siege, cases: int, seed: str) -> None:
    """Let hypothesis look for a file that breaks a promise. Raises its smallest `Finding`."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(files())
    def ask(data: bytes) -> None:
        siege.judge(data)

    if cases:
        ask()

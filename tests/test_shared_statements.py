"""What tests share of the SQL that they run: its compilation, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.compiler import SQLCompiler

from engine.queue.database import connect, sqlite_url

NOTES = sa.Table("notes", sa.MetaData(), sa.Column("words", sa.Text))


def test_the_second_database_compiles_nothing_and_keeps_its_own_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_one = SQLCompiler.process

    def note(compiler: SQLCompiler, statement: object, **options: object) -> str:
        compiled.append(type(statement).__name__)
        return compile_one(compiler, statement, **options)

    found = []
    for name in ("first", "second"):
        engine = connect(sqlite_url(tmp_path / f"{name}.db"))
        NOTES.metadata.create_all(engine)
        with monkeypatch.context() as watched, engine.begin() as db:
            watched.setattr(SQLCompiler, "process", note)
            db.execute(NOTES.insert(), {"words": name})
            found += db.execute(sa.select(NOTES)).scalars()
            compiled.append(name)
        engine.dispose()
    assert found == ["first", "second"]
    assert compiled[0] == "Insert"
    assert compiled[-2:] == ["first", "second"]


def test_another_dialect_is_another() -> None:
    engine = sa.create_engine("sqlite://")
    assert engine.dialect == sa.create_engine("sqlite://").dialect
    assert engine.dialect != postgresql.dialect()  # type: ignore[no-untyped-call]

"""names of presets are compared as people read them: width, case, accents in one piece or two are all the same

How it was done then stands here, so that a later change of it changes nothing that is stored.
"""

import itertools
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LONGEST = 32
PRESETS = sa.table("presets", *map(sa.column, ("id", "user_id", "name", "name_key", "used")))


def upgrade() -> None:
    """Of two presets that have one name now, the one that was used last keeps it."""
    db, taken = op.get_bind(), set()
    rows = db.execute(sa.select(PRESETS).order_by(PRESETS.c.used.desc(), PRESETS.c.id.desc())).all()
    named = []
    for row in rows:
        name = next(name for name in _names(row.name) if (row.user_id, _key(name)) not in taken)
        taken.add((row.user_id, _key(name)))
        if (name, _key(name)) != (row.name, row.name_key):
            named.append((row.id, name))
    for id, _name in named:  # first out of each other's way: a key may be another's of before, and no name has a stroke
        db.execute(PRESETS.update().where(PRESETS.c.id == id).values(name_key=f"/{id}"))
    for id, name in named:
        db.execute(PRESETS.update().where(PRESETS.c.id == id).values(name=name, name_key=_key(name)))


def _names(name):
    """The name, then with a number behind it."""
    yield _spelled(name)
    for number in itertools.count(2):
        ending = f" {number}"
        yield _spelled(name)[: LONGEST - len(ending)].rstrip() + ending


def _spelled(name):
    seen = (letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf")
    return " ".join("".join(seen).split())


def _key(name):
    return _spelled(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _spelled(name)).casefold()))

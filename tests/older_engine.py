"""An engine of the version before: `python -m tests.older_engine CHILD ...`, which knows neither `/see` nor the option
`strength` of a dream."""

from __future__ import annotations

import sys
from functools import partial, reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, create_model

from engine import params, supervisor

WITHOUT = "strength"


def forget() -> None:
    """Let go of what the version after brought."""
    kinds: list[Any] = [kind for kind in params.KINDS if kind not in (params.See, params.Dream)]
    dream: Any = create_model("Dream", __base__=params.Dream)
    dream.__pydantic_fields__.pop(WITHOUT)
    dream.model_rebuild(force=True)
    union: Any = Annotated[reduce(or_, [*kinds, dream]), Field(discriminator="recipe")]
    adapter: TypeAdapter[Any] = TypeAdapter(union)
    params._adapter = lambda: adapter  # type: ignore[assignment]


if __name__ == "__main__":
    forget()
    supervisor.Supervisor = partial(supervisor.Supervisor, child=sys.argv[1:])  # type: ignore[assignment, misc]
    sys.exit(supervisor.main())

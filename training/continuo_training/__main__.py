"""`python -m continuo_training`."""

import os

# Waiting threads sleep instead of spinning: on a shared machine a spinning one takes the time of the one it waits for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .cli import main  # noqa: E402  (torch reads the variable when it is imported)

raise SystemExit(main())

"""Files that are given away: complete or not there at all, and for their owner alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from socialsync_cli.errors import UsageError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside the one that is meant, and put it in its place when all went well.

    Its mode is 0600: what is in it is about customers.

    Raises:
        UsageError: The file cannot be written.

    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a directory")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            os.replace(name, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error

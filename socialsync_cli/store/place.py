"""Where things lie beside the database."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from sqlalchemy.engine import make_url


def file_of(url: str) -> Path | None:
    """Return the file of an SQLite database; None of others."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return Path(parsed.database)
    return None


def archive_folder_of(url: str) -> Path:
    """Return the folder of the raw archive: beside an SQLite file, else in the user's data folder."""
    if (file := file_of(url)) is not None:
        return file.with_name(f"{file.name}.raw")
    parsed = make_url(url)
    data = Path(platformdirs.user_data_dir("socialsync", appauthor=False))
    return data / f"{parsed.host or 'local'}-{parsed.database}.raw"

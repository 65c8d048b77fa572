"""A PostgreSQL server of the tests' own: loopback, a port of its own, passwords required."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_server import PASSWORD, USER, as_somebody, find_binaries, free_port


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server up to its database's name, without the password."""
    binaries = find_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no PostgreSQL: .ci/run installs it")
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg")
    root = Path(tempfile.mkdtemp(prefix="automl-postgresql-"))
    root.chmod(0o777)
    (root / "password").write_text(PASSWORD)
    data, port = root / "data", free_port()
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={root}"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(root / "log")]
    begin = [str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "scram-sha-256"]
    try:
        as_somebody([*begin, "--no-sync", f"--pwfile={root}/password"], root)
        as_somebody([*control, "-o", f"{options} -F", "start"], root)
        yield f"postgresql://{USER}@127.0.0.1:{port}"
    finally:
        if data.is_dir():
            as_somebody([*control, "-m", "immediate", "stop"], root)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def database(postgresql: str) -> str:
    """The address of an empty database, without the password."""
    import psycopg

    name = f"d{os.urandom(6).hex()}"
    with psycopg.connect(f"{postgresql}/postgres", password=PASSWORD, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgresql}/{name}"

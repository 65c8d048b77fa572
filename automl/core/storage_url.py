"""URLs of databases; their secrets are only in the environment.

A URL that is saved or shown has no secret in it. With it goes the name of the environment variable
that holds the secret: the password, or the whole URL.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from automl.core.errors import StudyError, UserError

# PostgreSQL's own client takes a password from here, or from its file.
POSTGRESQL_PASSWORD, POSTGRESQL_FILE = "PGPASSWORD", "PGPASSFILE"
# Holds the whole URL if more than the password is secret.
WHOLE_ADDRESS = "AUTOML_STORAGE"
# A password may hold anything that SQLAlchemy accepts. Of a URL that SQLAlchemy would reject, too
# much rather than too little counts as secret.
_WITH_PASSWORD = re.compile(r"(?P<front>[^:@?]*://[^:/@?]*):(?P<password>[^@]*(?:@[^@/?]*)*)@")
_SECRET_PARAMETER = re.compile(
    r"pass(?!file)|pwd|secret|token|credential|private_?key|scram|odbc_connect", re.IGNORECASE
)

_IN_A_TEXT = re.compile(r"(://[^\s:/@'\"]*):[^\s@'\"]*@")
HIDDEN = "***"


@dataclass(frozen=True)
class StorageUrl:
    """The URL of a database.

    Args:
        url: The URL without secrets.
        variable: Environment variable that holds the password or the whole URL; None if nothing in
            it is secret.
    """

    url: str
    variable: str | None = None

    @classmethod
    def given(cls, url: str | None, variable: str | None) -> StorageUrl | None:
        """The URL that a user gave; a secret in it moves to this process's environment.

        Args:
            url: The URL, or None if the variable holds all of it.
            variable: Environment variable that holds a secret, or None.

        Returns:
            None if both are None: the study is kept in the journal of the results folder.

        Raises:
            UserError: if a password is given in both ways.
            StudyError: if the variable is not set, or holds no URL and none was given.
        """
        if url is None:
            return (
                None
                if variable is None
                else cls(split_secrets(_address_in(variable)).open, variable)
            )
        parts = split_secrets(url)
        if not parts.secrets:
            return cls(url, variable)
        if variable is not None and variable != parts.variable:
            raise UserError(
                f"--storage {parts.open}: has a secret in it, and --storage-env {variable} names "
                "another; leave one of them out"
            )
        os.environ[parts.variable] = parts.value
        return cls(parts.open, parts.variable)

    def whole(self) -> str:
        """The URL with its secret, to connect with.

        Raises:
            StudyError: if the variable that holds it is not set.
        """
        if self.variable is None:
            return self.url
        held = os.environ.get(self.variable)
        if held and "://" in held:
            return held
        if self.variable == POSTGRESQL_PASSWORD and (held or _password_file().is_file()):
            return self.url  # its client finds it by itself
        if not held:
            raise StudyError(
                f"the password of {self.url} is in no file: put it, or the whole address, into "
                f"the environment variable {self.variable}, which is not set"
            )
        front, mark, back = self.url.partition("@")
        if not mark:
            front, _, back = self.url.partition("://")
            front = f"{front}://"
        return f"{front}:{quote(held, safe='')}@{back}"


@dataclass(frozen=True)
class UrlSecrets:
    """A URL split into its public part and its secrets.

    Args:
        open: The URL without its secrets.
        secrets: Each secret, as it is written in the URL and as it is meant.
        variable: Environment variable that can hold them.
        value: Value of that variable.
    """

    open: str
    secrets: tuple[str, ...] = ()
    variable: str = ""
    value: str = ""


def split_secrets(url: str) -> UrlSecrets:
    """Split a URL from its secrets: the password, and parameters with names like ``token``."""
    if "://" not in url and "@" in url:  # not a URL, but it may hold a secret
        front, _, back = url.rpartition("@")
        return UrlSecrets(f"{HIDDEN}@{back}", (front,), WHOLE_ADDRESS, url)
    found = _WITH_PASSWORD.match(url)
    password = found["password"] if found else None
    bare = f"{found['front']}@{url[found.end() :]}" if found else url
    bare, mark, query = bare.partition("?")
    parameters = query.split("&") if mark else []
    kept = [each for each in parameters if not _SECRET_PARAMETER.search(each.partition("=")[0])]
    dropped = {each.partition("=")[::2] for each in parameters if each not in kept}
    written = [each for each in (password, *(value for _, value in dropped)) if each]
    if not written:
        return UrlSecrets(url)
    open_part = f"{bare}?{'&'.join(kept)}" if kept else bare
    secrets = tuple(dict.fromkeys(each for raw in written for each in (raw, unquote(raw))))
    names = {name for name, _ in dropped}
    if url.startswith("postgres") and len(written) == 1 and names <= {"password"}:
        return UrlSecrets(open_part, secrets, POSTGRESQL_PASSWORD, unquote(written[0]))
    return UrlSecrets(open_part, secrets, WHOLE_ADDRESS, url)


def without_secrets(text: str, *urls: str) -> str:
    """A text without the secrets of these URLs, and without a password in any other URL."""
    for secret in sorted((each for url in urls for each in split_secrets(url).secrets), key=len):
        text = text.replace(secret, HIDDEN)
    return _IN_A_TEXT.sub(rf"\1:{HIDDEN}@", text)


def _address_in(variable: str) -> str:
    held = os.environ.get(variable)
    if not held:
        raise StudyError(
            f"--storage-env {variable}: there is no such environment variable, or it "
            "is empty; it must hold the address of a database"
        )
    if "://" not in held:
        raise StudyError(
            f"--storage-env {variable}: holds no address such as postgresql://user:password@host/"
            "database; if it is the password alone, name the database by --storage"
        )
    return held


def _password_file() -> Path:
    return Path(os.environ.get(POSTGRESQL_FILE) or Path.home() / ".pgpass")

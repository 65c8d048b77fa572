"""Which files of a folder are examples of which class, in which split."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join
from unicodedata import normalize

from automl.core.errors import DataError
from automl.core.text import count, first_few
from automl.data.cells.values import case_twin_notes

# Words in the names of folders of splits, such as "test", "test1", "seg_train", "test_set".
SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
# Words beside such a word in the name of a folder that is hardly a class.
FILLERS = {"set", "data", "image", "images"}
# Files and folders that operating systems leave, besides those whose names begin with a point.
JUNK = {
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "@eadir",
    "$recycle.bin",
    "system volume information",
    "lost+found",
}
NAMED = 3
Folders = Mapping[str, Path]


@dataclass(frozen=True)
class ClassFile:
    """A file that is an example of a class.

    Args:
        path: Path of the file.
        target: Class of the file, an index into the layout's labels.
        name: Path below the folder of the class, with ``/`` on every machine.
    """

    path: Path
    target: int
    name: str


@dataclass(frozen=True)
class Layout:
    """The files of each split.

    Args:
        splits: Files by split, with ``train`` at least, in the same order on every machine.
        labels: Class names, sorted; the same in every split.
        notes: Remarks for the user, a sentence each.
    """

    splits: Mapping[str, tuple[ClassFile, ...]]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


def find_layout(root: Path, example: str, known: Collection[str] = ()) -> Layout:
    """The layout of a folder: ``root/CLASS/…`` or ``root/{train,val,test}/CLASS/…``.

    Every file below the folder of a class is one of its examples, but for ``is_junk`` ones. A
    folder that holds nothing but one folder of folders is replaced by that one.

    Args:
        root: Folder to look through.
        example: Possible name of a file, for messages: ``"image.png"``.
        known: Classes of the model that is evaluated on the folder, which then may lack some of
            them or have others.

    Raises:
        DataError: The folder is laid out in neither way, or has one class only.
        OSError: A folder cannot be read.
    """
    if not root.exists():
        raise DataError("there is no such folder")
    if not root.is_dir():
        raise DataError(f"this is a file, but a folder is needed; {_layout_hint(example)}")
    inner = _unwrap(root, lambda name: name in known or bool(_split(name)))
    places = _split_folders(inner)
    splits = {split: _class_folders(place, places, example) for split, place in places.items()}
    if not known:
        _check_classes(splits)
    labels = tuple(sorted({label for folders in splits.values() for label in folders}))
    files = {split: _files(folders, labels) for split, folders in splits.items()}
    notes = (
        *_inner_folder_note(inner, root),
        *_beside_note(inner, places),
        *case_twin_notes(labels),
        *_loose_files_note({root, inner, *places.values()}, files),
    )
    return Layout(files, labels, notes)


def is_junk(path: Path, below: Path) -> bool:
    """Whether a file, or a folder between it and ``below``, is hidden or an operating system's."""
    parts = path.relative_to(below).parts
    return any(part.startswith(".") or part.lower() in JUNK for part in parts)


def _folders(folder: Path) -> Folders:
    """The folders in ``folder`` by name, sorted, without junk."""
    paths = sorted(folder.iterdir())
    return {path.name: path for path in paths if path.is_dir() and not is_junk(path, folder)}


def _unwrap(folder: Path, is_meant: Callable[[str], bool]) -> Path:
    """The folder of the classes or splits: ``folder``, or the only folder in it, and so on.

    Args:
        folder: Folder to begin with.
        is_meant: Whether a folder of this name is itself a class or a split.
    """
    folders = _folders(folder)
    (name, inner) = next(iter(folders.items()), ("", folder))
    if len(folders) != 1 or is_meant(name) or not _folders(inner):
        return folder
    return _unwrap(inner, is_meant)


def _split(name: str) -> str:
    """The split that a folder is named after; empty if the name has other words than fillers."""
    split, rest = _words(name)
    return split if set(rest) <= FILLERS else ""


def _words(name: str) -> tuple[str, tuple[str, ...]]:
    """The split that a single word of a name stands for, and the other words."""
    words = re.findall(r"[^\W\d_]+", name.lower())
    said = [word for word in words if word in SPLIT_WORDS]
    if len(said) != 1:
        return "", tuple(words)
    return SPLIT_WORDS[said[0]], tuple(word for word in words if word != said[0])


def _split_folders(root: Path) -> Folders:
    """The folder of each split's classes; of train, the root itself where classes lie in it.

    Folders are splits if ``train`` holds folders, or if there is no folder of another name: a class
    may be called "train".
    """
    folders = _folders(root)
    splits = _named_splits(folders)
    train = splits.get("train")
    if train and (_folders(folders[train]) or len(splits) == len(folders)):
        top = _unwrap(folders[train], lambda name: False)
        classes = _folders(top)
        places = {
            split: _unwrap(folders[name], classes.__contains__) for split, name in splits.items()
        }
        return {**places, "train": top}
    if splits and len(splits) == len(folders):
        raise DataError(f"there is {' and '.join(folders)}, but no folder 'train'")
    return {"train": root, **_splits_beside_classes(root, folders)}


def _named_splits(folders: Iterable[str]) -> dict[str, str]:
    """The name of each split's folder: the plain word, or one like that of train ("seg_train").

    Raises:
        DataError: Two folders have the name of one split.
    """
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for name in folders:
        split, rest = _words(name)
        if split and (other := found.setdefault(rest, {}).setdefault(split, name)) != name:
            raise DataError(
                f"the folders {other!r} and {name!r} are both for {split}; move one of them away"
            )
    shared = [splits for rest, splits in found.items() if rest and {"train"} < set(splits)]
    return found.get((), {}) or next(iter(shared), {})


def _splits_beside_classes(root: Path, folders: Folders) -> Folders:
    """The folders of splits beside folders of classes: "test" and the like, by split.

    Raises:
        DataError: Such a folder holds loose files, so that it is hardly a class.
    """
    named = {name: split for name in folders if (split := _split(name)) not in ("", "train")}
    classes = [name for name in folders if name not in named]
    for name in named:
        inside = _folders(folders[name])
        if not inside or set(inside) - set(classes):
            raise DataError(
                f"the folder {name!r} beside the classes {_quote(classes)} has the name "
                f"of a split, but no folder for each class; {_move_away(root, name)}"
            )
    return {split: folders[name] for name, split in named.items()}


def _move_away(root: Path, name: str) -> str:
    """The commands that mend a class folder with the name of a split."""
    away = _move(root / name, root.parent / f"{root.name}-{name}")
    renamed = _move(root / name, root / f"class-{name}")
    return f"type `{away}` to leave it out, or, if it is a class, `{renamed}`"


def _move(*paths: Path) -> str:
    """The command that moves a file, typed in the working directory."""
    here = Path.cwd()
    return join(
        ["mv", *(str(path.relative_to(here) if here in path.parents else path) for path in paths)]
    )


def _class_folders(place: Path, places: Folders, example: str) -> Folders:
    """Folders by class; names are compared without spaces around them and in Unicode's form NFC."""
    others = set(places.values())
    folders = {name: path for name, path in _folders(place).items() if path not in others}
    if not folders:
        found = "has files, but no folders" if any(place.iterdir()) else "is empty"
        raise DataError(f"the folder {place.name!r} {found}; {_layout_hint(example)}")
    classes: dict[str, Path] = {}
    for name, path in folders.items():
        label = normalize("NFC", name.strip())
        if label in classes:
            raise DataError(
                f"the folders {classes[label].name!r} and {name!r} are one class, {label!r}; put "
                "their files into one folder"
            )
        classes[label] = path
    return dict(sorted(classes.items()))


def _layout_hint(example: str) -> str:
    return f"put the files of each class into a folder of their own: CLASS/{example}"


def _check_classes(splits: Mapping[str, Folders]) -> None:
    train = splits["train"]
    if len(train) < 2:
        (label,) = train
        raise DataError(f"there is one class only, {label!r}, but at least 2 are needed")
    for split, folders in splits.items():
        _check_same_spelling(split, train, folders)
        for name in sorted(set(train) ^ set(folders)):
            has, lacks = ("train", split) if name in train else (split, "train")
            raise DataError(
                f"class {name!r} is in {has}, but not in {lacks}; every split needs the same "
                "classes"
            )


def _check_same_spelling(split: str, train: Folders, folders: Folders) -> None:
    """Check that no class of a split is written in train with other capitals."""
    in_train = {label.casefold(): label for label in train}
    pairs = {
        label: in_train[label.casefold()]
        for label in folders
        if label not in train and label.casefold() in in_train
    }
    if not pairs:
        return
    spelled = [f"{right!r} in train is {label!r} in {split}" for label, right in pairs.items()]
    moves = [
        _move(folders[label], folders[label].with_name(right)) for label, right in pairs.items()
    ]
    raise DataError(
        f"class {', '.join(spelled[:NAMED])}; give each one spelling: "
        f"{' && '.join(moves[:NAMED])}{', …' if len(pairs) > NAMED else ''}"
    )


def _files(folders: Folders, labels: Sequence[str]) -> tuple[ClassFile, ...]:
    ids = {label: number for number, label in enumerate(labels)}
    return tuple(
        ClassFile(path, ids[label], path.relative_to(folder).as_posix())
        for label, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_junk(path, folder)
    )


def _inner_folder_note(inner: Path, root: Path) -> tuple[str, ...]:
    if inner == root:
        return ()
    return (f"reads the folder {inner.relative_to(root).as_posix()!r} inside it",)


def _beside_note(root: Path, places: Folders) -> tuple[str, ...]:
    """A note on the folders beside those of splits."""
    if root in places.values():
        return ()
    used = {place.relative_to(root).parts[0] for place in places.values()}
    beside = [name for name in _folders(root) if name not in used]
    if not beside:
        return ()
    folders = "folder" if len(beside) == 1 else "folders"
    return (f"left out the {folders} {_quote(beside)} beside {' and '.join(sorted(used))}",)


def _loose_files_note(
    places: Collection[Path], files: Mapping[str, Sequence[ClassFile]]
) -> tuple[str, ...]:
    """A note on the files beside the folders of classes that look like examples."""
    suffixes = {file.path.suffix.lower() for each in files.values() for file in each}
    loose = [
        path.name
        for folder in sorted(places)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in suffixes and path.is_file() and not is_junk(path, folder)
    ]
    if not loose:
        return ()
    left_out = count(len(loose), "file")
    return (f"left out {left_out} beside the folders of the classes: {first_few(loose)}",)


def _quote(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:NAMED]]
    rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return " and ".join(shown) + rest if len(shown) < 3 else ", ".join(shown) + rest

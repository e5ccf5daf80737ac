"""pathlib, shutil, tempfile, glob, os and filecmp on a small tree."""
import filecmp
import fnmatch
import glob
import os
import shutil
import stat
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath


def tree(root):
    for path in sorted(root.rglob("*")):
        kind = "d" if path.is_dir() else "l" if path.is_symlink() else "f"
        print(" ", kind, path.relative_to(root).as_posix(), path.stat().st_size if kind == "f" else "")


def pure():
    p = PurePosixPath("/usr/./lib//python3/../site.tar.gz")
    print(p, p.parts, p.name, p.stem, p.suffix, p.suffixes, p.parent, list(p.parents)[1], p.anchor, p.is_absolute())
    print(p.with_suffix(".zip"), p.with_name("x"), p.with_stem("y"), p / "a" / "/b", p.relative_to("/usr"), p.match("*.gz"), p.full_match("/usr/**/*.gz"))
    print(PurePosixPath("a/b").relative_to("a/c/d", walk_up=True), PurePosixPath("a", "b") == PurePosixPath("a/b"), PurePosixPath("b") < PurePosixPath("c"), repr(PurePosixPath("")))
    w = PureWindowsPath(r"C:\Users\Me\..\x.TXT")
    print(w, w.drive, w.root, w.parts, w.as_posix(), w.suffix, w == PureWindowsPath(r"c:/users/me/../X.txt"), w.as_uri(), PureWindowsPath("a") / "d:b")
    for bad in (lambda: p.relative_to("/etc"), lambda: p.with_name("a/b"), lambda: p.with_suffix("gz"), lambda: PurePosixPath("/").with_name("x"), lambda: PurePosixPath(1)):
        try:
            print(bad())
        except (ValueError, TypeError) as error:
            print(type(error).__name__, error)


def files():
    root = Path("tree")
    (root / "docs" / "old").mkdir(parents=True)
    (root / "docs/a.txt").write_text("alpha\nbeta\n", encoding="utf-8")
    (root / "docs/ü.md").write_text("größe")
    (root / "data.bin").write_bytes(bytes(range(256)))
    (root / "link").symlink_to("docs/a.txt")
    (root / "docs/old/empty").touch(exist_ok=False)
    tree(root)
    print((root / "link").read_text().splitlines(), (root / "link").resolve().name, os.readlink(root / "link"), (root / "link").is_file(), (root / "nope").exists())
    print(sorted(p.name for p in root.glob("**/*.[tm][xd]*")), sorted(glob.glob("**/*.txt", root_dir="tree", recursive=True)), sorted(p.name for p in root.iterdir()))
    print([(os.path.relpath(d, root), sorted(ds), sorted(fs)) for d, ds, fs in sorted(os.walk(root))])
    print([(p.name, ds, sorted(fs)) for p, ds, fs in root.walk(top_down=False)][0])
    with os.scandir(root) as entries:
        print(sorted((e.name, e.is_dir(), e.is_symlink(), e.is_file(follow_symlinks=False)) for e in entries))
    (root / "data.bin").rename(root / "moved.bin")
    (root / "moved.bin").chmod(0o640)
    print(stat.filemode((root / "moved.bin").stat().st_mode), oct(stat.S_IMODE((root / "moved.bin").stat().st_mode)), os.access(root, os.W_OK))
    os.utime(root / "moved.bin", (1e9, 1e9 + 0.5))
    print((root / "moved.bin").stat().st_mtime, os.stat("tree/moved.bin").st_mtime_ns, (root / "moved.bin").samefile("tree/../tree/moved.bin"))
    with open(root / "moved.bin", "r+b") as file:
        file.seek(-3, os.SEEK_END)
        print(file.read(), file.tell(), file.truncate(10), file.seek(2), file.write(b"XY"))
    print((root / "moved.bin").read_bytes())
    for bad in (lambda: (root / "docs").rmdir(), lambda: Path("tree").mkdir(), lambda: open("tree"), lambda: (root / "no").unlink(),
                lambda: (root / "docs/a.txt" / "x").open(), lambda: os.listdir("tree/link"), lambda: open("tree/moved.bin", "x"), lambda: open("x", "rw")):
        try:
            bad()
        except (OSError, ValueError) as error:
            print(type(error).__name__, error)


def copies():
    shutil.copytree("tree", "copy", symlinks=True, ignore=shutil.ignore_patterns("*.md"))
    tree(Path("copy"))
    compare = filecmp.dircmp("tree/docs", "copy/docs")
    print(compare.left_only, compare.common_files, compare.same_files, filecmp.cmp("tree/moved.bin", "copy/moved.bin", shallow=False))
    shutil.move("copy/docs/a.txt", "copy/b.txt")
    shutil.copy2("copy/moved.bin", "copy/docs")
    print(os.path.getmtime("copy/docs/moved.bin") == os.path.getmtime("copy/moved.bin"), shutil.which("sh") is not None, shutil.which("no-such-thing"))
    name = shutil.make_archive("packed", "gztar", "copy")
    shutil.unpack_archive(name, "unpacked")
    print(os.path.basename(name), sorted(p.name for p in Path("unpacked").rglob("*")))
    shutil.rmtree("copy")
    print(os.path.exists("copy"), shutil.disk_usage(".").total > 0)
    try:
        shutil.rmtree("copy")
    except FileNotFoundError as error:
        print(error.filename)


def temporary():
    with tempfile.TemporaryDirectory(prefix="t-", suffix="-x", dir=".") as folder:
        print(os.path.basename(folder)[:2], folder[-2:], os.path.isdir(folder))
        with tempfile.NamedTemporaryFile("w+", dir=folder, suffix=".txt", delete=False) as file:
            file.write("x" * 10)
        print(os.path.getsize(file.name), file.closed, len(os.listdir(folder)))
    print(os.path.exists(folder))
    with tempfile.SpooledTemporaryFile(20) as spool:
        spool.write(b"small")
        before = spool._rolled
        spool.write(b"x" * 30)
        spool.seek(3)
        print(before, spool._rolled, spool.read(4))
    with tempfile.TemporaryFile() as file:
        print(file.write(b"abc"), file.seek(1), file.read())
    print(fnmatch.filter(["a.py", "b.PY", "c.txt"], "*.py"), fnmatch.translate("[!a]?*"), os.path.commonpath(["/a/b/c", "/a/b/d"]), os.path.splitext(".bashrc"), os.path.normpath("a/../../b"), os.path.expandvars("$COLUMNS/${LINES}"))


for part in (pure, files, copies, temporary):
    print("--", part.__name__)
    part()

"""A file that was written and dropped without being closed has its contents when the program looks at it."""

import glob
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
folder = tempfile.mkdtemp()
os.chdir(folder)


def write(name, text="text " * 100):
    open(name, "w").write(text)


def write_local(name, text="text " * 100):
    out = open(name, "w", encoding="utf-8")
    out.write(text)


def write_bytes(name):
    open(name, "wb", buffering=4096).write(b"bytes" * 100)


def write_lines(name):
    print("line", 1, file=open(name, "w"))
    print(*"abc", sep="\n", file=open(name, "a"))


def write_generated(name):
    def lines():
        out = open(name, "w")
        for i in range(3):
            yield out.write(f"{i}\n")
    list(lines())


class Log:
    def __init__(self, name):
        self.out = open(name, "w")

    def log(self, text):
        self.out.write(text)


def write_object(name):
    Log(name).log("logged\n" * 10)


def write_deleted(name):
    out = io.open(name, mode="w+")
    os.path.exists(name)
    out.write("x" * 20)
    del out


WRITERS = [write, write_local, write_bytes, write_lines, write_generated, write_object]
READERS = {
    "open": lambda name: len(open(name).read()),
    "open keywords": lambda name: len(open(file=name, mode="rb").read()),
    "open spread": lambda name: len(open(*[name], **{"mode": "rb"}).read()),
    "with": lambda name: [len(line) for line in open(name)][:2],
    "os.open": lambda name: (fd := os.open(name, os.O_RDONLY), len(os.read(fd, 1000)), os.close(fd))[1],
    "stat": lambda name: os.stat(name).st_size,
    "getsize": os.path.getsize,
    "pathlib": lambda name: len(pathlib.Path(name).read_bytes()),
    "pathlib stat": lambda name: pathlib.Path(name).stat().st_size,
    "scandir": lambda name: [entry.stat().st_size for entry in os.scandir() if entry.name == name],
    "glob": lambda name: [os.stat(found).st_size for found in glob.glob(name + "*")],
    "rename": lambda name: (os.rename(name, "renamed"), os.replace("renamed", name), os.path.getsize(name))[2],
    "copy": lambda name: os.path.getsize(shutil.copyfile(name, "copied")),
    "link": lambda name: (os.link(name, name + ".link"), os.path.getsize(name + ".link"), os.unlink(name + ".link"))[1],
    "truncate": lambda name: (os.truncate(name, 5), os.path.getsize(name))[1],
    "utime": lambda name: (os.utime(name, (1e9, 1e9)), os.stat(name).st_mtime)[1],
    "process": lambda name: subprocess.run(["wc", "-c", name], stdout=subprocess.PIPE).stdout.split()[:1],
    "system": lambda name: os.system(f"test -s {name}"),
}
for writer in WRITERS:
    found = []
    for how, read in READERS.items():
        for again in range(2):
            writer("file")
            found.append(read("file"))
    print(writer.__name__, found)
write("a"), write("b"), write_local("c")
print([os.path.getsize(name) for name in "abc"])
write("one", "1" * 10)
kept = open("kept", "w")
kept.write("k" * 10)
print(os.path.getsize("kept"), os.path.getsize("one"))
write("two", "2" * 10)
kept.close()
print(os.path.getsize("two"), os.path.getsize("kept"))
for i in range(20):
    write("many", str(i) * 10)
    assert open("many").read() == str(i) * 10
pid = os.fork()
if pid == 0:
    write("child", "c" * 10)
    os._exit(0)
os.waitpid(pid, 0)
print(os.path.getsize("child"))
subprocess.run([sys.executable, "-c", "import os; open('replaced', 'w').write('r' * 10); os.execvp('true', ['true'])"])
print(os.path.getsize("replaced"))
os.chdir("/")
shutil.rmtree(folder)

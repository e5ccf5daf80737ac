"""Child processes: pipes, exit codes, environment, time-outs and shells."""
import os
import signal
import subprocess
import sys

CHILD = r"""
import sys, os
mode = sys.argv[1]
if mode == "upper":
    for line in sys.stdin:
        sys.stdout.write(line.upper())
        sys.stdout.flush()
elif mode == "both":
    print("to out"); print("to err", file=sys.stderr); sys.exit(3)
elif mode == "env":
    print(os.environ.get("GREETING"), os.getcwd() == os.path.realpath(sys.argv[2]))
elif mode == "sleep":
    import time
    print("sleeping", flush=True)
    time.sleep(60)
elif mode == "raise":
    raise SystemExit("message for stderr")
elif mode == "abort":
    os.kill(os.getpid(), 15)
"""


def child(*args, **options):
    return subprocess.run([sys.executable, "child.py", *args], **{"capture_output": True, "text": True, **options})


def simple():
    print(child("upper", input="one\ntwo ü\n").stdout.split())
    done = child("both")
    print(done.returncode, repr(done.stdout), repr(done.stderr))
    merged = child("both", capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(sorted(merged.stdout.split("\n")), merged.stderr)
    os.mkdir("sub")
    print(child("env", os.path.abspath("sub"), cwd="sub", env={**os.environ, "GREETING": "hallo"}, **{}).returncode)
    print(subprocess.run([sys.executable, os.path.abspath("child.py"), "env", "sub"], env={**os.environ, "GREETING": "hi"},
                         capture_output=True).stdout)
    print(child("raise").returncode, child("raise").stderr.strip(), child("abort").returncode == -signal.SIGTERM)


def errors():
    try:
        child("both", check=True)
    except subprocess.CalledProcessError as error:
        print(str(error).partition("returned")[2], error.returncode, error.stderr.strip())
    try:
        child("sleep", timeout=6)
    except subprocess.TimeoutExpired as error:
        print("timeout", error.timeout, error.stdout)
    for command in (["/no/such/program"], ["no-such-program-anywhere"]):
        try:
            subprocess.run(command)
        except FileNotFoundError as error:
            print(error.errno, error.filename)
    try:
        subprocess.run(["true"], cwd="/no/such/folder")
    except OSError as error:
        print(type(error).__name__, error.filename)
    try:
        subprocess.run(["true"], stdout=subprocess.PIPE, capture_output=True)
    except ValueError as error:
        print(error)


def conversation():
    with subprocess.Popen([sys.executable, "child.py", "upper"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, bufsize=1) as process:
        for word in ("first", "second"):
            process.stdin.write(word + "\n")
            process.stdin.flush()
            print(process.stdout.readline().strip(), process.poll())
        out, err = process.communicate("rest\n")
        print(repr(out), err, process.returncode)
    sleeper = subprocess.Popen([sys.executable, "child.py", "sleep"], stdout=subprocess.PIPE)
    print(sleeper.stdout.readline())
    sleeper.terminate()
    print(sleeper.wait(20) == -signal.SIGTERM, sleeper.stdout.read())
    sleeper.stdout.close()


def pipelines():
    first = subprocess.Popen(["printf", "b\\na\\nc\\na\\n"], stdout=subprocess.PIPE)
    second = subprocess.Popen(["sort", "-u"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
    first.stdout.close()
    print(second.communicate()[0].split(), first.wait())
    print(subprocess.check_output("echo $((6 * 7)) | tr 4 x", shell=True), subprocess.getstatusoutput("echo hey; exit 4"))
    print(subprocess.call(["sh", "-c", "exit 9"]), subprocess.run("cat", stdin=open("child.py"), shell=True, capture_output=True).stdout[:8])
    print(subprocess.run(["cat"], input=b"\x00\xff" * 50000, capture_output=True).stdout == b"\x00\xff" * 50000)
    print(subprocess.list2cmdline(["a b", 'c"d', "e\\"]), os.waitstatus_to_exitcode(256 * 5))
    read, write = os.pipe()
    with subprocess.Popen(["sh", "-c", f"echo inherited >&{write}"], pass_fds=[write]):
        os.close(write)
    with os.fdopen(read) as file:
        print(file.read())


with open("child.py", "w") as file:
    file.write(CHILD)
for part in (simple, errors, conversation, pipelines):
    print("--", part.__name__)
    part()

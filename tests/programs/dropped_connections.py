"""Streams and connections that are dropped without being closed: the outer ones still write, and nobody waits in vain."""
import gc
import io
import os
import socket
import tempfile
import threading
import warnings

warnings.simplefilter("ignore", ResourceWarning)


class Raw(io.RawIOBase):
    """A raw stream that tells what it is given."""

    def writable(self):
        return True

    def write(self, data):
        print("raw stream gets", bytes(data))
        return len(data)

    def close(self):
        if not self.closed:
            print("raw stream is closed")
        super().close()


class Report(io.BufferedIOBase):
    """Made before the streams that it holds, and closed before them."""

    def __init__(self, path):
        self.binary = open(path, "wb")
        self.text = io.TextIOWrapper(self.binary, encoding="utf-8")

    def flush(self):
        self.text.flush()

    def close(self):
        print("report ends; its file is closed:", self.binary.closed)
        self.text.write("end\n")
        super().close()


def drop_report(path):
    report = Report(path)
    report.text.write("begin\n")


def drop_layers():
    text = io.TextIOWrapper(io.BufferedWriter(Raw()), encoding="ascii")
    text.write("three layers")


def drop_in_attributes():
    class Holder:
        pass

    holder = Holder()
    holder.raw = Raw()
    holder.buffered = io.BufferedWriter(holder.raw)
    holder.buffered.write(b"in attributes")


def drop_socket_file(mode):
    ours, theirs = socket.socketpair()
    file = ours.makefile(mode)
    file.write("words" if mode == "w" else b"bytes")
    ours.close()
    return theirs


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "report")
    drop_report(path)
    gc.collect()
    with open(path, encoding="utf-8") as file:
        print(file.read().splitlines())
drop_layers()
gc.collect()
drop_in_attributes()
gc.collect()
for mode in "w", "wb":
    peer = drop_socket_file(mode)
    gc.collect()
    peer.settimeout(10)
    print(mode, peer.recv(100), peer.recv(100))
    peer.close()


class Client:
    """Holds a connection in a cycle, so that nothing but a collection ends it."""

    def __init__(self, connection):
        self.connection = connection
        self.me = self


def serve(connection, started, ended):
    with connection, connection.makefile("rb") as requests:
        for line in requests:
            print("request", line)
            connection.sendall(b"answer\n")
            started.set()
    ended.set()


def wait_for_event(ended, thread):
    print("ended:", ended.wait(30))
    thread.join()


def wait_for_thread(ended, thread):
    thread.join(30)
    print("ended:", ended.is_set())


def talk(wait):
    ours, theirs = socket.socketpair()
    started, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=serve, args=(theirs, started, ended))
    thread.start()
    client = Client(ours)
    del ours
    client.connection.sendall(b"question\n")
    print(client.connection.recv(100))
    started.wait()
    if wait is None:
        client.me = None
        del client
        wait_for_event(ended, thread)
    else:
        client.connection.close()
        wait(ended, thread)


talk(None)
talk(wait_for_thread)
print("done")

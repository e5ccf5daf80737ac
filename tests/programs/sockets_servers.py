"""Sockets, selectors, socketserver, xmlrpc and line protocols on loopback."""
import selectors
import socket
import socketserver
import struct
import threading
import xmlrpc.client
import xmlrpc.server


def attempt(action):
    try:
        print(action())
    except OSError as error:
        print(type(error).__name__, error.errno is not None or str(error))


def receive(sock, size):
    parts = b""
    while len(parts) < size:
        piece = sock.recv(size - len(parts))
        if not piece:
            raise EOFError(f"{len(parts)} of {size}")
        parts += piece
    return parts


def send_message(sock, payload):
    sock.sendall(struct.pack("!I", len(payload)) + payload)


def read_message(sock):
    return receive(sock, struct.unpack("!I", receive(sock, 4))[0])


def pairs():
    a, b = socket.socketpair()
    with a, b:
        a.settimeout(10)
        send_message(a, b"hello " * 1000)
        print(len(read_message(b)), a.family.name, a.type.name, a.gettimeout(), b.getblocking())
        b.setblocking(False)
        attempt(lambda: b.recv(1))
        a.settimeout(0.01)
        attempt(lambda: a.recv(1))
        buffer = bytearray(8)
        b.send(b"abcdef")
        print(a.recv_into(buffer, 4), buffer, a.recv(10, socket.MSG_PEEK), a.recv(10))
        with b.makefile("w", encoding="utf-8") as w:
            w.write("line é\nsecond\n")
        a.settimeout(10)
        with a.makefile("r", encoding="utf-8") as r:
            print(r.readline(), r.readline(), end="")
        a.shutdown(socket.SHUT_WR)
        b.setblocking(True)
        print(b.recv(1))
    attempt(lambda: a.send(b"x"))
    print(a.fileno(), socket.inet_ntoa(b"\x7f\0\0\1"), socket.inet_pton(socket.AF_INET6, "::1"), socket.htons(1), socket.inet_aton("10.1.2.3"), socket.ntohl(1))
    attempt(lambda: socket.inet_aton("nonsense"))
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    attempt(lambda: socket.create_connection(("127.0.0.1", port), timeout=5))
    print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4], socket.gethostbyname("127.0.0.1"))


def echo_with_selector():
    selector, server = selectors.DefaultSelector(), socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    selector.register(server, selectors.EVENT_READ, "accept")
    served, done = [], threading.Event()

    def loop():
        open_ = 0
        while not done.is_set() or open_:
            for key, mask in selector.select(0.05):
                if key.data == "accept":
                    connection, _ = server.accept()
                    connection.setblocking(False)
                    selector.register(connection, selectors.EVENT_READ, bytearray())
                    open_ += 1
                    continue
                data = key.fileobj.recv(7)
                if data:
                    key.data.extend(data)
                    while b"\n" in key.data:
                        line, _, rest = bytes(key.data).partition(b"\n")
                        key.data[:] = rest
                        key.fileobj.sendall(line.upper() + b"\n")
                        served.append(line)
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                    open_ -= 1
        selector.close()
        server.close()

    thread = threading.Thread(target=loop)
    thread.start()
    clients = [socket.create_connection(server.getsockname(), timeout=20) for _ in range(4)]
    for i, client in enumerate(clients):
        client.sendall(f"client {i} says hello\nand more\n".encode())
    for client in clients:
        with client, client.makefile("r") as lines:
            print(lines.readline().strip(), lines.readline().strip())
    done.set()
    thread.join()
    print(len(served))


class Calculator(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            try:
                a, op, b = line.decode().split()
                result = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "/": int.__floordiv__}[op](int(a), int(b))
            except Exception as error:
                result = type(error).__name__
            self.wfile.write(f"{result}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def servers():
    with Server(("127.0.0.1", 0), Calculator) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with socket.create_connection(server.server_address, timeout=20) as client, client.makefile("rw") as stream:
            for line in ("1 + 2", "7 * 6", "8 / 0", "nonsense", "9 ? 1"):
                print(line, file=stream, flush=True)
                print(line, "=", stream.readline().strip())
        server.shutdown()
    with socketserver.UDPServer(("127.0.0.1", 0), type("Reverse", (socketserver.BaseRequestHandler,), {"handle": lambda self: self.request[1].sendto(self.request[0][::-1], self.client_address)})) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(20)
            client.sendto(b"datagram", server.server_address)
            print(client.recvfrom(100)[0])
        thread.join()


def remote_calls():
    with xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True) as server:
        server.register_function(pow)
        server.register_function(lambda data: {k: v * 2 for k, v in data.items()}, "double")
        server.register_introspection_functions()
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        proxy = xmlrpc.client.ServerProxy(f"http://127.0.0.1:{server.server_address[1]}", allow_none=True)
        print(proxy.pow(2, 20), proxy.double({"a": [1, None], "b": "é", "c": 1.5}), proxy.system.listMethods()[:2])
        try:
            proxy.pow("x", 1)
        except xmlrpc.client.Fault as fault:
            print(fault.faultCode, fault.faultString.partition(":")[2][:22])
        multi = xmlrpc.client.MultiCall(proxy)
        server.register_multicall_functions()
        multi.pow(3, 3)
        multi.double({"z": 4})
        print(list(multi()))
        proxy("close")()
        server.shutdown()
    print(xmlrpc.client.dumps((1, "a", [True]), "m").replace("\n", ""))


for part in (pairs, echo_with_selector, servers, remote_calls):
    print("--", part.__name__)
    part()

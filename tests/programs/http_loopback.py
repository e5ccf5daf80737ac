"""`python -m http.server` as a child, and a server of our own, both answering real clients on loopback."""
import http.client
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Api/1"
    sys_version = ""
    store = {}

    def log_message(self, format, *args):
        self.server.lines.append(format % args)

    def date_time_string(self, timestamp=None):
        return "Thu, 01 Jan 1970 00:00:00 GMT"

    def reply(self, status, value):
        body = json.dumps(value, sort_keys=True).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/items":
            query = urllib.parse.parse_qs(url.query)
            wanted = query.get("key", sorted(self.store))
            self.reply(200, {key: self.store.get(key) for key in wanted})
        elif url.path == "/teapot":
            self.send_error(418, "short and stout")
        else:
            self.reply(404, {"error": "no such page", "path": url.path})

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        key = urllib.parse.unquote(self.path.rpartition("/")[2])
        self.store[key] = json.loads(self.rfile.read(length))
        self.reply(201, key)


def own_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        server.lines = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        port = server.server_address[1]
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for key, value in [("a", 1), ("b c", [True, None]), ("ü", {"n": 1.5})]:
            client.request("PUT", "/items/" + urllib.parse.quote(key), json.dumps(value))
            response = client.getresponse()
            print(response.status, response.reason, response.read())
        client.request("GET", "/items?" + urllib.parse.urlencode({"key": ["ü", "zz"]}, doseq=True))
        response = client.getresponse()
        print(response.status, sorted(response.headers.items()))
        print(json.load(response))
        client.close()
        for path in ("/nothing", "/teapot"):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20)
            except urllib.error.HTTPError as error:
                with error:
                    print(error.code, error.reason, error.headers.get_content_type(), len(error.read()) > 20)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/items") as page:
            print(page.status, json.loads(page.read()))
        server.shutdown()
        thread.join()
        print(*sorted(server.lines), sep="\n")


def module_server():
    os.mkdir("site")
    with open("site/hello.txt", "w") as f:
        f.write("hello, client\n")
    with open("site/page.html", "w") as f:
        f.write("<p>page</p>")
    child = subprocess.Popen([sys.executable, "-u", "-m", "http.server", "0", "-b", "127.0.0.1", "-d", "site"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = child.stdout.readline()
        print(line.split(" port ")[0])
        port = int(line.split(" port ")[1].split()[0])
        for path in ("/hello.txt", "/page.html", "/", "/missing"):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            client.request("GET", path)
            response = client.getresponse()
            body = response.read().decode()
            print(path, response.status, response.getheader("Content-Type"), response.version)
            if path == "/":
                print([line for line in body.splitlines() if line.startswith("<li>")])
            elif response.status == 200:
                print(repr(body), response.getheader("Content-Length"))
            client.close()
        raw = socket.create_connection(("127.0.0.1", port), timeout=20)
        raw.sendall(b"NONSENSE\r\n\r\n")
        print(b"400" in raw.makefile("rb").read())
        raw.close()
    finally:
        child.terminate()
        print("ended", child.wait(20) != 0)
        child.stdout.close()


own_server()
module_server()

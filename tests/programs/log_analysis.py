"""A web server's log, generated, parsed, aggregated and reported."""
import collections
import heapq
import ipaddress
import re
import statistics
import urllib.parse
from datetime import datetime, timedelta, timezone

LINE = re.compile(r'(?P<ip>\S+) - (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<url>\S+) (?P<proto>HTTP/\d\.\d)" (?P<status>\d{3}) (?P<size>\d+|-) (?P<ms>\d+)$')
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Random:
    """A small generator of its own, so that the log never changes."""

    def __init__(self, seed):
        self.state = seed

    def __call__(self, n):
        self.state ^= self.state << 13 & 0xFFFFFFFFFFFFFFFF
        self.state ^= self.state >> 7
        self.state ^= self.state << 17 & 0xFFFFFFFFFFFFFFFF
        return self.state % n

    def choice(self, items):
        return items[self(len(items))]


def generate(count):
    rng = Random(88172645463325252)
    when = datetime(2024, 3, 9, 22, 0, tzinfo=timezone(timedelta(hours=1)))
    urls = ["/", "/index.html", "/search?q=caf%C3%A9&page=2", "/img/logo.png", "/api/items/17", "/api/items/99?full=1&tag=a&tag=b", "/login"]
    for i in range(count):
        when += timedelta(milliseconds=rng(90_000))
        ip = rng.choice(["10.0.0.7", "192.168.1.20", "203.0.113.9", "2001:db8::1", "198.51.100.77"])
        status = 500 if rng(40) == 0 else 404 if rng(15) == 0 else 302 if rng(20) == 0 else 200
        size = "-" if status == 302 else rng(50_000)
        stamp = f"{when.day:02}/{MONTHS[when.month - 1]}/{when:%Y:%H:%M:%S %z}"
        method = "POST" if rng(6) == 0 else "GET"
        yield f'{ip} - {rng.choice(["-", "-", "ann", "bob"])} [{stamp}] "{method} {rng.choice(urls)} HTTP/1.1" {status} {size} {rng(400) + rng(10) ** 3}'
        if rng(50) == 0:
            yield f"garbage line {i} \x00"


Entry = collections.namedtuple("Entry", "ip user time method path query status size ms")


def parse(lines):
    bad = 0
    for line in lines:
        if not (m := LINE.match(line)):
            bad += 1
            continue
        d = m.groupdict()
        url = urllib.parse.urlsplit(d["url"])
        yield Entry(ipaddress.ip_address(d["ip"]), None if d["user"] == "-" else d["user"],
                    datetime.strptime(d["time"], "%d/%b/%Y:%H:%M:%S %z"), d["method"], url.path,
                    urllib.parse.parse_qs(url.query), int(d["status"]), 0 if d["size"] == "-" else int(d["size"]), int(d["ms"]))
    return bad


def drain(generator):
    out = []
    while True:
        try:
            out.append(next(generator))
        except StopIteration as stop:
            return out, stop.value


def bar(value, most, width=30):
    full, part = divmod(value * width * 8 // most, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")


entries, bad = drain(parse(generate(1500)))
print(len(entries), "entries,", bad, "bad lines,", entries[0].time.isoformat(), "to", entries[-1].time.isoformat())
statuses = collections.Counter(e.status for e in entries)
for status, n in sorted(statuses.items()):
    print(f"{status} {n:>5} {n / len(entries):7.2%} {bar(n, max(statuses.values()))}")
hours = collections.Counter(e.time.replace(minute=0, second=0) for e in entries)
for hour, n in sorted(hours.items())[:12]:
    print(f"{hour:%a %H}h {n:>4} {bar(n, max(hours.values()), 20)}")
by_path = collections.defaultdict(list)
for e in entries:
    by_path[e.path].append(e)
print(f"{'path':<16}{'hits':>6}{'bytes':>12}{'mean':>9}{'p50':>7}{'p95':>7}{'max':>6}")
for path, rows in sorted(by_path.items(), key=lambda item: -len(item[1])):
    times = sorted(r.ms for r in rows)
    q = statistics.quantiles(times, n=20)
    print(f"{path:<16}{len(rows):>6}{sum(r.size for r in rows):>12,}{statistics.fmean(times):>9.2f}{q[9]:>7.0f}{q[18]:>7.1f}{times[-1]:>6}")
private = sum(e.ip.is_private for e in entries)
networks = collections.Counter(str(ipaddress.ip_network((e.ip, 24 if e.ip.version == 4 else 64), strict=False)) for e in entries)
print(private, networks.most_common(), {e.ip.version for e in entries})
print(collections.Counter(v for e in entries for v in e.query.get("q", []) + e.query.get("tag", [])), collections.Counter((e.method, e.user) for e in entries).most_common(3))
slow = heapq.nlargest(3, entries, key=lambda e: (e.ms, e.time))
for e in slow:
    print(e.time.astimezone(timezone.utc).strftime("%H:%M:%S"), e.ms, e.path, e.ip.exploded)
sessions, last = collections.Counter(), {}
for e in entries:
    if e.ip not in last or e.time - last[e.ip] > timedelta(minutes=2):
        sessions[e.ip] += 1
    last[e.ip] = e.time
print({str(ip): n for ip, n in sorted(sessions.items(), key=lambda i: (i[0].version, i[0]))})
errors = [i for i, e in enumerate(entries) if e.status >= 500]
print(len(errors), [b - a for a, b in zip(errors, errors[1:])][:10])
print(ipaddress.ip_network("10.0.0.0/29").num_addresses, [str(h) for h in ipaddress.ip_network("10.0.0.0/30").hosts()], ipaddress.ip_address("10.0.0.1") + 5, list(map(str, ipaddress.summarize_address_range(ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("10.0.0.6")))))
for wrong in ("10.0.0.256", "::1::", "10.0.0.1/8"):
    try:
        print(ipaddress.ip_network(wrong))
    except ValueError as error:
        print(error)
print(urllib.parse.urljoin("http://a/b/c?d#e", "../f;g?h"), urllib.parse.quote("ä /?&=~"), urllib.parse.urlencode([("a", "x y"), ("b", "é&")]), urllib.parse.urlparse("https://u:p@h.com:8080/p;q?r=1#f"), sep="\n")

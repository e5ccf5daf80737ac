"""A TCP line server and several clients on one event loop."""
import asyncio
import contextlib


class Stats:
    def __init__(self):
        self.connections = 0
        self.lines = 0


async def handle(reader, writer, stats):
    stats.connections += 1
    try:
        while line := await reader.readline():
            stats.lines += 1
            text = line.decode().rstrip("\n")
            match text.split(maxsplit=1):
                case ["quit"]:
                    writer.write(b"bye\n")
                    break
                case ["sleep", number]:
                    await asyncio.sleep(float(number))
                    writer.write(f"slept {number}\n".encode())
                case ["sum", numbers]:
                    writer.write(f"{sum(map(int, numbers.split()))}\n".encode())
                case _:
                    writer.write(f"echo {text}\n".encode())
            await writer.drain()
    except ValueError as error:
        writer.write(f"error {error}\n".encode())
    finally:
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()
        await writer.wait_closed()


async def client(port, name, lines):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for line in lines:
        writer.write(line.encode() + b"\n")
        await writer.drain()
        answer = await asyncio.wait_for(reader.readline(), 20)
        answers.append(answer.decode().strip())
    writer.close()
    await writer.wait_closed()
    return name, answers


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data[::-1], address)


class Ask(asyncio.DatagramProtocol):
    def __init__(self, done):
        self.done = done

    def connection_made(self, transport):
        transport.sendto(b"datagram")

    def datagram_received(self, data, address):
        self.done.set_result(data)


async def main():
    stats = Stats()
    server = await asyncio.start_server(lambda r, w: handle(r, w, stats), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        jobs = [
            client(port, "one", ["hello", "sum 1 2 3", "quit"]),
            client(port, "two", ["sleep 0.05", "wörld"]),
            client(port, "three", [f"n{i}" for i in range(20)]),
            client(port, "bad", ["sum 1 x"]),
        ]
        for name, answers in await asyncio.gather(*jobs):
            print(name, answers)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client(port, i, [f"sum {i} {i}"])) for i in range(5)]
        print([task.result() for task in tasks])
        print(stats.connections, stats.lines)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await client(port, "late", ["sleep 5"])
                print("not reached")
        print("timed out")

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    done = loop.create_future()
    asker, _ = await loop.create_datagram_endpoint(
        lambda: Ask(done), remote_addr=transport.get_extra_info("sockname"))
    print(await asyncio.wait_for(done, 20))
    asker.close()
    transport.close()

    process = await asyncio.create_subprocess_exec(
        "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(b"through a pipe\n")
    print(out, process.returncode)


asyncio.run(main())

"""Requests of `refused_requests.txt` that do not end as they should: in MemoryError or OverflowError, and soon."""
import io
import sys
import time

path, limited = sys.argv[1], sys.argv[2] == "limited"
with open(path, encoding="utf-8") as file:
    at_once, growing = [
        [line for line in part.splitlines() if line and not line.startswith("#")]
        for part in file.read().split("# refused when")
    ]
requests = at_once + (growing[1:] if limited else [])
kept = list(range(1000))
for request in requests:
    start = time.process_time()
    real, sys.stdout = sys.stdout, io.StringIO()
    try:
        value = eval(request)
        outcome = f"gives {type(value).__name__}"
        del value
    except (MemoryError, OverflowError):
        outcome = ""
    except BaseException as error:
        outcome = f"raises {type(error).__name__}: {error}"
    finally:
        sys.stdout = real
    took = time.process_time() - start
    # Filling all of the memory within the limit takes an unoptimised build a while.
    if took > (1.0 if request in at_once else 30.0):
        outcome += f" after {took:.1f} s"
    if outcome:
        print(request, outcome)
    if kept != list(range(1000)) or len("x" * 1_000_000) != 1_000_000:
        print(request, "leaves a broken heap")
print(len(requests), "requests")

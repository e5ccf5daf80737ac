"""What the library's tools for other processes import. No other process can be inspected."""

from collections import namedtuple

FrameInfo = namedtuple("FrameInfo", "filename lineno funcname", module=__name__)
CoroInfo = namedtuple("CoroInfo", "call_stack task_name", module=__name__)
TaskInfo = namedtuple("TaskInfo", "task_id task_name coroutine_stack awaited_by", module=__name__)
ThreadInfo = namedtuple("ThreadInfo", "thread_id frame_info", module=__name__)
AwaitedInfo = namedtuple("AwaitedInfo", "thread_id awaited_by", module=__name__)

PROCESS_VM_READV_SUPPORTED = 0


class RemoteUnwinder:
    def __init__(self, pid, *, all_threads=False, only_active_thread=False, debug=False):
        raise RuntimeError("Remote debugging is not supported by this interpreter")

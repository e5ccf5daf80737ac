"""Loggers, handlers, filters, formatters and dictConfig."""
import io
import logging
import logging.config
import logging.handlers
import queue
import sys
import warnings


class Collect(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


class Upper(logging.Formatter):
    def formatException(self, info):
        return f"!! {info[0].__name__}: {info[1]}"

    def format(self, record):
        return super().format(record).upper()


class Redact(logging.Filter):
    def filter(self, record):
        record.args = tuple("***" if arg == "secret" else arg for arg in record.args or ())
        return "noise" not in record.getMessage()


def hierarchy():
    root, collect = logging.getLogger(), Collect()
    collect.setFormatter(logging.Formatter("%(levelname)-8s|%(name)s|%(funcName)s|%(message)s"))
    root.addHandler(collect)
    root.setLevel(logging.INFO)
    app, db = logging.getLogger("app"), logging.getLogger("app.db")
    db.setLevel(logging.DEBUG)
    app.debug("not shown")
    app.info("started %s in %.2f s", "server", 1.5)
    db.debug("query %r", {"a": 1})
    db.warning("%(user)s has %(count)d rows", {"user": "eve", "count": 3})
    own = Collect()
    db.addHandler(own)
    db.propagate = False
    db.error("only here")
    app.critical("bad %%")
    logging.disable(logging.ERROR)
    app.error("disabled")
    logging.disable(logging.NOTSET)
    print(*collect.lines, own.lines, sep="\n")
    print(db.getEffectiveLevel(), logging.getLogger("app.x.y").getEffectiveLevel(), db.parent.name, app.isEnabledFor(10), app.getChild("db") is db, app)
    root.removeHandler(collect)


def formats():
    log, out = logging.Logger("formats"), io.StringIO()
    for style, fmt in (("%", "%(levelname)s %(message)s"), ("{", "{levelname:>9} {message}"), ("$", "$levelname ${message}")):
        handler = logging.StreamHandler(out)
        handler.setFormatter(logging.Formatter(fmt, style=style))
        log.addHandler(handler)
    upper = logging.StreamHandler(out)
    upper.setFormatter(Upper("%(message)s by %(who)s", defaults={"who": "nobody"}))
    upper.addFilter(Redact())
    log.addHandler(upper)
    log.warning("password %s", "secret")
    log.info("noise")
    log.log(35, "odd level", extra={"who": "me"})
    try:
        {}["missing"]
    except KeyError:
        log.exception("lookup")
    lines = out.getvalue().splitlines()
    print(*(line for line in lines if "file" not in line.lower() and "^" not in line and '{}["' not in line), sep="\n")
    print(logging.getLevelName(35), logging.getLevelName("ERROR"), sorted(logging.getLevelNamesMapping().items(), key=lambda x: x[1]))
    for bad in (lambda: log.setLevel("LOUD"), lambda: logging.Formatter("%(message", style="%"), lambda: log.info("x", extra={"name": 1}) or log.makeRecord("n", 20, "f", 1, "m", (), None, extra={"message": 1})):
        try:
            bad()
        except Exception as error:
            print(type(error).__name__, error)


def files():
    handler = logging.handlers.RotatingFileHandler("app.log", maxBytes=60, backupCount=2)
    log = logging.Logger("files")
    log.addHandler(handler)
    for i in range(10):
        log.info("line number %d", i)
    handler.close()
    for name in ("app.log", "app.log.1", "app.log.2"):
        with open(name) as file:
            print(name, file.read().split("\n"))
    memory = logging.handlers.MemoryHandler(10, logging.ERROR, target=(collect := Collect()))
    log = logging.Logger("memory")
    log.addHandler(memory)
    log.info("kept")
    print(collect.lines)
    log.error("flush")
    print(collect.lines)
    q, sink = queue.Queue(), Collect()
    listener = logging.handlers.QueueListener(q, sink, respect_handler_level=True)
    log = logging.Logger("queued")
    log.addHandler(logging.handlers.QueueHandler(q))
    listener.start()
    for i in range(3):
        log.info("queued %d", i)
    listener.stop()
    print(sink.lines)


def configured():
    logging.config.dictConfig({
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"f": {"format": "[{levelname}] {name}: {message}", "style": "{"}},
        "filters": {"r": {"()": Redact}},
        "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f", "filters": ["r"]}},
        "loggers": {"conf": {"level": "DEBUG", "handlers": ["out"], "propagate": False}},
        "root": {"level": "ERROR", "handlers": ["out"]},
    })
    log = logging.getLogger("conf.sub")
    log.debug("debug %s", "secret")
    log.info("some noise")
    adapter = logging.LoggerAdapter(log, {"id": 7})
    adapter.info("adapted")
    logging.captureWarnings(True)
    warnings.simplefilter("always")
    logging.getLogger("py.warnings").setLevel("WARNING")
    warnings.showwarning("careful", UserWarning, "file.py", 3, line="")
    logging.captureWarnings(False)
    try:
        logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "no.such.Class"}}, "root": {"handlers": ["h"]}})
    except ValueError as error:
        print(error, "<-", error.__cause__)
    logging.shutdown()


for part in (hierarchy, formats, files, configured):
    print("--", part.__name__)
    part()
    sys.stdout.flush()

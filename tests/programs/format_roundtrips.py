"""The same inventory through json, csv, toml, ini, xml, plist and pickle."""
import configparser
import csv
import io
import json
import pickle
import plistlib
import tomllib
import xml.etree.ElementTree as ET

ITEMS = [
    {"name": "bolt", "count": 1200, "price": 0.05, "notes": 'zinc, "blank"', "tags": ["metal", "small"]},
    {"name": "Schraubenzieher", "count": 3, "price": 7.5, "notes": "größer\nzweite Zeile", "tags": []},
    {"name": "tape; clear", "count": 0, "price": 1e-3, "notes": "", "tags": ["ünïcode", "<&>"]},
]


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, set):
            return {"__set__": sorted(value)}
        return super().default(value)


def through_json():
    text = json.dumps(ITEMS, ensure_ascii=False, indent=1)
    assert json.loads(text) == ITEMS
    print(text)
    packed = json.dumps({"s": {3, 1, 2}, "f": [1.0, -0.0, 1e100], 1: None, True: "t"}, cls=Encoder, separators=(",", ":"))
    print(packed, json.loads(packed, object_hook=lambda d: set(d["__set__"]) if "__set__" in d else d))
    print(json.loads('{"a": 1.10, "a": 2}', parse_float=str, object_pairs_hook=list), json.loads("[NaN, -Infinity]"), json.dumps("\u2028\x00\"/"))
    for bad in ('{"a" 1}', "[1,]", '"\t"', "nul", "[1] x", '"\\ud8', "", '{"a": 1,}', "01"):
        try:
            json.loads(bad)
        except json.JSONDecodeError as error:
            print(repr(bad), error)
    loop = []
    loop.append(loop)
    for value in (loop, {(1,): 2}, object, float("nan")):
        try:
            print(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError) as error:
            print(type(error).__name__, error)


def through_csv():
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, ["name", "count", "price", "notes"], extrasaction="ignore", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows(ITEMS)
    print(repr(buffer.getvalue()))
    buffer.seek(0)
    back = list(csv.DictReader(buffer, quoting=csv.QUOTE_NONNUMERIC))
    print(back == [{k: row[k] for k in ("name", "count", "price", "notes")} for row in ITEMS], back[0])
    sample = "a;b;c\n1;'x;y';3\n"
    dialect = csv.Sniffer().sniff(sample)
    print(dialect.delimiter, dialect.quotechar, list(csv.reader(sample.splitlines(), dialect)))
    out = io.StringIO()
    csv.writer(out, "excel-tab", escapechar="\\", quoting=csv.QUOTE_NONE, lineterminator="\n").writerow(["a\tb", None, 1.5, 'q"'])
    print(repr(out.getvalue()), list(csv.reader(["a,\"b\n", "c\",d"])), list(csv.reader(['"a""b",,'])))
    try:
        list(csv.reader(['"abc'], strict=True))
    except csv.Error as error:
        print(error)


def through_toml():
    text = 'title = "Stock" # note\nwhen = 2024-05-06T07:08:09Z\nhex = 0xff_ff\nday = 2024-05-06\ninf = -inf\nmulti = """\na\\\n   b"""\n'
    for item in ITEMS:
        text += "[[item]]\n" + "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in item.items())
    text += "[a.b.'c d']\nx = {y = 1, z.w = [1, [2, 3]]}\n"
    back = tomllib.loads(text)
    print(back["item"] == ITEMS, {k: v for k, v in back.items() if k != "item"})
    for bad in ("a = 1\na = 2", "a = [1", "= 1", "a = 01", 'a = "\\x"', "[a]\n[a]", "a = 2024-13-01"):
        try:
            print(tomllib.loads(bad))
        except tomllib.TOMLDecodeError as error:
            print(repr(bad), error)


def through_ini():
    parser = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation(), allow_no_value=True)
    parser["DEFAULT"] = {"root": "/srv", "debug": "off"}
    for item in ITEMS:
        parser[item["name"]] = {k: str(v) for k, v in item.items() if k not in ("name", "tags")}
    parser["paths"] = {"data": "${root}/data", "cache": "${data}/cache", "other": "${bolt:count}"}
    out = io.StringIO()
    parser.write(out)
    print(out.getvalue())
    again = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    again.read_string(out.getvalue())
    print(again.sections(), dict(again["paths"]), again["bolt"].getint("count"), again.getboolean("bolt", "debug"), again.get("bolt", "no", fallback="-"))
    for bad in ("x = 1", "[a]\nx\n", "[a]\nx=1\nx=2", "[a]\n[a]"):
        try:
            configparser.ConfigParser().read_string(bad)
        except configparser.Error as error:
            print(type(error).__name__, str(error).replace("\n", " | "))


def through_xml_plist_pickle():
    root = ET.Element("stock", version="1")
    for item in ITEMS:
        node = ET.SubElement(root, "item", name=item["name"], count=str(item["count"]))
        node.text = item["notes"] or None
        node.extend(ET.Element("tag", {"v": tag}) for tag in item["tags"])
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    print(text)
    back = ET.fromstring(text)
    print([n.get("name") for n in back.iterfind("item[tag]")], back.find("item/tag[@v='<&>']").attrib, len(list(back.iter())))
    try:
        ET.fromstring("<a><b></a>")
    except ET.ParseError as error:
        print(error, error.position)
    data = plistlib.dumps(ITEMS[0], sort_keys=True)
    print(data.decode(), plistlib.loads(data) == ITEMS[0], plistlib.loads(plistlib.dumps(ITEMS, fmt=plistlib.FMT_BINARY)) == ITEMS)
    print([pickle.loads(pickle.dumps(ITEMS, p)) == ITEMS for p in range(pickle.HIGHEST_PROTOCOL + 1)])


for part in (through_json, through_csv, through_toml, through_ini, through_xml_plist_pickle):
    print("--", part.__name__)
    part()

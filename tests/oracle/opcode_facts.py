"""Writes CPython 3.14's facts about its opcodes, which `taipan-bytecode/src/ops/tests.rs` compares its table with.

    python3.14 tests/oracle/opcode_facts.py > crates/taipan-bytecode/src/ops/facts.txt

A line: number, name, class, cache entries, flags, base opcode (of specialised ones), stack effects for the arguments
0 to 8 on jumping and not.
"""

import _opcode
import _opcode_metadata as metadata
import opcode

FLAGS = ["arg", "const", "name", "jump", "free", "local", "exc"]


def kind(number):
    if number >= 256:
        return "pseudo"
    return "instrumented" if number >= metadata.MIN_INSTRUMENTED_OPCODE else "real"


def main():
    for name, number in sorted(opcode.opmap.items(), key=lambda item: item[1]):
        flags = [flag for flag in FLAGS if getattr(_opcode, "has_" + flag)(number)]
        arguments = range(9) if "arg" in flags else [None]
        effects = [_opcode.stack_effect(number, oparg, jump=jump) for jump in (True, False) for oparg in arguments]
        caches = opcode._inline_cache_entries.get(name, 0)
        print(number, name, kind(number), caches, ",".join(flags) or "-", "-", *effects)
    base = {form: name for name, forms in metadata._specializations.items() for form in forms}
    for name, number in sorted(metadata._specialized_opmap.items(), key=lambda item: item[1]):
        print(number, name, "specialized", 0, "-", base[name])


if __name__ == "__main__":
    main()

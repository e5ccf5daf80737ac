//! Opcodes, code objects, marshal and disassembly; knows nothing of source or run time.

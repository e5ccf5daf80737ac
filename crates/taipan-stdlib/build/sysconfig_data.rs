//! Writes `_sysconfigdata__linux_ARCH-linux-gnu.py`, the build variables that `sysconfig` reads.
//!
//! There is no Makefile here: the variables are those that the library and programs ask for, and that are true of a
//! static build without C extensions. The prefix is where the program lies, which is known only when it runs.

/// Path of the module for the processor `arch`.
pub fn path(arch: &str) -> String {
    format!("_sysconfigdata__linux_{arch}-linux-gnu.py")
}

/// Its source.
pub fn source(arch: &str) -> String {
    format!(
        r#"# Written at build time: the variables of this build.
import sys

build_time_vars = {{
    'ABIFLAGS': '',
    'AR': 'ar',
    'BINDIR': f'{{sys.base_prefix}}/bin',
    'CC': 'cc',
    'CFLAGS': '',
    'CONFIG_ARGS': '',
    'EXE': '',
    'EXT_SUFFIX': '.taipan-314-{arch}-linux-gnu.so',
    'HAVE_GETRANDOM': 1,
    'INCLUDEPY': f'{{sys.base_prefix}}/include/python3.14',
    'INSTSONAME': '',
    'LDFLAGS': '',
    'LDLIBRARY': '',
    'LDVERSION': '3.14',
    'LIBDIR': f'{{sys.base_prefix}}/lib',
    'LIBRARY': '',
    'MACHDEP': 'linux',
    'MULTIARCH': '{arch}-linux-gnu',
    'PLATLIBDIR': 'lib',
    'PY_CFLAGS': '',
    'PY_CFLAGS_NODIST': '',
    'PY_LDFLAGS': '',
    'Py_DEBUG': 0,
    'Py_ENABLE_SHARED': 0,
    'Py_GIL_DISABLED': 0,
    'Py_HASH_ALGORITHM': 0,
    'Py_TRACE_REFS': 0,
    'SIZEOF_INT': 4,
    'SIZEOF_LONG': 8,
    'SIZEOF_SIZE_T': 8,
    'SIZEOF_VOID_P': 8,
    'SOABI': 'taipan-314-{arch}-linux-gnu',
    'TEST_MODULES': 'no',
    'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo',
    'VERSION': '3.14',
    'WITH_DOC_STRINGS': 1,
    'WITH_PYMALLOC': 0,
    'exec_prefix': sys.base_exec_prefix,
    'prefix': sys.base_prefix,
}}
"#
    )
}

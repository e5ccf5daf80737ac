//! Packs the standard library's Python sources and their code objects into one file that `src/packed.rs` includes.
//!
//! The sources come from the crate `rustpython-pylib` (CPython 3.14's `Lib`). `edits.txt` takes back what was changed
//! there for another interpreter, files in `overlay/` replace files or join them, `_opcode_metadata.py` is written
//! from our own opcode table and the module of build variables from what is true of this build. The code objects are
//! made by our own compiler; a file that it refuses is packed without, and compiled (or reported) when it is imported.

#[path = "build/blob.rs"]
mod blob;
#[path = "build/compile.rs"]
mod compile;
#[path = "build/edits.rs"]
mod edits;
#[path = "build/opcode_metadata.rs"]
mod opcode_metadata;
#[path = "build/sysconfig_data.rs"]
mod sysconfig_data;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What an interpreter without a screen, a window system or CPython's C sources has no use for.
const LEFT_OUT: &[&str] = &[
    "_dummy_os.py",
    "_dummy_thread.py",
    "_pycodecs.py",
    "ctypes/macholib/",
    "dummy_threading.py",
    "idlelib/",
    "test/",
    "tkinter/",
    "turtle.py",
    "turtledemo/",
];

fn main() {
    if let Err(message) = pack() {
        eprintln!("packing the standard library: {message}");
        std::process::exit(1);
    }
}

fn pack() -> Result<(), String> {
    for path in ["build.rs", "build", "overlay", "edits.txt"] {
        println!("cargo:rerun-if-changed={path}");
    }
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut files = BTreeMap::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut files)?;
    files.retain(|path, _| !LEFT_OUT.iter().any(|out| path == out || (out.ends_with('/') && path.starts_with(out))));
    files.insert("_opcode_metadata.py".to_string(), opcode_metadata::source().into_bytes());
    let arch = env::var("CARGO_CFG_TARGET_ARCH").map_err(|error| error.to_string())?;
    files.insert(sysconfig_data::path(&arch), sysconfig_data::source(&arch).into_bytes());
    let text = fs::read_to_string(home.join("edits.txt")).map_err(|error| format!("edits.txt: {error}"))?;
    for edit in edits::parse(&text)? {
        let file = files.get_mut(&edit.path).ok_or_else(|| format!("edits.txt: no file {}", edit.path))?;
        *file = edits::apply(&edit, file)?;
    }
    collect(&home.join("overlay"), "", &mut files)?;
    let codes = compile::all(&files)?;
    let blob = blob::build(&files, &codes)?;
    fs::write(out.join("library.blob"), blob).map_err(|error| error.to_string())
}

/// Adds the `.py` files below `folder`, by path with `/`.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            if name != "__pycache__" {
                collect(&path, &format!("{prefix}{name}/"), files)?;
            }
        } else if name.ends_with(".py") {
            let source = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            files.insert(format!("{prefix}{name}"), source);
        }
    }
    Ok(())
}

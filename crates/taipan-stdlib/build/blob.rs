//! Writes the packed library: header, index sorted by path, then all paths, all code, all sources.
//!
//! All numbers are little-endian `u32`. Header: magic, number of entries. Entry (`ENTRY_WORDS` words): path offset,
//! path length, source offset, compressed length, source length, code offset, code length. Offsets count from the
//! start of the file; a code length of 0 says that there is no code.

use std::collections::BTreeMap;

const MAGIC: u32 = 0x5450_4c31;
const ENTRY_WORDS: usize = 7;

/// What every start imports, in that order: lies together, so that a start reads few pages.
const FIRST: &[&str] = &[
    "importlib/_bootstrap.py",
    "importlib/_bootstrap_external.py",
    "_packed_importer.py",
    "zipimport.py",
    "encodings/__init__.py",
    "codecs.py",
    "encodings/aliases.py",
    "encodings/utf_8.py",
    "io.py",
    "abc.py",
    "_py_abc.py",
    "_weakrefset.py",
    "site.py",
    "os.py",
    "stat.py",
    "posixpath.py",
    "genericpath.py",
    "_collections_abc.py",
    "_sitebuiltins.py",
    "linecache.py",
];

/// The file for these sources, and the marshalled code objects of some of them.
pub fn build(files: &BTreeMap<String, Vec<u8>>, codes: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, String> {
    let number = |n: usize| u32::try_from(n).map_err(|_| "the library is larger than 4 GB".to_string());
    let start = 4 * (2 + ENTRY_WORDS * files.len());
    let mut data = Vec::new();
    let mut put = |bytes: &[u8]| {
        data.extend_from_slice(bytes);
        (start + data.len() - bytes.len(), bytes.len())
    };
    let paths: Vec<_> = files.keys().map(|path| put(path.as_bytes())).collect();
    let early = FIRST.iter().copied().filter(|path| files.contains_key(*path));
    let late = files.keys().map(String::as_str).filter(|path| !FIRST.contains(path));
    let code_places: BTreeMap<&str, _> =
        early.chain(late).map(|path| (path, put(codes.get(path).map_or(&[][..], Vec::as_slice)))).collect();
    let mut words = vec![MAGIC, number(files.len())?];
    for ((path, source), path_place) in files.iter().zip(paths) {
        let source_place = put(&miniz_oxide::deflate::compress_to_vec(source, 6));
        let code_place = code_places.get(path.as_str()).copied().unwrap_or_default();
        for n in [path_place.0, path_place.1, source_place.0, source_place.1, source.len(), code_place.0, code_place.1]
        {
            words.push(number(n)?);
        }
    }
    let mut out: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    out.extend_from_slice(&data);
    Ok(out)
}

//! Writes the packed library: header, index sorted by path, then paths and contents.
//!
//! All numbers are little-endian `u32`. Header: magic, number of entries. Entry (`ENTRY_WORDS` words): path offset,
//! path length, source offset, compressed length, source length, code offset, code length. Offsets count from the
//! start of the file; a code length of 0 says that there is no code.

use std::collections::BTreeMap;

const MAGIC: u32 = 0x5450_4c31;
const ENTRY_WORDS: usize = 7;

/// The file for these sources, and the marshalled code objects of some of them.
pub fn build(files: &BTreeMap<String, Vec<u8>>, codes: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, String> {
    let number = |n: usize| u32::try_from(n).map_err(|_| "the library is larger than 4 GB".to_string());
    let mut words = vec![MAGIC, number(files.len())?];
    let start = 4 * (words.len() + ENTRY_WORDS * files.len());
    let mut data = Vec::new();
    for (path, source) in files {
        let packed = miniz_oxide::deflate::compress_to_vec(source, 6);
        let path_at = start + data.len();
        data.extend_from_slice(path.as_bytes());
        let source_at = start + data.len();
        data.extend_from_slice(&packed);
        let code = codes.get(path).map_or(&[][..], Vec::as_slice);
        let code_at = start + data.len();
        data.extend_from_slice(code);
        for n in [path_at, path.len(), source_at, packed.len(), source.len(), code_at, code.len()] {
            words.push(number(n)?);
        }
    }
    let mut out: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    out.extend_from_slice(&data);
    Ok(out)
}

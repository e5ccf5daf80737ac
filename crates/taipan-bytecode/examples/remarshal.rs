//! Loads and dumps marshalled constants: reads records from standard input and writes the results to standard output.
//! A record is a length (4 bytes, little endian) and that many bytes. Used by `tests/oracle/marshal_roundtrip.py`.

use std::io::{self, Read, Write};

use taipan_bytecode::marshal;

fn main() -> io::Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut rest = &input[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (record, after) = after
            .split_at_checked(u32::from_le_bytes(*length) as usize)
            .ok_or_else(|| io::Error::other("record cut short"))?;
        let value = marshal::load(record).map_err(io::Error::other)?;
        let dumped = marshal::dump(&value, marshal::VERSION).map_err(io::Error::other)?;
        output.write_all(&(dumped.len() as u32).to_le_bytes())?;
        output.write_all(&dumped)?;
        rest = after;
    }
    output.flush()
}

use super::{Entry, entries, handler_at, write_entry};

#[test]
fn entries_round_trip_at_every_width() {
    let mut start = 0;
    let written: Vec<Entry> = [1u32, 63, 64, 4095, 4096, 1 << 18, (1 << 24) + 3]
        .iter()
        .enumerate()
        .map(|(i, &units)| {
            let entry = Entry {
                start,
                end: start + 2 * units,
                target: 2 * units + 64,
                depth: i as u32 * 31,
                lasti: i % 2 == 1,
            };
            start = entry.end;
            entry
        })
        .collect();
    let mut table = Vec::new();
    written.iter().for_each(|&entry| write_entry(&mut table, entry));
    assert_eq!(entries(&table).collect::<Vec<_>>(), written);
    assert_eq!(handler_at(&table, 2), Some(written[1]));
    assert_eq!(handler_at(&table, start), None);
    for cut in 0..table.len() {
        assert!(entries(&table[..cut]).count() <= written.len());
    }
}

/// `python3.14 -c 'def f():\n try: g()\n except E: h()'`, `f.__code__.co_exceptiontable`.
#[test]
fn bytes_equal_cpythons() {
    let mut table = Vec::new();
    for entry in [
        Entry { start: 2, end: 22, target: 26, depth: 0, lasti: false },
        Entry { start: 26, end: 68, target: 76, depth: 1, lasti: true },
        Entry { start: 74, end: 76, target: 76, depth: 1, lasti: true },
    ] {
        write_entry(&mut table, entry);
    }
    assert_eq!(table, b"\x81\x0a\x0d\x00\x8d\x15\x26\x03\xa5\x01\x26\x03");
}

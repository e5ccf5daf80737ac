use super::{Entry, LineTableWriter, NO_POSITION, Position, entries, line_at, lines};

fn at(lineno: i32, end_lineno: i32, col_offset: i32, end_col_offset: i32) -> Position {
    Position { lineno, end_lineno, col_offset, end_col_offset }
}

#[test]
fn every_form_round_trips() {
    let places = [
        (at(10, 10, 3, 9), 1),
        (at(10, 10, 79, 94), 8),
        (at(11, 11, 100, 120), 2),
        (at(13, 13, 0, 127), 1),
        (NO_POSITION, 3),
        (at(5, 5, -1, -1), 1),
        (at(2000, 3000, 5000, 1), 1),
        (at(2000, 2000, 130, 140), 19),
    ];
    let mut writer = LineTableWriter::new(10);
    places.iter().for_each(|&(place, units)| writer.push(&place, units));
    let table = writer.finish();
    let mut spread = Vec::new();
    for Entry { start, end, position } in entries(&table, 10) {
        (start..end).step_by(2).for_each(|_| spread.push(position));
    }
    let expected: Vec<_> = places.iter().flat_map(|&(place, units)| std::iter::repeat_n(place, units)).collect();
    assert_eq!(spread, expected);
    assert_eq!(line_at(&table, 10, 18), Some(11));
    assert_eq!(line_at(&table, 10, 24), None);
    let runs: Vec<_> = lines(&table, 10).collect();
    assert_eq!(
        runs,
        [
            (0, 18, Some(10)),
            (18, 22, Some(11)),
            (22, 24, Some(13)),
            (24, 30, None),
            (30, 32, Some(5)),
            (32, 72, Some(2000))
        ]
    );
}

#[test]
fn any_bytes_are_read_without_panic() {
    for seed in 0..2000u32 {
        let bytes: Vec<u8> =
            (0..24u32).map(|i| (seed.wrapping_mul(2654435761).rotate_left(i * 5) >> 3) as u8).collect();
        let total: usize = entries(&bytes, i32::MAX - 3).map(|entry| (entry.end - entry.start) as usize).sum();
        assert!(total <= 24 * 16);
    }
}

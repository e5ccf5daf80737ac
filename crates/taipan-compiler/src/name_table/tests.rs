use super::NameTable;
use crate::symtable::NameId;

#[test]
fn numbers_follow_the_order_of_addition_in_small_and_large_tables() {
    let mut table = NameTable::new();
    for round in 0..2 {
        for number in 0..500u32 {
            let name = NameId::of_number(number * 37 + 1);
            assert_eq!(table.contains(name), round == 1);
            assert_eq!(table.add(name), number);
        }
        assert_eq!(table.len(), 500);
        assert_eq!(table.get(NameId::of_number(2)), None);
    }
    table.clear();
    assert_eq!(table.add(NameId::of_number(38)), 0);
}

//! Texts in bodies: who appends in place, who gets a copy, and what both show.

use super::*;
use crate::vm::tests::with_vm;

fn long(vm: &mut Vm, text: &str) -> Gc<Str> {
    let first = Str::new(vm, &text.repeat(LONG)).unwrap();
    let second = Str::new(vm, text).unwrap();
    Str::concat(vm, first, second).unwrap()
}

fn text(vm: &Vm, this: Gc<Str>) -> String {
    this.get(vm).to_utf8().unwrap().into_owned()
}

#[test]
fn the_first_to_append_goes_on_in_the_body() {
    with_vm(|vm| {
        let flat = long(vm, "ab");
        let (x, y) = (Str::new(vm, "x").unwrap(), Str::new(vm, "yz").unwrap());
        let first = Str::concat(vm, flat, x).unwrap();
        let second = Str::concat(vm, first, y).unwrap();
        let other = Str::concat(vm, first, x).unwrap();
        let body = |vm: &Vm, text: Gc<Str>| text.value().exact::<SharedStr>().map(|text| text.get(vm).body);
        assert!(body(vm, flat).is_none() && body(vm, first).is_some());
        assert_eq!(body(vm, first), body(vm, second), "room is used");
        assert_ne!(body(vm, first), body(vm, other), "the end was taken");
        let start = "ab".repeat(LONG + 1);
        assert_eq!(text(vm, flat), start);
        assert_eq!(text(vm, first), format!("{start}x"));
        assert_eq!(text(vm, second), format!("{start}xyz"));
        assert_eq!(text(vm, other), format!("{start}xx"));
        assert_eq!(second.value().exact::<Str>(), Some(second));
        let class = vm.class(Builtin::Str);
        assert_eq!(vm.type_of(second.value()), class);
    });
}

#[test]
fn wider_units_get_a_body_of_their_own() {
    with_vm(|vm| {
        let mut now = long(vm, "ab");
        let mut expected = "ab".repeat(LONG + 1);
        for piece in ["c", "\u{e9}", "d", "\u{20ac}", "e", "\u{e9}", "\u{1f600}", "f", "\u{20ac}"] {
            let before = now;
            let shown = text(vm, before);
            let new = Str::new(vm, piece).unwrap();
            now = Str::concat(vm, now, new).unwrap();
            expected.push_str(piece);
            assert_eq!(text(vm, now), expected);
            assert_eq!(text(vm, before), shown);
            let max = expected.chars().map(u32::from).max().unwrap();
            assert_eq!(now.get(vm).kind(), Kind::for_max(max));
            let fresh = Str::new(vm, &expected).unwrap();
            assert!(now.get(vm).same_text(fresh.get(vm)));
            assert_eq!(Str::hash(now, vm), Str::hash(fresh, vm));
        }
        let twice = Str::concat(vm, now, now).unwrap();
        assert_eq!(text(vm, twice), expected.repeat(2));
        let again = Str::concat(vm, twice, twice).unwrap();
        assert_eq!(text(vm, again), expected.repeat(4));
    });
}

#[test]
fn texts_survive_collections() {
    with_vm(|vm| {
        let mut now = long(vm, "ab");
        let mut expected = "ab".repeat(LONG + 1);
        let kept = crate::types::list::List::new(vm).unwrap();
        for i in 0..3000 {
            let piece = format!("<{i}>");
            let new = Str::new(vm, &piece).unwrap();
            now = Str::concat(vm, now, new).unwrap();
            expected.push_str(&piece);
            if i % 500 == 0 {
                crate::types::list::List::push(kept, vm, now.value()).unwrap();
                let kind = if i % 1000 == 0 { taipan_heap::Collection::Major } else { taipan_heap::Collection::Minor };
                vm.collect(kind);
            }
        }
        assert_eq!(text(vm, now), expected);
        for i in 0..kept.get(vm).len() {
            let old = kept.get(vm).get_at(vm, i).and_then(|old| old.exact::<Str>()).unwrap();
            assert!(expected.starts_with(&text(vm, old)));
        }
    });
}

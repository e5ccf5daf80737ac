//! Calls of functions compiled by `rustc` with the C convention, both ways.

use crate::call::Call;
use crate::closure::{Closure, Pool};
use crate::types::{Aggregate, Scalar, Type};

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Debug)]
struct Mixed {
    a: i32,
    b: f32,
    c: f64,
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Debug)]
struct Large {
    words: [i64; 5],
}

fn int(i: i64) -> [u8; 8] {
    i.to_le_bytes()
}

fn bytes_of<T: Copy>(value: &T) -> Vec<u8> {
    // SAFETY: plain numbers without padding.
    unsafe { std::slice::from_raw_parts((&raw const *value).cast::<u8>(), size_of::<T>()) }.to_vec()
}

fn mixed_type() -> Type {
    let leaves = vec![(0, Scalar::I32), (4, Scalar::F32), (8, Scalar::F64)];
    Type::Aggregate(Aggregate { size: 16, align: 8, leaves })
}

fn large_type() -> Type {
    Type::Aggregate(Aggregate { size: 40, align: 8, leaves: (0..5).map(|i| (i * 8, Scalar::I64)).collect() })
}

extern "C" fn many(a: i64, b: f64, c: i8, d: u16, e: f32, f: i64, g: i64, h: i64, i: i64, j: f64) -> f64 {
    a as f64 + b + c as f64 + d as f64 + e as f64 + f as f64 + g as f64 + (h * 1000) as f64 + (i * 10000) as f64 + j
}

extern "C" fn change(mixed: Mixed, by: i32) -> Mixed {
    Mixed { a: mixed.a + by, b: mixed.b * 2.0, c: mixed.c + 0.5 }
}

extern "C" fn grow(mut large: Large, by: i64) -> Large {
    large.words.iter_mut().for_each(|word| *word += by);
    large
}

fn call(function: usize, args: &[(&Type, &[u8])], result: &Type) -> Vec<u8> {
    let mut call = Call::new(function, args, result).unwrap();
    // SAFETY: the tests give the types of the functions.
    unsafe { call.invoke() };
    call.result()
}

#[test]
fn scalars_go_to_registers_and_stack() {
    let (long, byte, half) = (Type::Scalar(Scalar::I64), Type::Scalar(Scalar::I8), Type::Scalar(Scalar::U16));
    let (double, float) = (Type::Scalar(Scalar::F64), Type::Scalar(Scalar::F32));
    let args: [(&Type, &[u8]); 10] = [
        (&long, &int(1)),
        (&double, &2.5f64.to_le_bytes()),
        (&byte, &[0xFF]),
        (&half, &[0xFF, 0xFF]),
        (&float, &0.25f32.to_le_bytes()),
        (&long, &int(5)),
        (&long, &int(6)),
        (&long, &int(7)),
        (&long, &int(8)),
        (&double, &100.0f64.to_le_bytes()),
    ];
    let result = call(many as *const () as usize, &args, &double);
    assert_eq!(f64::from_le_bytes(result.try_into().unwrap()), many(1, 2.5, -1, 0xFFFF, 0.25, 5, 6, 7, 8, 100.0));
}

#[test]
fn structures_go_by_value() {
    let by = Type::Scalar(Scalar::I32);
    let mixed = Mixed { a: 1, b: 2.0, c: 3.0 };
    let result =
        call(change as *const () as usize, &[(&mixed_type(), &bytes_of(&mixed)), (&by, &[9, 0, 0, 0])], &mixed_type());
    assert_eq!(result, bytes_of(&change(mixed, 9)));
    let large = Large { words: [1, 2, 3, 4, 5] };
    let long = Type::Scalar(Scalar::I64);
    let result =
        call(grow as *const () as usize, &[(&large_type(), &bytes_of(&large)), (&long, &int(7))], &large_type());
    assert_eq!(result, bytes_of(&grow(large, 7)));
}

#[test]
fn closures_are_functions() {
    let pool = Pool::default();
    let types = vec![mixed_type(), large_type(), Type::Scalar(Scalar::I8), Type::Scalar(Scalar::F64)];
    let body = Box::new(|args: &[Vec<u8>], result: &mut [u8]| {
        let a = i32::from_le_bytes(args[0][..4].try_into().unwrap());
        let last = i64::from_le_bytes(args[1][32..40].try_into().unwrap());
        let (byte, float) = (args[2][0] as i8, f64::from_le_bytes(args[3][..8].try_into().unwrap()));
        let sum = a as f64 + last as f64 + byte as f64 + float;
        result[..8].copy_from_slice(&sum.to_le_bytes());
    });
    let closure = Closure::new(&pool, types, Type::Scalar(Scalar::F64), body).unwrap();
    // SAFETY: the closure is a function of these types.
    let function: extern "C" fn(Mixed, Large, i8, f64) -> f64 = unsafe { std::mem::transmute(closure.address()) };
    let sum = function(Mixed { a: 5, b: 0.0, c: 0.0 }, Large { words: [0, 0, 0, 0, 40] }, -3, 0.5);
    assert_eq!(sum, 42.5);

    let body = Box::new(|args: &[Vec<u8>], result: &mut [u8]| result[..40].copy_from_slice(&args[0]));
    let same = Closure::new(&pool, vec![large_type()], large_type(), body).unwrap();
    // SAFETY: as above.
    let function: extern "C" fn(Large) -> Large = unsafe { std::mem::transmute(same.address()) };
    assert_eq!(function(Large { words: [9, 8, 7, 6, 5] }).words, [9, 8, 7, 6, 5]);
    let address = same.address();
    drop(same);
    let body = Box::new(|_: &[Vec<u8>], result: &mut [u8]| result[0] = 0x80);
    let next = Closure::new(&pool, Vec::new(), Type::Scalar(Scalar::I8), body).unwrap();
    assert_eq!(next.address(), address);
    // SAFETY: as above.
    let function: extern "C" fn() -> i8 = unsafe { std::mem::transmute(next.address()) };
    assert_eq!(function(), -128);
}

#[test]
fn long_doubles_use_the_x87() {
    let ty = Type::Scalar(Scalar::LongDouble);
    let pool = Pool::default();
    let body = Box::new(|args: &[Vec<u8>], result: &mut [u8]| result[..10].copy_from_slice(&args[1][..10]));
    let closure = Closure::new(&pool, vec![Type::Scalar(Scalar::I32), ty.clone()], ty.clone(), body).unwrap();
    let one_and_a_half = [0, 0, 0, 0, 0, 0, 0, 0xC0, 0xFF, 0x3F, 0, 0, 0, 0, 0, 0];
    let result = call(closure.address(), &[(&Type::Scalar(Scalar::I32), &[1, 0, 0, 0]), (&ty, &one_and_a_half)], &ty);
    assert_eq!(result[..10], one_and_a_half[..10]);
}

//! `itertools`: tools for iterators, one file per family.

use taipan_vm::gc::NativeLayout;
use taipan_vm::slots::{New, Next, Slots};
use taipan_vm::spec::{BASETYPE, MethodDef, ModuleSpec, TypeSpec, function};
use taipan_vm::types::iterators::self_iter;

pub mod accumulate;
pub mod batched;
pub mod chain;
pub mod combinations;
pub mod groupby;
pub mod infinite;
pub mod islice;
pub mod permutations;
pub mod product;
pub mod selection;
pub mod tee;
pub mod zip_longest;

/// The spec of an iterator type of the module.
const fn iterator_type(
    name: &'static str,
    layout: fn() -> &'static NativeLayout,
    new: New,
    next: Next,
    doc: &'static str,
) -> TypeSpec {
    TypeSpec {
        name,
        module: "itertools",
        layout: Some(layout),
        slots: Slots { new: Some(new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
        doc,
        flags: BASETYPE,
        ..TypeSpec::DEFAULT
    }
}

const FUNCTIONS: &[MethodDef] =
    &[function("tee(iterable, n=2, /)", tee::tee, "Returns a tuple of n independent iterators.")];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.\n\nInfinite iterators:\ncount(start=0, step=1) --> start, start+step, start+2*step, ...\ncycle(p) --> p0, p1, ... plast, p0, p1, ...\nrepeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times\n\nIterators terminating on the shortest input sequence:\naccumulate(p[, func]) --> p0, p0+p1, p0+p1+p2\nbatched(p, n) --> [p0, p1, ..., p_n-1], [p_n, p_n+1, ..., p_2n-1], ...\nchain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...\nchain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...\ncompress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...\ndropwhile(predicate, seq) --> seq[n], seq[n+1], starting when predicate fails\ngroupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)\nfilterfalse(predicate, seq) --> elements of seq where predicate(elem) is False\nislice(seq, [start,] stop [, step]) --> elements from\n       seq[start:stop:step]\npairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...\nstarmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...\ntee(it, n=2) --> (it1, it2 , ... itn) splits one iterator into n\ntakewhile(predicate, seq) --> seq[0], seq[1], until predicate fails\nzip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...\n\nCombinatoric generators:\nproduct(p, q, ... [repeat=1]) --> cartesian product\npermutations(p[, r])\ncombinations(p, r)\ncombinations_with_replacement(p, r)\n",
    functions: FUNCTIONS,
    types: &[
        &accumulate::TYPE,
        &batched::TYPE,
        &chain::TYPE,
        &combinations::TYPE,
        &selection::COMPRESS,
        &infinite::COUNT,
        &combinations::WITH_REPLACEMENT,
        &infinite::CYCLE,
        &selection::DROPWHILE,
        &selection::FILTERFALSE,
        &groupby::TYPE,
        &groupby::GROUPER,
        &islice::TYPE,
        &batched::PAIRWISE,
        &permutations::TYPE,
        &product::TYPE,
        &infinite::REPEAT,
        &selection::STARMAP,
        &selection::TAKEWHILE,
        &tee::TYPE,
        &tee::DATA,
        &zip_longest::TYPE,
    ],
    ..ModuleSpec::DEFAULT
};

//! Any bytes as source: they compile or are refused. The first byte chooses mode and optimisation.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taipan_compiler::{CompileOptions, compile_source};
use taipan_syntax::{Mode, ParseOptions};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, source)) = data.split_first() else { return };
    let mode = [Mode::Exec, Mode::Eval, Mode::Single][usize::from(choice % 3)];
    let options = CompileOptions { optimize: choice / 3 % 3, ..CompileOptions::default() };
    let _ = compile_source(source, "<fuzz>", mode, &ParseOptions::default(), options, None);
});

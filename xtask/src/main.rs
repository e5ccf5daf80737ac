//! Project tasks: `cargo xtask NAME`; each task is a module of the library beside this file.

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  tidy                                   check the rules of STYLE.md over all tracked files
  programs [--python EXE] [NAME...]      run tests/programs and compare with the recorded output
  programs --record-failures             the same, then rewrite tests/programs/expected_failures.txt
  bless --oracle PYTHON [NAME...]        rewrite the recorded output from a CPython 3.14
  conform --tests DIR [--python EXE] [--groups A,B] [--only M,N] [--jobs N] [--timeout S] [--failing]
                                         run CPython's regression suite, print the share per group
  conform --tests DIR --python CPYTHON --make-reference [--only M,N]
                                         record what CPython itself passes
  conform --tests DIR --python CPYTHON --make-details [--only M,N]
                                         record which of these it skips under another name
  stress [--python EXE] [--options LIST] [--tests DIR [--groups A,B] [--only M,N]] [--jobs N] [NAME...]
                                         run the programs, and the suite's groups language and types, with and without
                                         hostile options of the heap (gcstress=1000 gcpoison gcverify); print differences
  startup-order --program P CALLGRIND...  rewrite crates/taipan-cli/startup.ld from recorded starts
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = args.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let outcome = match task.as_str() {
        "tidy" => xtask::tidy::main(),
        "programs" => xtask::programs::main(rest),
        "bless" => xtask::programs::bless(rest),
        "conform" => xtask::conform::main(rest),
        "stress" => xtask::stress::main(rest),
        "startup-order" => xtask::startup_order::main(rest),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

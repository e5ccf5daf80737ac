//! The -X options of the heap: policy, limit, log, and the modes that look for bugs.

use taipan::vm::heap::{Fit, HeapConfig, Policy};

/// What the options say beside the heap's configuration.
#[derive(Clone, Debug, Default)]
pub struct MemoryOptions {
    pub heap: HeapConfig,
    /// `-X gcfail`: which allocation of the program itself fails.
    pub fail_at: Option<u64>,
    /// `-X tracemalloc`: frames kept for each traced block.
    pub trace_frames: Option<usize>,
    fit: Fit,
}

/// The environment variable that holds such options, separated by blanks: child processes obey it too.
pub const VARIABLE: &str = "TAIPANXOPTIONS";

/// The options' help, for `--help-xoptions`.
pub const HELP: &str = "\
-X gc=generational|copying|marksweep
         how memory is managed: a nursery and old space (default), moving
         everything at each collection, or moving nothing
-X gcfit=first|best|worst
         which gap of the free lists a new object takes (gc=marksweep)
-X gclog : print a line about each collection to stderr
-X gcnursery=SIZE
         largest size of the nursery (default 4M)
-X memory=SIZE
         most memory the program's data may take; beyond it, MemoryError
-X gcstress=N[,M]
         collect at each N-th allocation, fully at each M-th of these (8)
-X gcmove: move everything that is not pinned at each full collection
-X gcverify[=SIZE]
         check the heap before and after each collection: all of it up to
         SIZE (16M), a larger one after full collections only, else in turn
-X gcpoison
         overwrite freed memory
-X gcfail=N
         let the N-th allocation of the program fail
-X tracemalloc[=N]
         trace memory blocks with tracebacks of N frames from the start (1)
         SIZE is a number of bytes, or one of K, M, G, T after it. TAIPANXOPTIONS
         may hold options as they follow -X, separated by blanks.
";

/// Applies one option. `Ok(false)`: it is none of these.
///
/// # Errors
/// What is wrong with its value.
pub fn apply(options: &mut MemoryOptions, name: &str, value: Option<&str>) -> Result<bool, String> {
    let wrong = |expected: &str| Err(format!("-X {name}: {expected} expected"));
    match name {
        "gc" => {
            options.heap.policy = match value {
                Some("generational") => Policy::Generational,
                Some("copying") => Policy::Copying,
                Some("marksweep") => Policy::MarkSweep(options.fit),
                _ => return wrong("generational, copying or marksweep"),
            }
        }
        "gcfit" => {
            options.fit = match value {
                Some("first") => Fit::First,
                Some("best") => Fit::Best,
                Some("worst") => Fit::Worst,
                _ => return wrong("first, best or worst"),
            };
            if let Policy::MarkSweep(fit) = &mut options.heap.policy {
                *fit = options.fit;
            }
        }
        "gclog" => options.heap.log = true,
        "gcnursery" => match value.and_then(size) {
            Some(bytes) if bytes >= 32 << 10 => {
                options.heap.nursery_max = bytes;
                options.heap.nursery_start = options.heap.nursery_start.min(bytes);
            }
            _ => return wrong("a size of at least 32K"),
        },
        "memory" => match value.and_then(size) {
            Some(bytes) if bytes >= LEAST_MEMORY => options.heap.limit = bytes,
            _ => return wrong("a size of at least 8M"),
        },
        "gcstress" => match value.and_then(pair) {
            Some((every, major)) => {
                options.heap.stress_every = Some(every);
                options.heap.stress_major_every = Some(major);
            }
            None => return wrong("N or N,M"),
        },
        "gcmove" => options.heap.move_everything = true,
        "gcverify" => {
            match value.map(size) {
                Some(None) => return wrong("a size"),
                Some(Some(bytes)) => options.heap.verify_whole = bytes,
                None => {}
            }
            options.heap.verify = true;
        }
        "gcpoison" => options.heap.poison = true,
        "gcfail" => match value.and_then(|text| text.parse().ok()).filter(|n| *n > 0) {
            Some(n) => options.fail_at = Some(n),
            None => return wrong("a number"),
        },
        "tracemalloc" => match value.unwrap_or("1").parse() {
            Ok(0) => options.trace_frames = None,
            Ok(n) if n < 1 << 16 => options.trace_frames = Some(n),
            _ => return Err("-X tracemalloc=NFRAME: invalid number of frames".to_owned()),
        },
        _ => return Ok(false),
    }
    Ok(true)
}

/// Below this not even the library starts.
const LEAST_MEMORY: usize = 8 << 20;

/// A number of bytes with a unit.
fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

/// `N` or `N,M`, neither 0.
fn pair(text: &str) -> Option<(u32, u32)> {
    let (every, major) = text.split_once(',').unwrap_or((text, "8"));
    let (every, major) = (every.parse().ok()?, major.parse().ok()?);
    (every > 0 && major > 0).then_some((every, major))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(list: &[(&str, Option<&str>)]) -> Result<MemoryOptions, String> {
        let mut options = MemoryOptions::default();
        for (name, value) in list {
            assert!(apply(&mut options, name, *value)?, "{name} is known");
        }
        Ok(options)
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("100", Some(100)), ("64K", Some(65536)), ("3mb", Some(3 << 20)), ("2G", Some(2 << 30))] {
            assert_eq!(size(text), bytes, "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "10X", "99999999999T"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_policy_and_fit_does_not_matter() {
        for list in [[("gc", "marksweep"), ("gcfit", "best")], [("gcfit", "best"), ("gc", "marksweep")]] {
            let options = applied(&list.map(|(name, value)| (name, Some(value)))).unwrap();
            assert_eq!(options.heap.policy, Policy::MarkSweep(Fit::Best));
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        for (name, value) in [
            ("gc", Some("fast")),
            ("gc", None),
            ("gcfit", Some("next")),
            ("memory", Some("10")),
            ("memory", None),
            ("gcstress", Some("0")),
            ("gcstress", Some("5,0")),
            ("gcfail", Some("x")),
            ("gcverify", Some("x")),
            ("tracemalloc", Some("-1")),
        ] {
            assert!(applied(&[(name, value)]).is_err(), "{name}={value:?}");
        }
        assert_eq!(apply(&mut MemoryOptions::default(), "importtime", None), Ok(false));
        let stress = applied(&[("gcstress", Some("1000"))]).unwrap().heap;
        assert_eq!((stress.stress_every, stress.stress_major_every), (Some(1000), Some(8)));
    }
}

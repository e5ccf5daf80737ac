//! Runs a program in a scratch folder with a fixed environment and makes its output comparable.

use super::case::{Case, Step};
use super::mask;
use crate::process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a program did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its standard output; several commands are set apart by `$ arguments` lines.
    pub stdout: String,
    /// Its standard error, in the same form.
    pub stderr: String,
    /// A wrong exit code or a time-out.
    pub trouble: Option<String>,
}

/// A fresh folder that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, String> {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("taipan-programs-{}-{serial}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        path.canonicalize().map(Scratch).map_err(|error| error.to_string())
    }
}

static SERIAL: AtomicU64 = AtomicU64::new(0);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs all commands of `case`; stops at the first that ends in a way that is not recorded.
pub fn run_case(case: &Case, python: &Path) -> Result<Outcome, String> {
    let scratch = Scratch::new()?;
    let python = python.canonicalize().map_err(|error| format!("{}: {error}", python.display()))?;
    let names = [
        (case.folder.display().to_string(), "$DIR"),
        (scratch.0.display().to_string(), "$TMP"),
        (python.display().to_string(), "$PYTHON"),
    ];
    let mut outcome = Outcome::default();
    for step in &case.steps {
        let mut command = command(case, step, &python, &scratch.0, &names);
        let done = process::run(&mut command, step.stdin.as_bytes(), Duration::from_secs(case.timeout))
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let text = |bytes: &[u8]| {
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            for (path, name) in &names {
                text = text.replace(path, name);
            }
            if case.mask_addresses {
                text = mask::addresses(&text);
            }
            if case.mask_times { mask::times(&text) } else { text }
        };
        if case.steps.len() > 1 {
            let title = format!("$ {}\n", step.args.join(" "));
            outcome.stdout.push_str(&title);
            outcome.stderr.push_str(&title);
        }
        outcome.stdout.push_str(&text(&done.stdout));
        outcome.stderr.push_str(&text(&done.stderr));
        if done.code != Some(step.exit) {
            let last = outcome.stderr.lines().last().unwrap_or("");
            outcome.trouble = Some(match done.code {
                None => format!("no end after {} s", case.timeout),
                Some(code) => format!("exit code {code} instead of {}; last of stderr: {last}", step.exit),
            });
            break;
        }
    }
    Ok(outcome)
}

fn command(case: &Case, step: &Step, python: &Path, scratch: &Path, names: &[(String, &str)]) -> Command {
    let mut command = Command::new(python);
    let named = |text: &String| names.iter().fold(text.clone(), |text, (path, name)| text.replace(name, path));
    command.args(step.args.iter().map(named));
    command.current_dir(scratch).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    // How memory is managed is the caller's choice: no result may depend on it.
    if let Some(options) = std::env::var_os("TAIPANXOPTIONS") {
        command.env("TAIPANXOPTIONS", options);
    }
    command.envs([
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONUTF8", "1"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        ("TERM", "dumb"),
        ("NO_COLOR", "1"),
        ("COLUMNS", "80"),
        ("LINES", "24"),
    ]);
    command.env("HOME", scratch).env("TMPDIR", scratch);
    command.envs(case.env.iter().map(|(name, value)| (name, named(value))));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(toml: &str) -> Outcome {
        let case = Case::parse("p", Path::new("/no-such-folder"), toml).unwrap();
        run_case(&case, Path::new("/bin/sh")).unwrap()
    }

    #[test]
    fn steps_share_a_scratch_folder_that_is_not_named() {
        let outcome = shell("[[run]]\nargs = ['-c', 'pwd; echo hi > f']\n[[run]]\nargs = ['-c', 'cat f']");
        assert_eq!(outcome.trouble, None);
        assert!(
            outcome.stdout.contains("\n$TMP\n") && outcome.stdout.ends_with("$ -c cat f\nhi\n"),
            "{}",
            outcome.stdout
        );
    }

    #[test]
    fn a_wrong_exit_code_is_trouble() {
        assert!(shell("args = ['-c', 'exit 3']").trouble.unwrap().contains("exit code 3 instead of 0"));
        assert_eq!(shell("args = ['-c', 'exit 3']\nexit = 3").trouble, None);
    }

    #[test]
    fn a_hang_is_trouble() {
        assert!(shell("args = ['-c', 'sleep 20']\ntimeout = 0").trouble.unwrap().contains("no end"));
    }
}

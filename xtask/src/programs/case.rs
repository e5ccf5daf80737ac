//! How one program is run: `NAME.toml`.
//!
//! ```toml
//! args = ["-m", "json.tool", "$DIR/data/x.json"]  # default: ["$DIR/NAME.py"]
//! stdin = "typed text"                            # default: nothing
//! exit = 1                                        # default: 0
//! stderr = true                                   # standard error is recorded too
//! timeout = 120                                   # seconds, default 60
//! mask = ["times", "addresses"]                   # durations read `<time>`, hexadecimal addresses `0x<address>`
//! env = { NAME = "value" }                        # `$DIR` and `$TMP` stand for folders here, too
//! [[run]]                                         # several commands instead of one, in the same scratch folder
//! args = ["-m", "zipfile", "-l", "x.zip"]
//! ```

use std::path::{Path, PathBuf};

/// One command line of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Arguments after the interpreter; `$DIR` and `$TMP` stand for folders.
    pub args: Vec<String>,
    /// Text for standard input.
    pub stdin: String,
    /// The exit code it must have.
    pub exit: i32,
}

/// One program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Name, which is the stem of its files.
    pub name: String,
    /// Folder of its files.
    pub folder: PathBuf,
    /// Commands, run one after the other.
    pub steps: Vec<Step>,
    /// Environment beside the fixed one.
    pub env: Vec<(String, String)>,
    /// Whether standard error is compared.
    pub stderr: bool,
    /// Whether durations are masked in the output.
    pub mask_times: bool,
    /// Whether addresses of objects are masked in the output.
    pub mask_addresses: bool,
    /// Seconds for each command.
    pub timeout: u64,
}

impl Case {
    /// All programs of `folder`, by name. One without a description would never run: that is an error.
    pub fn load_all(folder: &Path) -> Result<Vec<Case>, String> {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut cases = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|end| end == "py") && !path.with_extension("toml").exists() {
                return Err(format!("{}: never runs, as no file of that name ends in .toml", path.display()));
            }
            let (Some(stem), Some("toml")) =
                (path.file_stem().and_then(|s| s.to_str()), path.extension().and_then(|s| s.to_str()))
            else {
                continue;
            };
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            cases.push(Case::parse(stem, folder, &text).map_err(|error| format!("{}: {error}", path.display()))?);
        }
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    /// Reads the description of program `name`. Unknown keys are errors.
    pub fn parse(name: &str, folder: &Path, text: &str) -> Result<Case, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let mut case = Case {
            name: name.to_string(),
            folder: folder.to_path_buf(),
            steps: Vec::new(),
            env: Vec::new(),
            stderr: false,
            mask_times: false,
            mask_addresses: false,
            timeout: 60,
        };
        let mut own = toml::Table::new();
        for (key, value) in &table {
            let bad = || format!("`{key}` has the wrong type");
            match key.as_str() {
                "stderr" => case.stderr = value.as_bool().ok_or_else(bad)?,
                "timeout" => {
                    case.timeout = value.as_integer().and_then(|n| u64::try_from(n).ok()).ok_or_else(bad)?;
                }
                "mask" => {
                    let list = value.as_array().ok_or_else(bad)?;
                    for item in list {
                        match item.as_str() {
                            Some("times") => case.mask_times = true,
                            Some("addresses") => case.mask_addresses = true,
                            _ => return Err("`mask` knows \"times\" and \"addresses\"".to_string()),
                        }
                    }
                }
                "env" => {
                    for (name, value) in value.as_table().ok_or_else(bad)? {
                        case.env.push((name.clone(), value.as_str().ok_or_else(bad)?.to_string()));
                    }
                }
                "run" => {
                    for run in value.as_array().ok_or_else(bad)? {
                        case.steps.push(step(run.as_table().ok_or_else(bad)?)?);
                    }
                }
                _ => drop(own.insert(key.clone(), value.clone())),
            }
        }
        if case.steps.is_empty() {
            let mut only = step(&own)?;
            if only.args.is_empty() {
                only.args = vec![format!("$DIR/{name}.py")];
            }
            case.steps.push(only);
        } else if let Some(key) = own.keys().next() {
            return Err(format!("`{key}` beside [[run]]"));
        }
        Ok(case)
    }

    /// The file `NAME.kind`.
    pub fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }
}

fn step(table: &toml::Table) -> Result<Step, String> {
    let mut step = Step::default();
    for (key, value) in table {
        let bad = || format!("`{key}` has the wrong type");
        match key.as_str() {
            "args" => {
                for arg in value.as_array().ok_or_else(bad)? {
                    step.args.push(arg.as_str().ok_or_else(bad)?.to_string());
                }
            }
            "stdin" => step.stdin = value.as_str().ok_or_else(bad)?.to_string(),
            "exit" => step.exit = value.as_integer().and_then(|n| i32::try_from(n).ok()).ok_or_else(bad)?,
            _ => return Err(format!("unknown key `{key}`")),
        }
    }
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Case, String> {
        Case::parse("p", Path::new("/x"), text)
    }

    #[test]
    fn an_empty_file_runs_the_script() {
        let case = parse("").unwrap();
        assert_eq!(case.steps, [Step { args: vec!["$DIR/p.py".to_string()], ..Step::default() }]);
        assert_eq!((case.timeout, case.stderr), (60, false));
        assert_eq!(case.path("out"), Path::new("/x/p.out"));
    }

    #[test]
    fn all_keys_are_read() {
        let case =
            parse("exit = 3\nstdin = 'a'\nstderr = true\nmask = ['times']\ntimeout = 9\nenv = { A = 'b' }").unwrap();
        assert_eq!((case.steps[0].exit, case.steps[0].stdin.as_str()), (3, "a"));
        assert!(case.stderr && case.mask_times);
        assert_eq!(case.env, [("A".to_string(), "b".to_string())]);
        let two = parse("[[run]]\nargs = ['-V']\n[[run]]\nargs = ['x']\nexit = 1").unwrap();
        assert_eq!(two.steps.len(), 2);
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["exti = 1", "exit = 'a'", "mask = ['x']", "args = 'x'", "stdin = 'a'\n[[run]]\nargs = []", "["] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

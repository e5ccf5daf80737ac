//! Command-line options of the tasks: `--name value`, `--flag`, and plain words.

use std::collections::BTreeMap;

/// Parsed options; unknown names are an error, so that a typo is never ignored.
#[derive(Debug, Default)]
pub struct Options {
    values: BTreeMap<String, String>,
    flags: Vec<String>,
    /// The words that are no options.
    pub words: Vec<String>,
}

impl Options {
    /// Parses `args`; `valued` take the next word, `flags` take none.
    pub fn parse(args: &[String], valued: &[&str], flags: &[&str]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.strip_prefix("--") {
                None => options.words.push(arg.clone()),
                Some(name) if flags.contains(&name) => options.flags.push(name.to_string()),
                Some(name) if valued.contains(&name) => {
                    let value = rest.next().ok_or_else(|| format!("--{name} needs a value"))?;
                    options.values.insert(name.to_string(), value.clone());
                }
                Some(name) => return Err(format!("unknown option --{name}")),
            }
        }
        Ok(options)
    }

    /// The value of option `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The comma-separated value of option `name`; empty when it is absent.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.value(name).unwrap_or("").split(',').filter(|s| !s.is_empty()).map(str::to_string).collect()
    }

    /// The number given by option `name`, or `default`.
    pub fn number(&self, name: &str, default: u64) -> Result<u64, String> {
        match self.value(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("--{name}: not a number: {text}")),
        }
    }

    /// Whether flag `name` was given.
    pub fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_string).collect()
    }

    #[test]
    fn options_flags_and_words_are_told_apart() {
        let options = Options::parse(&words("one --jobs 3 --failing two"), &["jobs"], &["failing"]).unwrap();
        assert_eq!(options.words, ["one", "two"]);
        assert_eq!(options.number("jobs", 2), Ok(3));
        assert_eq!(options.number("timeout", 9), Ok(9));
        assert!(options.flag("failing") && !options.flag("other"));
    }

    #[test]
    fn mistakes_are_refused() {
        assert!(Options::parse(&words("--nope"), &["jobs"], &[]).unwrap_err().contains("--nope"));
        assert!(Options::parse(&words("--jobs"), &["jobs"], &[]).unwrap_err().contains("needs a value"));
        let options = Options::parse(&words("--jobs x"), &["jobs"], &[]).unwrap();
        assert!(options.number("jobs", 1).is_err());
    }
}

//! The command line and the environment variables of the program, as CPython reads them.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use taipan::vm::settings::Settings;

use crate::memory_options::{self, MemoryOptions};

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// `-c`
    Command(Vec<u8>),
    /// `-m`
    Module(String),
    /// A file, folder or archive.
    File(Vec<u8>),
    /// Standard input.
    Stdin,
}

/// What the command line says.
#[derive(Debug)]
pub struct Options {
    pub source: Source,
    pub settings: Settings,
    pub optimize: u8,
    pub hash_seed: Option<u32>,
    pub memory: MemoryOptions,
    /// The program ends after this text is printed.
    pub answer: Option<String>,
    pub skip_first_line: bool,
    /// `PYTHONSTARTUP`: what an interactive session runs first.
    pub startup: Option<Vec<u8>>,
    /// `PYTHON_BASIC_REPL`: no line editing.
    pub basic_repl: bool,
}

/// A wrong command line: what to print, and the exit status.
#[derive(Debug)]
pub struct Refusal(pub String, pub i32);

const USAGE: &str = "usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...";

/// The value of an environment variable, `None` when it is absent or empty.
type Environment<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// Reads the command line.
pub fn read(args: Vec<OsString>, environment: Environment<'_>, executable: Vec<u8>) -> Result<Options, Refusal> {
    let args: Vec<Vec<u8>> = args.into_iter().map(OsString::into_vec).collect();
    let program = args.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    let mut settings = Settings { orig_argv: args.clone(), executable, ..Settings::default() };
    let mut options = Options {
        source: Source::Stdin,
        settings: Settings::default(),
        optimize: 0,
        hash_seed: None,
        memory: MemoryOptions::default(),
        answer: None,
        skip_first_line: false,
        startup: None,
        basic_repl: false,
    };
    let usage = |message: String| {
        let hint = "Try `python -h' for more information.";
        Refusal(format!("{message}\n{}\n{hint}\n", USAGE.replace("{program}", &program)), 2)
    };
    let mut versions = 0;
    let mut warnings = Vec::new();
    let mut x_options: Vec<String> = Vec::new();
    let mut hash_random = false;
    let mut at = 1;
    let mut rest_from = args.len();
    let mut chosen = None;
    'arguments: while at < args.len() {
        let arg = String::from_utf8_lossy(&args[at]).into_owned();
        if arg == "-" || !arg.starts_with('-') {
            rest_from = at;
            break;
        }
        if arg == "--" {
            rest_from = at + 1;
            break;
        }
        if let Some(long) = arg.strip_prefix("--") {
            match long {
                "help-xoptions" => options.answer = Some(help_x()),
                "help" => options.answer = Some(help(&program)),
                "version" => versions += 1,
                "check-hash-based-pycs" => {
                    at += 1;
                    let value = args.get(at).map(|value| String::from_utf8_lossy(value).into_owned());
                    match value.as_deref() {
                        Some("always") => settings.check_hash_based_pycs = "always",
                        Some("default") => settings.check_hash_based_pycs = "default",
                        Some("never") => settings.check_hash_based_pycs = "never",
                        Some(_) => {
                            let message = "--check-hash-based-pycs must be one of 'default', 'always', or 'never'";
                            return Err(usage(message.to_owned()));
                        }
                        None => {
                            return Err(usage("Argument expected for the --check-hash-based-pycs options".to_owned()));
                        }
                    }
                }
                _ => return Err(usage(format!("Unknown option: {arg}"))),
            }
            at += 1;
            continue;
        }
        for (place, letter) in arg[1..].char_indices() {
            let mut value = || -> Result<String, Refusal> {
                let attached = &arg[1 + place + letter.len_utf8()..];
                if !attached.is_empty() {
                    return Ok(attached.to_owned());
                }
                at += 1;
                match args.get(at) {
                    Some(value) => Ok(String::from_utf8_lossy(value).into_owned()),
                    None => Err(usage(format!("Argument expected for the -{letter} option"))),
                }
            };
            match letter {
                'c' => {
                    let attached = &args[at][1 + place + 1..];
                    let command = match (attached.is_empty(), args.get(at + 1)) {
                        (false, _) => attached.to_vec(),
                        (true, Some(command)) => {
                            at += 1;
                            command.clone()
                        }
                        (true, None) => return Err(usage("Argument expected for the -c option".to_owned())),
                    };
                    chosen = Some(Source::Command(command));
                    rest_from = at + 1;
                    break 'arguments;
                }
                'm' => {
                    chosen = Some(Source::Module(value()?));
                    rest_from = at + 1;
                    break 'arguments;
                }
                'W' => {
                    warnings.push(value()?);
                    break;
                }
                'X' => {
                    x_options.push(value()?);
                    break;
                }
                'b' => settings.bytes_warning += 1,
                'B' => settings.dont_write_bytecode = true,
                'd' => settings.debug += 1,
                'E' => settings.ignore_environment = true,
                'h' | '?' => options.answer = Some(help(&program)),
                'i' => {
                    settings.inspect = true;
                    settings.interactive = true;
                }
                'I' => {
                    settings.isolated = true;
                    settings.ignore_environment = true;
                    settings.no_user_site = true;
                    settings.safe_path = true;
                }
                'O' => options.optimize = (options.optimize + 1).min(2),
                'P' => settings.safe_path = true,
                'q' => settings.quiet = true,
                'R' => hash_random = true,
                's' => settings.no_user_site = true,
                'S' => settings.no_site = true,
                'u' => settings.unbuffered = true,
                'v' => settings.verbose += 1,
                'V' => versions += 1,
                'x' => options.skip_first_line = true,
                't' | 'T' => {}
                _ => return Err(usage(format!("Unknown option: -{letter}"))),
            }
        }
        at += 1;
    }
    if versions > 0 {
        options.answer = Some("Python 3.14.10 (Taipan)\n".to_owned());
    }
    let rest = args.get(rest_from..).unwrap_or(&[]);
    options.source = match chosen {
        Some(source) => {
            let name: &[u8] = if matches!(source, Source::Command(_)) { b"-c" } else { b"-m" };
            settings.argv = std::iter::once(name.to_vec()).chain(rest.iter().cloned()).collect();
            source
        }
        None => {
            settings.argv = if rest.is_empty() { vec![Vec::new()] } else { rest.to_vec() };
            match rest.first() {
                Some(name) if name != b"-" => Source::File(name.clone()),
                _ => Source::Stdin,
            }
        }
    };
    let variable = |name: &str| if settings.ignore_environment { None } else { environment(name) };
    let text = |name: &str| variable(name).map(|value| String::from_utf8_lossy(&value).into_owned());
    let number = |name: &str| text(name).map(|value| value.trim().parse::<u8>().unwrap_or(1));
    let fatal = |function: &str, message: &str| {
        let state = "Python runtime state: preinitialized";
        Refusal(format!("Fatal Python error: {function}: {message}\n{state}\n\n"), 1)
    };
    let mut changed = settings.clone();
    options.startup = variable("PYTHONSTARTUP");
    options.basic_repl = variable("PYTHON_BASIC_REPL").is_some();
    if let Some(level) = number("PYTHONOPTIMIZE") {
        options.optimize = options.optimize.max(level.min(2));
    }
    changed.debug = changed.debug.max(number("PYTHONDEBUG").unwrap_or(0)).min(1);
    changed.verbose = changed.verbose.max(number("PYTHONVERBOSE").unwrap_or(0));
    changed.inspect |= variable("PYTHONINSPECT").is_some();
    changed.unbuffered |= variable("PYTHONUNBUFFERED").is_some();
    changed.code_debug_ranges = variable("PYTHONNODEBUGRANGES").is_none();
    changed.dont_write_bytecode |= variable("PYTHONDONTWRITEBYTECODE").is_some();
    changed.no_user_site |= variable("PYTHONNOUSERSITE").is_some();
    changed.safe_path |= variable("PYTHONSAFEPATH").is_some();
    changed.dev_mode = variable("PYTHONDEVMODE").is_some();
    changed.fault_handler = variable("PYTHONFAULTHANDLER").is_some();
    changed.warn_default_encoding = variable("PYTHONWARNDEFAULTENCODING").is_some();
    changed.utf8_mode = text("PYTHONUTF8").as_deref() == Some("1");
    changed.pycache_prefix = variable("PYTHONPYCACHEPREFIX");
    changed.home = variable("PYTHONHOME");
    changed.platlibdir = text("PYTHONPLATLIBDIR").unwrap_or(changed.platlibdir);
    if let Some(path) = variable("PYTHONPATH") {
        changed.python_path = path.split(|byte| *byte == b':').map(<[u8]>::to_vec).collect();
    }
    if let Some(encoding) = text("PYTHONIOENCODING") {
        let (encoding, errors) = encoding.split_once(':').unwrap_or((encoding.as_str(), ""));
        let given = |part: &str| if part.is_empty() { None } else { Some(part.to_owned()) };
        changed.io_encoding = (given(encoding), given(errors));
    }
    let seed = text("PYTHONHASHSEED").filter(|_| !hash_random);
    options.hash_seed = match seed.as_deref() {
        None | Some("random") => None,
        Some(text) => match text.parse::<u32>() {
            Ok(seed) => Some(seed),
            Err(_) => {
                let message = "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]";
                return Err(fatal("config_init_hash_seed", message));
            }
        },
    };
    changed.hash_randomization = options.hash_seed != Some(0);
    let mut import_time = text("PYTHONPROFILEIMPORTTIME").map(|value| ("PYTHONPROFILEIMPORTTIME", value));
    let mut cpu_count = text("PYTHON_CPU_COUNT");
    let mut digits = text("PYTHONINTMAXSTRDIGITS").map(|value| ("PYTHONINTMAXSTRDIGITS", value));
    let memory_option = |memory: &mut MemoryOptions, name: &str, value: Option<&str>| {
        memory_options::apply(memory, name, value)
            .map_err(|message| Refusal(format!("Fatal Python error: config_read_memory: {message}\n"), 1))
    };
    for option in text(memory_options::VARIABLE).unwrap_or_default().split_ascii_whitespace() {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        memory_option(&mut options.memory, name, value)?;
    }
    if let Some(frames) = text("PYTHONTRACEMALLOC") {
        memory_options::apply(&mut options.memory, "tracemalloc", Some(&frames)).map_err(|_| {
            let message = "PYTHONTRACEMALLOC: invalid number of frames";
            Refusal(format!("Fatal Python error: config_init_tracemalloc: {message}\n"), 1)
        })?;
    }
    for option in x_options {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (option, None),
        };
        memory_option(&mut options.memory, &name, value.as_deref())?;
        match (name.as_str(), value.as_deref()) {
            ("dev", _) => changed.dev_mode = true,
            ("faulthandler", _) => changed.fault_handler = true,
            ("utf8", value) => changed.utf8_mode = value != Some("0"),
            ("warn_default_encoding", _) => changed.warn_default_encoding = true,
            ("no_debug_ranges", _) => changed.code_debug_ranges = false,
            ("implementation", Some(name)) if !name.is_empty() => changed.implementation = name.to_owned(),
            ("implementation", _) => {
                return Err(fatal("config_init_implementation", "-X implementation=NAME: NAME is missing"));
            }
            ("dump_registers", name) => changed.dump_registers = Some(name.unwrap_or("").to_owned()),
            ("importtime", value) => import_time = Some(("-X importtime", value.unwrap_or("").to_owned())),
            ("pycache_prefix", prefix) => {
                changed.pycache_prefix =
                    prefix.filter(|prefix| !prefix.is_empty()).map(|prefix| prefix.as_bytes().to_vec());
            }
            ("int_max_str_digits", value) => {
                digits = Some(("-X int_max_str_digits", value.unwrap_or("").to_owned()));
            }
            ("cpu_count", value) => cpu_count = Some(value.unwrap_or("").to_owned()),
            _ => {}
        }
        changed.x_options.push((name, value));
    }
    if let Some((source, value)) = digits {
        match value.trim().parse::<usize>() {
            Ok(limit) if limit == 0 || limit >= 640 => changed.int_max_str_digits = Some(limit),
            _ => {
                let message = format!("{source}: invalid limit; must be >= 640 or 0 for unlimited.");
                return Err(fatal("config_init_int_max_str_digits", &message));
            }
        }
    }
    if let Some((source, value)) = import_time {
        changed.import_time = match value.trim().parse::<i64>() {
            Ok(level @ 0..=2) => level as u8,
            Ok(_) => {
                let numeric = if source.starts_with('-') { "" } else { "numeric " };
                let message = format!("{source}: {numeric}values other than 1 and 2 are reserved for future use.");
                return Err(fatal("config_init_import_time", &message));
            }
            Err(_) => 1,
        };
    }
    if let Some(value) = cpu_count.filter(|value| value != "default") {
        changed.cpu_count = match value.parse::<usize>() {
            Ok(count) if count > 0 && count <= i32::MAX as usize => Some(count),
            _ => {
                let message = "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0";
                return Err(fatal("config_init_cpu_count", message));
            }
        };
    }
    let mut warn_options = Vec::new();
    if changed.dev_mode {
        changed.fault_handler = true;
        warn_options.push("default".to_owned());
    }
    if let Some(from_environment) = text("PYTHONWARNINGS") {
        warn_options.extend(from_environment.split(',').map(str::to_owned));
    }
    warn_options.extend(warnings);
    match changed.bytes_warning {
        0 => {}
        1 => warn_options.push("default::BytesWarning".to_owned()),
        _ => warn_options.push("error::BytesWarning".to_owned()),
    }
    changed.warn_options = warn_options;
    options.settings = changed;
    Ok(options)
}

fn help_x() -> String {
    format!(
        "\
The following implementation-specific options are available:
-X cpu_count=N|default
         override the number of processors the program sees
-X dev : enable the development mode
-X faulthandler: write tracebacks at fatal signals (PYTHONFAULTHANDLER=x)
-X dump_registers[=NAME]
         print the register code of code objects when they first run: of the
         qualified name NAME, or of all that is not the library's
-X implementation=NAME
         what sys.implementation.name says, for programs that ask for cpython
-X importtime
         report how long each import takes
-X int_max_str_digits=N
         limit the length of conversions between int and str (0: no limit)
-X no_debug_ranges
         leave columns out of code objects
-X pycache_prefix=PATH
         put .pyc files in a tree of its own
-X utf8[=0|1]
         enable or disable the UTF-8 mode
-X warn_default_encoding
         warn where the locale's encoding is used unasked
{}",
        memory_options::HELP
    )
}

fn help(program: &str) -> String {
    let mut text = USAGE.replace("{program}", program);
    text.push_str(
        "
Options (and corresponding environment variables):
-b     : warn about comparisons of bytes with str or int (-bb: error)
-B     : write no .pyc files on import (PYTHONDONTWRITEBYTECODE=x)
-c cmd : run the program given as text; ends the options
-E     : take no notice of PYTHON* environment variables
-h     : print this text and end (also -? and --help)
-i     : go on interactively after the program (PYTHONINSPECT=x)
-I     : isolate from the environment and the user's folders (implies -E, -P and -s)
-m mod : run a library module as a program; ends the options
-O     : remove assert statements (PYTHONOPTIMIZE=x)
-OO    : remove docstrings, too
-P     : put no possibly unsafe folder before sys.path (PYTHONSAFEPATH)
-q     : print no version and copyright in interactive mode
-s     : leave the user's site folder off sys.path (PYTHONNOUSERSITE=x)
-S     : do not import 'site'
-u     : do not buffer stdout and stderr (PYTHONUNBUFFERED=x)
-v     : report imports (PYTHONVERBOSE=x)
-V     : print the version and end (also --version)
-W arg : control warnings; arg is action:message:category:module:lineno (PYTHONWARNINGS=arg)
-x     : skip the first line of the source
-X opt : set an option of the implementation (--help-xoptions lists them)
--check-hash-based-pycs always|default|never:
         which .pyc files with a hash are compared with their sources
file   : run the program in that file
-      : run the program on standard input (default; interactive if it is a terminal)
arg ...: arguments for the program in sys.argv[1:]
",
    );
    text
}

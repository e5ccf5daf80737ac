//! `Settings`: what the command line and the environment variables ask of an interpreter (CPython's `PyConfig`).

/// The settings that Python code can see or feel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `sys.argv`.
    pub argv: Vec<Vec<u8>>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<Vec<u8>>,
    /// `sys.executable`.
    pub executable: Vec<u8>,
    /// `sys.warnoptions`.
    pub warn_options: Vec<String>,
    /// `sys._xoptions`: name and value, `None` for `True`.
    pub x_options: Vec<(String, Option<String>)>,
    /// Folders put before the library on `sys.path`.
    pub python_path: Vec<Vec<u8>>,
    /// A library folder to use instead of the packed one.
    pub home: Option<Vec<u8>>,
    pub debug: u8,
    pub inspect: bool,
    pub interactive: bool,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub quiet: bool,
    /// `PYTHONHASHSEED` is not `0`.
    pub hash_randomization: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub warn_default_encoding: bool,
    pub safe_path: bool,
    pub int_max_str_digits: Option<usize>,
    pub unbuffered: bool,
    /// `PYTHONIOENCODING`: encoding and error handler.
    pub io_encoding: (Option<String>, Option<String>),
    pub code_debug_ranges: bool,
    pub pycache_prefix: Option<Vec<u8>>,
    pub cpu_count: Option<usize>,
    pub platlibdir: String,
    pub install_signal_handlers: bool,
    /// Report fatal signals from the start (`-X faulthandler`).
    pub fault_handler: bool,
    /// 1: report how long each import takes, 2: imports of modules that are there as well (`-X importtime`).
    pub import_time: u8,
    /// What `sys.implementation.name` says: "taipan", or what `-X implementation=NAME` asks for.
    pub implementation: String,
    /// Print the register code of code objects at their first run (`-X dump_registers[=NAME]`): of this qualified name, or
    /// (an empty one) of all that is not the library's.
    pub dump_registers: Option<String>,
    /// `--check-hash-based-pycs`: `default`, `always` or `never`.
    pub check_hash_based_pycs: &'static str,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            argv: vec![Vec::new()],
            orig_argv: Vec::new(),
            executable: Vec::new(),
            warn_options: Vec::new(),
            x_options: Vec::new(),
            python_path: Vec::new(),
            home: None,
            debug: 0,
            inspect: false,
            interactive: false,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            hash_randomization: true,
            isolated: false,
            dev_mode: false,
            utf8_mode: false,
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: None,
            unbuffered: false,
            io_encoding: (None, None),
            code_debug_ranges: true,
            pycache_prefix: None,
            cpu_count: None,
            platlibdir: "lib".to_owned(),
            install_signal_handlers: true,
            fault_handler: false,
            import_time: 0,
            implementation: "taipan".to_owned(),
            dump_registers: None,
            check_hash_based_pycs: "default",
        }
    }
}

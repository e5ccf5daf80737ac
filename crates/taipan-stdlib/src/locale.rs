//! `_locale`: the "C" locale, with UTF-8 as its encoding. Other locales are refused, as on a system that has none.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Constants and, for items of `nl_langinfo`, their text in the "C" locale (glibc's numbers).
#[rustfmt::skip]
const ITEMS: &[(&str, i64, Option<&str>)] = &[
    ("ABDAY_1", 131072, Some("Sun")),
    ("ABDAY_2", 131073, Some("Mon")),
    ("ABDAY_3", 131074, Some("Tue")),
    ("ABDAY_4", 131075, Some("Wed")),
    ("ABDAY_5", 131076, Some("Thu")),
    ("ABDAY_6", 131077, Some("Fri")),
    ("ABDAY_7", 131078, Some("Sat")),
    ("ABMON_1", 131086, Some("Jan")),
    ("ABMON_10", 131095, Some("Oct")),
    ("ABMON_11", 131096, Some("Nov")),
    ("ABMON_12", 131097, Some("Dec")),
    ("ABMON_2", 131087, Some("Feb")),
    ("ABMON_3", 131088, Some("Mar")),
    ("ABMON_4", 131089, Some("Apr")),
    ("ABMON_5", 131090, Some("May")),
    ("ABMON_6", 131091, Some("Jun")),
    ("ABMON_7", 131092, Some("Jul")),
    ("ABMON_8", 131093, Some("Aug")),
    ("ABMON_9", 131094, Some("Sep")),
    ("ALT_DIGITS", 131119, Some("")),
    ("AM_STR", 131110, Some("AM")),
    ("CHAR_MAX", 127, None),
    ("CODESET", 14, Some("ANSI_X3.4-1968")),
    ("CRNCYSTR", 262159, Some("-")),
    ("DAY_1", 131079, Some("Sunday")),
    ("DAY_2", 131080, Some("Monday")),
    ("DAY_3", 131081, Some("Tuesday")),
    ("DAY_4", 131082, Some("Wednesday")),
    ("DAY_5", 131083, Some("Thursday")),
    ("DAY_6", 131084, Some("Friday")),
    ("DAY_7", 131085, Some("Saturday")),
    ("D_FMT", 131113, Some("%m/%d/%y")),
    ("D_T_FMT", 131112, Some("%a %b %e %H:%M:%S %Y")),
    ("ERA", 131116, Some("")),
    ("ERA_D_FMT", 131118, Some("")),
    ("ERA_D_T_FMT", 131120, Some("")),
    ("ERA_T_FMT", 131121, Some("")),
    ("LC_ALL", 6, None),
    ("LC_COLLATE", 3, None),
    ("LC_CTYPE", 0, None),
    ("LC_MESSAGES", 5, None),
    ("LC_MONETARY", 4, None),
    ("LC_NUMERIC", 1, None),
    ("LC_TIME", 2, None),
    ("MON_1", 131098, Some("January")),
    ("MON_10", 131107, Some("October")),
    ("MON_11", 131108, Some("November")),
    ("MON_12", 131109, Some("December")),
    ("MON_2", 131099, Some("February")),
    ("MON_3", 131100, Some("March")),
    ("MON_4", 131101, Some("April")),
    ("MON_5", 131102, Some("May")),
    ("MON_6", 131103, Some("June")),
    ("MON_7", 131104, Some("July")),
    ("MON_8", 131105, Some("August")),
    ("MON_9", 131106, Some("September")),
    ("NOEXPR", 327681, Some("^[nN]")),
    ("PM_STR", 131111, Some("PM")),
    ("RADIXCHAR", 65536, Some(".")),
    ("THOUSEP", 65537, Some("")),
    ("T_FMT", 131114, Some("%H:%M:%S")),
    ("T_FMT_AMPM", 131115, Some("%I:%M:%S %p")),
    ("YESEXPR", 327680, Some("^[yY]")),
    ("_DATE_FMT", 131180, Some("%a %b %e %H:%M:%S %Z %Y")),
];

/// The key of the class `locale.Error` in the interpreter's state.
const ERROR: &str = "locale.Error";

fn raise_error(vm: &mut Vm, message: &str) -> Raised {
    let text = match vm.new_str(message) {
        Ok(text) => text,
        Err(raised) => return raised,
    };
    match vm.state(ERROR) {
        Some(class) => match vm.call(class, &[text]) {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        },
        None => vm.raise(Exc::ValueError, message),
    }
}

fn setlocale(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [category, locale] = args.all();
    let category = vm.index_i32(category)?;
    if !(0..=12).contains(&category) {
        return Err(raise_error(vm, "unsupported locale setting"));
    }
    let Some(locale) = locale.not_none() else { return vm.new_str("C") };
    let Some(text) = vm.text_of(locale) else {
        let got = vm.type_name(locale);
        return Err(vm.raise(Exc::TypeError, format!("setlocale() argument 2 must be str or None, not {got}")));
    };
    match text.as_str() {
        "" | "C" | "POSIX" => vm.new_str("C"),
        "C.UTF-8" | "C.utf8" => vm.new_str("C.UTF-8"),
        _ => Err(raise_error(vm, "unsupported locale setting")),
    }
}

fn localeconv(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    const TEXTS: &[(&str, &str)] = &[
        ("int_curr_symbol", ""),
        ("currency_symbol", ""),
        ("mon_decimal_point", ""),
        ("mon_thousands_sep", ""),
        ("positive_sign", ""),
        ("negative_sign", ""),
        ("decimal_point", "."),
        ("thousands_sep", ""),
    ];
    const UNKNOWN: &[&str] = &[
        "int_frac_digits",
        "frac_digits",
        "p_cs_precedes",
        "p_sep_by_space",
        "n_cs_precedes",
        "n_sep_by_space",
        "p_sign_posn",
        "n_sign_posn",
    ];
    let dict = Dict::new(vm)?;
    for (key, text) in TEXTS {
        let (key, text) = (vm.new_str(key)?, vm.new_str(text)?);
        Dict::set(dict, vm, key, text)?;
    }
    for key in ["grouping", "mon_grouping"] {
        let (key, empty) = (vm.new_str(key)?, List::new(vm)?);
        Dict::set(dict, vm, key, empty.value())?;
    }
    for key in UNKNOWN {
        let key = vm.new_str(key)?;
        Dict::set(dict, vm, key, Value::int(127))?;
    }
    Ok(dict.value())
}

fn nl_langinfo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let key = vm.index_i64(args.get(0))?;
    match ITEMS.iter().find(|(_, number, text)| *number == key && text.is_some()) {
        Some((name, _, Some(text))) => vm.new_str(if *name == "CODESET" { "UTF-8" } else { text }),
        _ => Err(vm.raise(Exc::ValueError, "unsupported langinfo constant")),
    }
}

fn strcoll(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [a, b] = args.all();
    let (Some(a), Some(b)) = (a.downcast::<Str>(vm), b.downcast::<Str>(vm)) else {
        return Err(vm.raise(Exc::TypeError, "strcoll() arguments must be str"));
    };
    Ok(Value::int32(a.get(vm).compare_text(b.get(vm)) as i32))
}

fn strxfrm(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(text) = args.get(0).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("strxfrm() argument must be str, not {got}")));
    };
    if text.get(vm).text().iter().any(|point| point == 0) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(text.value())
}

fn getencoding(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_str("utf-8")
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number, _) in ITEMS {
        Module::set_int(module, vm, name, *number)?;
    }
    let class = match vm.state(ERROR) {
        Some(class) => class,
        None => {
            let (metaclass, base) = (vm.class(taipan_vm::types::Builtin::Type), vm.exception_class(Exc::Exception));
            let (name, bases) = (vm.new_str("Error")?, Tuple::from_values(vm, &[base.value()])?.value());
            let dict = Dict::new(vm)?;
            let (key, text) = (vm.new_str("__module__")?, vm.new_str("locale")?);
            Dict::set(dict, vm, key, text)?;
            let class = vm.call(metaclass.value(), &[name, bases, dict.value()])?;
            vm.set_state(ERROR, class);
            class
        }
    };
    Module::set(module, vm, "Error", class)
}

const FUNCTIONS: &[MethodDef] = &[
    function("setlocale(category, locale=None, /)", setlocale, "Activates/queries locale processing."),
    function("localeconv()", localeconv, "Returns numeric and monetary locale-specific parameters."),
    function("nl_langinfo(key, /)", nl_langinfo, "Return the value for the locale information associated with key."),
    function("strcoll(os1, os2, /)", strcoll, "Compares two strings according to the locale."),
    function("strxfrm(string, /)", strxfrm, "Return a string that can be used as a key for locale-aware comparisons."),
    function("getencoding()", getencoding, "Get the current locale encoding."),
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_locale",
    doc: "Support for POSIX locales.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

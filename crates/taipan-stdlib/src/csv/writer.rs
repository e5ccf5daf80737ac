//! `_csv.writer`: rows of values as text.

use taipan_text::TextBuf;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, NO_NEW, TypeSpec, getter, method};
use taipan_vm::types::complex::Complex;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::dialect::{ALL, Dialect, NONE, NONNUMERIC, NOT_SET, NOTNULL, STRINGS, Settings};
use super::{ERROR, dialect_of};

heap_object! {
    /// A writer: its dialect and the method that takes each row.
    pub struct Writer {
        dialect: Gc<Dialect>,
        write: Value,
    }
}

/// `writer(fileobj[, dialect], **fmtparams)`.
pub fn writer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, dialect, parameters] = args.all();
    let write = vm.get_attr_opt_name(file, name::WRITE)?;
    let Some(write) = write.filter(|write| vm.is_callable(*write)) else {
        return Err(vm.raise(Exc::TypeError, "argument 1 must have a \"write\" method"));
    };
    let dialect = dialect_of(vm, dialect, parameters)?;
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, Writer { header: HeaderWord::NEW, dialect, write })?.value())
}

/// Appends one field with its delimiter; `None` for the field is a null.
fn append(
    vm: &mut Vm,
    out: &mut TextBuf,
    settings: &Settings,
    end: Gc<Str>,
    field: Option<Gc<Str>>,
    first: bool,
    mut quoted: bool,
) -> Result<(), Raised> {
    let Settings { delimiter, quote, escape, quoting, double_quote, skip_space, .. } = *settings;
    if !first {
        out.push(delimiter);
    }
    let len = field.map_or(0, |field| field.get(vm).len());
    if len == 0 && delimiter == 32 && skip_space {
        if quoting == NONE || (field.is_none() && matches!(quoting, STRINGS | NOTNULL)) {
            let message = "empty field must be quoted if delimiter is a space and skipinitialspace is true";
            return Err(ERROR.raise(vm, message));
        }
        quoted = true;
    }
    // At worst each character is doubled.
    vm.check_native_bytes(out.byte_len() + len * 8)?;
    let mut body = TextBuf::new();
    let mut must_escape = false;
    if let Some(field) = field {
        let text = field.get(vm).text();
        for point in text.iter() {
            let special = point == delimiter
                || point == escape
                || point == quote
                || point == 10
                || point == 13
                || end.get(vm).text().iter().any(|other| other == point);
            if special {
                let mut escaped = quoting == NONE;
                if !escaped {
                    if point == quote {
                        if double_quote {
                            body.push(quote);
                        } else {
                            escaped = true;
                        }
                    } else if point == escape {
                        escaped = true;
                    }
                    if !escaped {
                        quoted = true;
                    }
                }
                if escaped {
                    if escape == NOT_SET {
                        must_escape = true;
                        break;
                    }
                    body.push(escape);
                }
            }
            body.push(point);
        }
    }
    if must_escape {
        return Err(ERROR.raise(vm, "need to escape, but no escapechar set"));
    }
    if quoted {
        out.push(quote);
    }
    out.push_text(body.as_text());
    if quoted {
        out.push(quote);
    }
    Ok(())
}

/// Whether CPython's `PyNumber_Check` holds.
fn is_number(vm: &mut Vm, value: Value) -> bool {
    let slots = vm.slots(value);
    slots.index.is_some() || slots.int.is_some() || slots.float.is_some() || value.downcast::<Complex>(vm).is_some()
}

fn write_row(vm: &mut Vm, this: Gc<Writer>, row: Value) -> Result<Value, Raised> {
    let Writer { dialect, write, .. } = *this.get(vm);
    let settings = dialect.get(vm).settings();
    let end: Gc<Str> = dialect.get(vm).line_terminator().expect(vm);
    let fields = vm.iter(row);
    let Some(fields) = vm.catch(fields, Exc::TypeError)? else {
        let got = vm.type_name(row);
        return Err(ERROR.raise(vm, &format!("iterable expected, not {got}")));
    };
    let mut out = TextBuf::new();
    let (mut count, mut last_is_null) = (0usize, false);
    while let Some(field) = vm.next(fields)? {
        let is_text = field.downcast::<Str>(vm).is_some();
        last_is_null = field.is_none();
        let quoted = match settings.quoting {
            ALL => true,
            NONNUMERIC => !is_number(vm, field),
            STRINGS => is_text,
            NOTNULL => !last_is_null,
            _ => false,
        };
        let text = if last_is_null { None } else { Some(vm.str(field)?.expect::<Str>(vm)) };
        append(vm, &mut out, &settings, end, text, count == 0, quoted)?;
        count += 1;
    }
    if count > 0 && out.is_empty() {
        if settings.quoting == NONE || (last_is_null && matches!(settings.quoting, STRINGS | NOTNULL)) {
            return Err(ERROR.raise(vm, "single empty field record must be quoted"));
        }
        append(vm, &mut out, &settings, end, None, true, true)?;
    }
    out.push_text(end.get(vm).text());
    let line = Str::from_text(vm, out.as_text())?.value();
    vm.call(write, &[line])
}

fn writerow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [row]) = args.method::<Writer, 1>(vm);
    write_row(vm, this, row)
}

fn writerows(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [rows]) = args.method::<Writer, 1>(vm);
    let rows = vm.iter(rows)?;
    while let Some(row) = vm.next(rows)? {
        write_row(vm, this, row)?;
    }
    Ok(Value::NONE)
}

fn get_dialect(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Writer>(vm).get(vm).dialect.value())
}

const METHODS: &[MethodDef] = &[
    method(
        "writerow($self, row, /)",
        writerow,
        "Construct and write a CSV record from an iterable of fields.\n\nNon-string elements will be converted to string.",
    ),
    method(
        "writerows($self, rows, /)",
        writerows,
        "Construct and write a series of iterables to a csv file.\n\nNon-string elements will be converted to string.",
    ),
];

const GETSET: &[GetSetDef] = &[getter("dialect", get_dialect, "").member()];

/// The class of writers.
pub static TYPE: TypeSpec = TypeSpec {
    name: "writer",
    module: "_csv",
    layout: Some(<Writer as HeapObject>::native),
    methods: METHODS,
    getset: GETSET,
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n",
    flags: NO_NEW | BASETYPE,
    ..TypeSpec::DEFAULT
};

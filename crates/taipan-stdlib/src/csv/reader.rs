//! `_csv.reader`: an iterator over the rows of a text.

use taipan_text::TextRef;
use taipan_text::float_text::parse_float;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, NO_NEW, TypeSpec, getter};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::dialect::{Dialect, NONNUMERIC, NOTNULL, STRINGS, Settings};
use super::parser::{END_OF_LINE, Event, Parser};
use super::{ERROR, dialect_of, field_limit};

heap_object! {
    /// A reader: its dialect and where lines come from.
    pub struct Reader {
        dialect: Gc<Dialect>,
        input: Value,
        line_number: usize,
        /// Rows given so far.
        rows: usize,
    }
}

/// `reader(iterable[, dialect], **fmtparams)`.
pub fn reader(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [iterable, dialect, parameters] = args.all();
    let input = vm.iter(iterable)?;
    let dialect = dialect_of(vm, dialect, parameters)?;
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, Reader { header: HeaderWord::NEW, dialect, input, line_number: 0, rows: 0 })?.value())
}

/// Appends the finished field to the row.
fn save(vm: &mut Vm, row: Gc<List>, parser: &mut Parser, quoting: u8) -> Result<(), Raised> {
    let field = if parser.unquoted && parser.field.is_empty() && matches!(quoting, NOTNULL | STRINGS) {
        Value::NONE
    } else if parser.unquoted && !parser.field.is_empty() && matches!(quoting, NONNUMERIC | STRINGS) {
        match parse_float(TextRef::Ucs4(&parser.field)) {
            Some(number) => vm.new_float(number)?,
            None => {
                let text = Str::from_points(vm, &parser.field)?.value();
                let shown = vm.repr_string(text)?;
                return Err(vm.raise(Exc::ValueError, format!("could not convert string to float: {shown}")));
            }
        }
    } else {
        Str::from_points(vm, &parser.field)?.value()
    };
    parser.field.clear();
    List::push(row, vm, field)
}

fn feed(vm: &mut Vm, row: Gc<List>, parser: &mut Parser, settings: &Settings, point: u32) -> Result<(), Raised> {
    match parser.feed(point) {
        Event::Nothing => Ok(()),
        Event::Field => save(vm, row, parser, settings.quoting),
        Event::TooLong => {
            let message = format!("field larger than field limit ({})", field_limit(vm));
            Err(ERROR.raise(vm, &message))
        }
        Event::BadQuote => {
            let shown = |point| char::from_u32(point).unwrap_or('\u{FFFD}');
            let message = format!("'{}' expected after '{}'", shown(settings.delimiter), shown(settings.quote));
            Err(ERROR.raise(vm, &message))
        }
        Event::BadNewline => {
            let message = "new-line character seen in unquoted field - do you need to open the file with newline=''?";
            Err(ERROR.raise(vm, message))
        }
    }
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Reader>(vm);
    let Reader { dialect, input, rows, .. } = *this.get(vm);
    let settings = dialect.get(vm).settings();
    let row = List::new(vm)?;
    let mut parser = Parser::new(settings, field_limit(vm));
    let mut points = Vec::new();
    loop {
        let line = vm.next(input)?;
        if this.get(vm).rows != rows {
            return Err(ERROR.raise(vm, "iterator has already advanced the reader"));
        }
        let Some(line) = line else {
            if !parser.is_open() {
                return Ok(None);
            }
            if settings.strict {
                return Err(ERROR.raise(vm, "unexpected end of data"));
            }
            save(vm, row, &mut parser, settings.quoting)?;
            break;
        };
        let Some(line) = line.downcast::<Str>(vm) else {
            let got = vm.type_name(line);
            let message = format!("iterator should return strings, not {got} (the file should be opened in text mode)");
            return Err(ERROR.raise(vm, &message));
        };
        this.get_mut(vm).line_number += 1;
        vm.check_native_bytes(line.get(vm).len() * 4)?;
        points.clear();
        points.extend(line.get(vm).text().iter());
        let mut at = 0;
        while let Some(point) = points.get(at) {
            feed(vm, row, &mut parser, &settings, *point)?;
            at += 1 + parser.feed_plain(&points[at + 1..]);
        }
        feed(vm, row, &mut parser, &settings, END_OF_LINE)?;
        if parser.is_done() {
            break;
        }
    }
    this.get_mut(vm).rows += 1;
    Ok(Some(row.value()))
}

fn itself(_: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this)
}

fn get_dialect(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Reader>(vm).get(vm).dialect.value())
}

fn get_line_number(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(this.expect::<Reader>(vm).get(vm).line_number))
}

const GETSET: &[GetSetDef] =
    &[getter("dialect", get_dialect, "").member(), getter("line_num", get_line_number, "").member()];

/// The class of readers.
pub static TYPE: TypeSpec = TypeSpec {
    name: "reader",
    module: "_csv",
    layout: Some(<Reader as HeapObject>::native),
    slots: Slots { iter: Some(itself), next: Some(next), ..Slots::DEFAULT },
    getset: GETSET,
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    flags: NO_NEW | BASETYPE,
    ..TypeSpec::DEFAULT
};

//! `str.format`, `str.format_map` and `str.__format__`.

use taipan_text::field_format::{Access, AutoNumber, Field, Markups, split_field_name, unknown_conversion};
use taipan_text::format_spec::{FormatContext, FormatError, FormatErrorKind, format_str};
use taipan_text::{TextBuf, TextRef};

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::str::searching::str_argument;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// Raises what a formatting function of `taipan_text` reports.
    #[cold]
    pub fn raise_format_error(&mut self, error: FormatError) -> Raised {
        match error.kind {
            FormatErrorKind::ValueError => self.raise(Exc::ValueError, error.message),
            FormatErrorKind::OverflowError => self.raise(Exc::OverflowError, error.message),
            FormatErrorKind::MemoryError => self.raise_no_memory(),
        }
    }
}

/// Where the fields of a format find their values.
struct Source {
    /// `None` for `format_map`.
    args: Option<Gc<Tuple>>,
    mapping: Value,
    auto: AutoNumber,
}

impl Source {
    fn first(&mut self, vm: &mut Vm, name: TextRef<'_>) -> Result<Value, Raised> {
        let (first, accesses) = split_field_name(name).map_err(|error| vm.raise_format_error(error))?;
        let position = self.auto.position(&first).map_err(|error| vm.raise_format_error(error))?;
        let mut object = match (position, first) {
            (Some(position), _) => {
                let Some(args) = self.args else {
                    return Err(vm.raise(Exc::ValueError, "Format string contains positional fields"));
                };
                match args.get(vm).items().get(position) {
                    Some(value) => *value,
                    None => {
                        let message = format!("Replacement index {position} out of range for positional args tuple");
                        return Err(vm.raise(Exc::IndexError, message));
                    }
                }
            }
            (None, taipan_text::field_format::First::Name(range)) => {
                let key = Str::from_text(vm, name.slice(range))?.value();
                match (self.args, self.mapping.exact::<Dict>()) {
                    (Some(_), Some(dict)) => match Dict::get_item(dict, vm, key)? {
                        Some(value) => value,
                        None => return Err(vm.raise_with(Exc::KeyError, &[key])),
                    },
                    _ => vm.get_item(self.mapping, key)?,
                }
            }
            (None, _) => return Err(vm.raise(Exc::SystemError, "field without a position")),
        };
        for access in accesses {
            object = match access.map_err(|error| vm.raise_format_error(error))? {
                Access::Attribute(range) => {
                    let attribute = Str::from_text(vm, name.slice(range))?;
                    vm.get_attr(object, attribute)?
                }
                Access::Index(index) => vm.get_item(object, Value::int(index.min(i64::MAX as usize >> 2)))?,
                Access::Key(range) => {
                    let key = Str::from_text(vm, name.slice(range))?.value();
                    vm.get_item(object, key)?
                }
            };
        }
        Ok(object)
    }

    fn field(&mut self, vm: &mut Vm, format: TextRef<'_>, field: Field, depth: u32) -> Result<Value, Raised> {
        let mut value = self.first(vm, format.slice(field.name))?;
        if let Some(conversion) = field.conversion {
            value = match char::from_u32(conversion) {
                Some('r') => vm.repr(value)?,
                Some('s') => vm.str(value)?,
                Some('a') => vm.ascii(value)?,
                _ => return Err(vm.raise_format_error(unknown_conversion(conversion))),
            };
        }
        let spec = format.slice(field.spec);
        let spec = if field.is_nested {
            let mut expanded = TextBuf::new();
            self.build(vm, spec, depth - 1, &mut expanded)?;
            Str::from_text(vm, expanded.as_text())?
        } else {
            Str::from_text(vm, spec)?
        };
        vm.format(value, spec.value())
    }

    fn build(&mut self, vm: &mut Vm, format: TextRef<'_>, depth: u32, out: &mut TextBuf) -> Result<(), Raised> {
        if depth == 0 {
            return Err(vm.raise(Exc::ValueError, "Max string recursion exceeded"));
        }
        for markup in Markups::new(format) {
            let markup = markup.map_err(|error| vm.raise_format_error(error))?;
            out.push_text(format.slice(markup.literal));
            if let Some(field) = markup.field {
                let text = self.field(vm, format, field, depth)?;
                vm.push_str_value(out, text)?;
            }
        }
        Ok(())
    }
}

fn formatted(vm: &mut Vm, text: Gc<Str>, mut source: Source) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let format = text.get(vm).text().to_buf();
    let mut out = TextBuf::with_capacity(format.len());
    source.build(vm, format.as_text(), 2, &mut out)?;
    Ok(Str::from_text(vm, out.as_text())?.value())
}

pub(super) fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [positional, keywords]) = args.method::<Str, 2>(vm);
    let args = Some(positional.expect::<Tuple>(vm));
    formatted(vm, text, Source { args, mapping: keywords, auto: AutoNumber::default() })
}

pub(super) fn format_map(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [mapping]) = args.method::<Str, 1>(vm);
    formatted(vm, text, Source { args: None, mapping, auto: AutoNumber::default() })
}

pub(super) fn dunder_format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [spec]) = args.method::<Str, 1>(vm);
    let spec = str_argument(vm, spec, "__format__() argument")?;
    if spec.get(vm).is_empty() {
        return vm.str(text.value());
    }
    let type_name = vm.type_name(text.value());
    let mut context = FormatContext::new(&type_name);
    context.max_len = 1 << 34;
    match format_str(text.get(vm).text(), spec.get(vm).text(), &context) {
        Ok(out) => Ok(Str::from_text(vm, out.as_text())?.value()),
        Err(error) => Err(vm.raise_format_error(error)),
    }
}

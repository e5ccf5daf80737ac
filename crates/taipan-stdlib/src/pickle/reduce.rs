//! Writing objects by their reduction: what `__reduce_ex__` and its like give (PEP 307, PEP 574).

use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::Raised;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::opcodes::*;
use super::save::Saving;
use super::{PICKLING_ERROR, class_text, memo, note};

/// How a reduction makes the object anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Maker {
    /// `callable(*arguments)`.
    Call,
    /// `copyreg.__newobj__(class, *arguments)`: an opcode of its own.
    NewObject,
    /// `copyreg.__newobj_ex__(class, arguments, keywords)`.
    NewObjectEx,
}

impl Saving {
    /// Asks an object for its reduction.
    pub fn reduce(&mut self, vm: &mut Vm, object: Value) -> Result<Value, Raised> {
        if let Some(method) = vm.get_attr_opt_name(object, name::REDUCE_EX)? {
            return vm.call(method, &[Value::int(usize::from(self.protocol))]);
        }
        match vm.get_attr_opt_name(object, name::REDUCE)? {
            Some(method) => vm.call(method, &[]),
            None => {
                let class = class_text(vm, object)?;
                Err(PICKLING_ERROR.raise(vm, &format!("Can't pickle {class} object")))
            }
        }
    }

    /// Writes an object by what its reduction gave: a global name or a tuple.
    pub fn save_reduced(&mut self, vm: &mut Vm, reduction: Value, object: Value) -> Result<(), Raised> {
        if let Some(name) = reduction.downcast::<Str>(vm) {
            return self.save_global(vm, object, Some(name));
        }
        let result = match reduction.downcast::<Tuple>(vm) {
            Some(reduction) => self.save_reduction(vm, reduction, Some(object)),
            None => {
                let got = class_text(vm, reduction)?;
                Err(PICKLING_ERROR.raise(vm, &format!("__reduce__ must return a string or tuple, not {got}")))
            }
        };
        result.map_err(|raised| self.note_part(vm, raised, object, "object"))
    }

    /// Saves a part, with a note about it on errors.
    fn save_part(&mut self, vm: &mut Vm, part: Value, object: Option<Value>, what: &str) -> Result<(), Raised> {
        match self.save(vm, part) {
            Err(raised) => Err(note(vm, raised, |vm| {
                let class = match object {
                    Some(object) => class_text(vm, object)?,
                    None => "NULL".to_owned(),
                };
                Ok(format!("when serializing {class} {what}"))
            })),
            done => done,
        }
    }

    /// Writes an object by a reduction of two to six items.
    pub fn save_reduction(&mut self, vm: &mut Vm, reduction: Gc<Tuple>, object: Option<Value>) -> Result<(), Raised> {
        let len = reduction.get(vm).len();
        if !(2..=6).contains(&len) {
            let message = "tuple returned by __reduce__ must contain 2 through 6 elements";
            return Err(PICKLING_ERROR.raise(vm, message));
        }
        let item = |i: usize| if i < len { reduction.get(vm).at(i) } else { Value::NONE };
        let [callable, arguments, state, list_items, dict_items, setter] = std::array::from_fn(item);
        if !vm.is_callable(callable) {
            return Err(self.wrong_item(vm, "first", "callable", callable));
        }
        let Some(arguments) = arguments.downcast::<Tuple>(vm) else {
            return Err(self.wrong_item(vm, "second", "a tuple", arguments));
        };
        for (items, which) in [(list_items, "fourth"), (dict_items, "fifth")] {
            if !items.is_none() && vm.slots(items).next.is_none() {
                return Err(self.wrong_item(vm, which, "an iterator", items));
            }
        }
        if !setter.is_none() && !vm.is_callable(setter) {
            return Err(self.wrong_item(vm, "sixth", "callable", setter));
        }
        match self.maker(vm, callable)? {
            Maker::NewObjectEx => self.save_new_object_ex(vm, arguments, object)?,
            Maker::NewObject => self.save_new_object(vm, arguments, object)?,
            Maker::Call => {
                self.save_part(vm, callable, object, "reconstructor")?;
                self.save_part(vm, arguments.value(), object, "reconstructor arguments")?;
                self.output.byte(REDUCE);
            }
        }
        if let Some(object) = object {
            if let Some(number) = memo::get(vm, self.pickler, object)? {
                // A part has written the object: what was put on the stack goes again.
                self.output.byte(POP);
                return self.put_get(vm, number);
            }
            self.memoize(vm, object)?;
        }
        if !list_items.is_none() {
            self.put_items(vm, list_items, object)?;
        }
        if !dict_items.is_none() {
            self.put_pairs(vm, dict_items, object)?;
        }
        if state.is_none() {
            return Ok(());
        }
        if setter.is_none() {
            self.save_part(vm, state, object, "state")?;
            self.output.byte(BUILD);
            return Ok(());
        }
        self.save_part(vm, setter, object, "state setter")?;
        self.save(vm, object.unwrap_or(Value::NONE))?;
        self.save_part(vm, state, object, "state")?;
        self.output.put(&[TUPLE2, REDUCE, POP]);
        Ok(())
    }

    #[cold]
    fn wrong_item(&mut self, vm: &mut Vm, which: &str, wanted: &str, item: Value) -> Raised {
        match class_text(vm, item) {
            Ok(got) => {
                let message = format!("{which} item of the tuple returned by __reduce__ must be {wanted}, not {got}");
                PICKLING_ERROR.raise(vm, &message)
            }
            Err(raised) => raised,
        }
    }

    fn maker(&mut self, vm: &mut Vm, callable: Value) -> Result<Maker, Raised> {
        if self.protocol < 2 {
            return Ok(Maker::Call);
        }
        let found = vm.get_attr_opt_name(callable, name::NAME)?;
        Ok(match found.and_then(|found| found.downcast::<Str>(vm)) {
            Some(found) if found.get(vm).equals("__newobj__") => Maker::NewObject,
            Some(found) if found.get(vm).equals("__newobj_ex__") => Maker::NewObjectEx,
            _ => Maker::Call,
        })
    }

    #[cold]
    fn wrong_argument(&mut self, vm: &mut Vm, maker: &str, which: &str, wanted: &str, got: Value) -> Raised {
        match class_text(vm, got) {
            Ok(got) => PICKLING_ERROR.raise(vm, &format!("{which} argument to {maker}() must be {wanted}, not {got}")),
            Err(raised) => raised,
        }
    }

    fn save_new_object(&mut self, vm: &mut Vm, arguments: Gc<Tuple>, object: Option<Value>) -> Result<(), Raised> {
        let len = arguments.get(vm).len();
        if len < 1 {
            return Err(PICKLING_ERROR.raise(vm, &format!("__newobj__ expected at least 1 argument, got {len}")));
        }
        let class = arguments.get(vm).at(0);
        if class.downcast::<Type>(vm).is_none() {
            return Err(self.wrong_argument(vm, "__newobj__", "first", "a class", class));
        }
        if let Some(object) = object {
            let own = match vm.get_attr_opt_name(object, name::CLASS)? {
                Some(own) => own,
                None => vm.type_of(object).value(),
            };
            if own != class {
                let (own, class) = (vm.repr_string(own)?, vm.repr_string(class)?);
                let message = format!("first argument to __newobj__() must be {own}, not {class}");
                return Err(PICKLING_ERROR.raise(vm, &message));
            }
        }
        self.save_part(vm, class, object, "class")?;
        let rest = Tuple::slice(arguments, vm, 1, len)?;
        self.save_part(vm, rest.value(), object, "__new__ arguments")?;
        self.output.byte(NEWOBJ);
        Ok(())
    }

    fn save_new_object_ex(&mut self, vm: &mut Vm, arguments: Gc<Tuple>, object: Option<Value>) -> Result<(), Raised> {
        let len = arguments.get(vm).len();
        if len != 3 {
            return Err(PICKLING_ERROR.raise(vm, &format!("__newobj_ex__ expected 3 arguments, got {len}")));
        }
        let [class, positional, keywords] = std::array::from_fn(|i| arguments.get(vm).at(i));
        if class.downcast::<Type>(vm).is_none() {
            return Err(self.wrong_argument(vm, "__newobj_ex__", "first", "a class", class));
        }
        let Some(tuple) = positional.downcast::<Tuple>(vm) else {
            return Err(self.wrong_argument(vm, "__newobj_ex__", "second", "a tuple", positional));
        };
        let Some(dict) = keywords.downcast::<Dict>(vm) else {
            return Err(self.wrong_argument(vm, "__newobj_ex__", "third", "a dict", keywords));
        };
        if self.protocol >= 4 {
            self.save_part(vm, class, object, "class")?;
            self.save_part(vm, positional, object, "__new__ arguments")?;
            self.save_part(vm, keywords, object, "__new__ arguments")?;
            self.output.byte(NEWOBJ_EX);
            return Ok(());
        }
        // Older protocols have no opcode for keywords: a partial of `class.__new__` is called instead.
        let new = vm.get_attr_name(class, name::NEW)?;
        let all = List::from_values(vm, &[new, class])?;
        List::append_tuple(all, vm, tuple)?;
        let all = List::to_tuple(all, vm)?;
        let functools = taipan_vm::import::import_module(vm, "functools")?;
        let partial = vm.get_attr_str(functools, "partial")?;
        let callable = vm.call_tuple(partial, all, Some(dict))?;
        self.save_part(vm, callable, object, "reconstructor")?;
        let none = Tuple::empty(vm)?.value();
        self.save_part(vm, none, object, "reconstructor")?;
        self.output.byte(REDUCE);
        Ok(())
    }

    /// Appends what an iterator gives to the object on the stack, in batches.
    pub fn put_items(&mut self, vm: &mut Vm, iterator: Value, object: Option<Value>) -> Result<(), Raised> {
        let mut total = 0;
        while let Some(first) = vm.next(iterator)? {
            // One item alone needs no mark; whether there are more shows before it is saved.
            let mut next = if self.binary { vm.next(iterator)? } else { None };
            if next.is_none() {
                self.save_item(vm, first, object, total)?;
                self.output.byte(APPEND);
                if self.binary {
                    return Ok(());
                }
                total += 1;
                continue;
            }
            self.output.byte(MARK);
            self.save_item(vm, first, object, total)?;
            let mut batch = 1;
            while let Some(item) = next {
                self.save_item(vm, item, object, total + batch)?;
                batch += 1;
                next = if batch < BATCH { vm.next(iterator)? } else { None };
            }
            self.output.byte(APPENDS);
            if batch < BATCH {
                return Ok(());
            }
            total += batch;
        }
        Ok(())
    }

    fn save_item(&mut self, vm: &mut Vm, item: Value, object: Option<Value>, index: usize) -> Result<(), Raised> {
        match self.save(vm, item) {
            Err(raised) => Err(self.note_item(vm, raised, object.unwrap_or(Value::NONE), index)),
            done => done,
        }
    }

    /// Sets what an iterator of pairs gives as items of the object on the stack, in batches.
    pub fn put_pairs(&mut self, vm: &mut Vm, iterator: Value, object: Option<Value>) -> Result<(), Raised> {
        while let Some(first) = vm.next(iterator)? {
            let first = self.pair(vm, first)?;
            let mut next = if self.binary { vm.next(iterator)? } else { None };
            if next.is_none() {
                self.save_pair(vm, first, object)?;
                self.output.byte(SETITEM);
                if self.binary {
                    return Ok(());
                }
                continue;
            }
            self.output.byte(MARK);
            self.save_pair(vm, first, object)?;
            let mut batch = 1;
            while let Some(pair) = next {
                let pair = self.pair(vm, pair)?;
                self.save_pair(vm, pair, object)?;
                batch += 1;
                next = if batch < BATCH { vm.next(iterator)? } else { None };
            }
            self.output.byte(SETITEMS);
            if batch < BATCH {
                return Ok(());
            }
        }
        Ok(())
    }

    fn save_pair(&mut self, vm: &mut Vm, pair: Gc<Tuple>, object: Option<Value>) -> Result<(), Raised> {
        let (key, value) = (pair.get(vm).at(0), pair.get(vm).at(1));
        self.save(vm, key)?;
        match self.save(vm, value) {
            Err(raised) => Err(self.note_key(vm, raised, object.unwrap_or(Value::NONE), key)),
            done => done,
        }
    }

    fn pair(&mut self, vm: &mut Vm, item: Value) -> Result<Gc<Tuple>, Raised> {
        match item.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2) {
            Some(pair) => Ok(pair),
            None => Err(vm.raise(taipan_vm::raise::Exc::TypeError, "dict items iterator must return 2-tuples")),
        }
    }
}

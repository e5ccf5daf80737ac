//! Attribute access: the generic lookups of `object`, and `getattr`/`setattr` on any value.

use crate::gc::Gc;
use crate::names::{Atom, name};
use crate::raise::{Exc, Raised};
use crate::types::exceptions;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// How an attribute name resolved, for callers that call it at once.
pub enum Method {
    /// Call with the receiver put first.
    Unbound(Value),
    /// Call as it is.
    Bound(Value),
}

impl Vm {
    /// `getattr(object, name)`.
    #[inline]
    pub fn get_attr(&mut self, object: Value, name: Gc<Str>) -> Result<Value, Raised> {
        let result = match self.slots(object).getattro {
            Some(get) => get(self, object, name),
            None => self.generic_get_attr(object, name),
        };
        if result.is_err() {
            self.complete_attribute_error(object, name);
        }
        result
    }

    /// Gives a pending AttributeError that says neither the object nor the name of the attribute these.
    #[cold]
    fn complete_attribute_error(&mut self, object: Value, name: Gc<Str>) {
        if !self.raised_is(Exc::AttributeError) {
            return;
        }
        if let Some(error) = self.pending.and_then(|error| error.downcast::<exceptions::NamedException>(self))
            && error.get(self).name.is_none_or(Value::is_none)
            && error.get(self).object.is_none_or(Value::is_none)
        {
            let error = error.get_mut(self);
            error.name = Some(name.value());
            error.object = Some(object);
        }
    }

    /// `getattr(object, name)` by a name known at compile time.
    pub fn get_attr_name(&mut self, object: Value, name: Atom) -> Result<Value, Raised> {
        let name = self.name(name);
        self.get_attr(object, name)
    }

    /// `getattr(object, "name")`.
    pub fn get_attr_str(&mut self, object: Value, name: &str) -> Result<Value, Raised> {
        let name = Str::intern(self, name)?;
        self.get_attr(object, name)
    }

    /// Whether attributes are looked up as `object.__getattribute__` does it.
    fn has_generic_getattr(&mut self, object: Value) -> bool {
        match self.slots(object).getattro {
            Some(get) => std::ptr::fn_addr_eq(get, crate::types::object::getattro as crate::slots::GetAttr),
            None => true,
        }
    }

    /// `object.name`, to be called at once: a method of the class comes without being bound.
    pub fn method_to_call(&mut self, object: Value, name: Gc<Str>) -> Result<Method, Raised> {
        if self.has_generic_getattr(object) {
            let class = self.type_of(object);
            if let Some(attribute) = Type::lookup(class, self, name) {
                let own = self.type_of(attribute);
                if own.get(self).has_flag(crate::spec::METHOD_DESCRIPTOR) && self.instance_attr(object, name).is_none()
                {
                    return Ok(Method::Unbound(attribute));
                }
            }
        }
        self.get_attr(object, name).map(Method::Bound)
    }

    /// `getattr(object, name, None)` as an option: AttributeError gives `None`.
    pub fn get_attr_opt(&mut self, object: Value, name: Gc<Str>) -> Result<Option<Value>, Raised> {
        if self.has_generic_getattr(object) {
            return self.generic_lookup(object, name);
        }
        let result = self.get_attr(object, name);
        self.catch(result, Exc::AttributeError)
    }

    /// `getattr(object, name, None)` as an option, by a name known at compile time.
    pub fn get_attr_opt_name(&mut self, object: Value, name: Atom) -> Result<Option<Value>, Raised> {
        let name = self.name(name);
        self.get_attr_opt(object, name)
    }

    /// `setattr(object, name, value)`, or `delattr` for `None`.
    pub fn set_attr(&mut self, object: Value, name: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
        match self.slots(object).setattro {
            Some(set) => set(self, object, name, value),
            None => self.generic_set_attr(object, name, value),
        }
    }

    /// `setattr(object, name, value)` by a name known at compile time.
    pub fn set_attr_name(&mut self, object: Value, name: Atom, value: Value) -> Result<(), Raised> {
        let name = self.name(name);
        self.set_attr(object, name, Some(value))
    }

    /// The special method `name` of the class of `object`, bound: `type(object).__dict__` along the MRO.
    pub fn special_method(&mut self, object: Value, name: Atom) -> Result<Option<Value>, Raised> {
        let class = self.type_of(object);
        match Type::lookup_name(class, self, name) {
            Some(attribute) => self.bind_descriptor(attribute, object, class).map(Some),
            None => Ok(None),
        }
    }

    /// The special method `name` in a form that avoids making a bound method.
    pub fn special_method_unbound(&mut self, object: Value, name: Atom) -> Result<Option<Method>, Raised> {
        let class = self.type_of(object);
        let Some(attribute) = Type::lookup_name(class, self, name) else { return Ok(None) };
        let own = self.type_of(attribute);
        if own.get(self).has_flag(crate::spec::METHOD_DESCRIPTOR) {
            return Ok(Some(Method::Unbound(attribute)));
        }
        self.bind_descriptor(attribute, object, class).map(|bound| Some(Method::Bound(bound)))
    }

    /// `object.name(*args)` for a special method looked up on the class. `None`: there is no such method.
    pub fn call_special(&mut self, object: Value, name: Atom, args: &[Value]) -> Result<Option<Value>, Raised> {
        match self.special_method_unbound(object, name)? {
            None => Ok(None),
            Some(Method::Bound(bound)) => self.call(bound, args).map(Some),
            Some(Method::Unbound(function)) => self.call_with_first(function, object, args).map(Some),
        }
    }

    /// Applies `__get__` of a class attribute found for an instance.
    #[inline]
    pub fn bind_descriptor(&mut self, attribute: Value, object: Value, class: Gc<Type>) -> Result<Value, Raised> {
        match self.slots(attribute).descr_get {
            Some(get) => get(self, attribute, Some(object), Some(class.value())),
            None => Ok(attribute),
        }
    }

    /// `object.__getattribute__(self, name)` without raising for an absent attribute.
    pub fn generic_lookup(&mut self, object: Value, name: Gc<Str>) -> Result<Option<Value>, Raised> {
        let class = self.type_of(object);
        let attribute = Type::lookup(class, self, name);
        if let Some(attribute) = attribute {
            let slots = self.slots(attribute);
            if let (Some(get), Some(_)) = (slots.descr_get, slots.descr_set) {
                let result = get(self, attribute, Some(object), Some(class.value()));
                return self.catch(result, Exc::AttributeError);
            }
        }
        if let Some(value) = self.instance_attr(object, name) {
            return Ok(Some(value));
        }
        match attribute {
            Some(attribute) => {
                let result = self.bind_descriptor(attribute, object, class);
                self.catch(result, Exc::AttributeError)
            }
            None => Ok(None),
        }
    }

    /// `object.__getattribute__(self, name)`.
    pub fn generic_get_attr(&mut self, object: Value, name: Gc<Str>) -> Result<Value, Raised> {
        let class = self.type_of(object);
        let attribute = Type::lookup(class, self, name);
        if let Some(attribute) = attribute {
            let slots = self.slots(attribute);
            if let (Some(get), Some(_)) = (slots.descr_get, slots.descr_set) {
                return get(self, attribute, Some(object), Some(class.value()));
            }
        }
        if let Some(value) = self.instance_attr(object, name) {
            return Ok(value);
        }
        match attribute {
            Some(attribute) => self.bind_descriptor(attribute, object, class),
            None => Err(self.raise_no_attribute(object, name)),
        }
    }

    /// `object.__setattr__(self, name, value)`, or `__delattr__` for `None`.
    pub fn generic_set_attr(&mut self, object: Value, name: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
        let class = self.type_of(object);
        let attribute = Type::lookup(class, self, name);
        if let Some(attribute) = attribute
            && let Some(set) = self.slots(attribute).descr_set
        {
            return set(self, attribute, object, value);
        }
        if self.set_instance_attr(object, name, value)? {
            return Ok(());
        }
        let has_attrs = object.is_heap() && self.shape(object.shape_id()).attrs != crate::shape::AttrsPlace::None;
        let (type_name, text) = (Type::full_name(class, self), name.get(self).to_string_lossy());
        let message = match (attribute, has_attrs) {
            (Some(_), false) => format!("'{type_name}' object attribute '{text}' is read-only"),
            (None, false) if self.generic_class_setter(class) => {
                format!("'{type_name}' object has no attribute '{text}' and no __dict__ for setting new attributes")
            }
            _ => format!("'{type_name}' object has no attribute '{text}'"),
        };
        Err(exceptions::raise_attribute_error(self, &message, object, name))
    }

    fn generic_class_setter(&self, class: Gc<Type>) -> bool {
        class
            .get(self)
            .slots
            .setattro
            .is_none_or(|set| std::ptr::fn_addr_eq(set, crate::types::object::setattro as crate::slots::SetAttr))
    }

    /// Raises AttributeError "'X' object has no attribute 'y'" with `name` and `obj` set.
    #[cold]
    pub fn raise_no_attribute(&mut self, object: Value, name: Gc<Str>) -> Raised {
        let message =
            format!("'{}' object has no attribute '{}'", self.type_name(object), name.get(self).to_string_lossy());
        exceptions::raise_attribute_error(self, &message, object, name)
    }

    /// An attribute name given by Python code: TypeError unless it is a str.
    pub fn attr_name(&mut self, value: Value) -> Result<Gc<Str>, Raised> {
        match value.downcast::<Str>(self) {
            Some(name) => Ok(Str::interned(name, self)),
            None => {
                let got = self.type_name(value);
                Err(self.raise(Exc::TypeError, format!("attribute name must be string, not '{got}'")))
            }
        }
    }

    /// Whether `getattr(object, name)` works, by a name known at compile time.
    pub fn has_attr_name(&mut self, object: Value, name: Atom) -> Result<bool, Raised> {
        Ok(self.get_attr_opt_name(object, name)?.is_some())
    }

    /// `type(object).__name` exists, as special method lookup sees it.
    pub fn has_special(&mut self, object: Value, name: Atom) -> bool {
        let class = self.type_of(object);
        Type::lookup_name(class, self, name).is_some()
    }

    /// `object.__doc__`-like plain text attribute helper: `__qualname__` or `__name__` of a function or class.
    pub fn qualified_name(&mut self, object: Value) -> Result<String, Raised> {
        let found = match self.get_attr_opt_name(object, name::QUALNAME)? {
            Some(value) => Some(value),
            None => self.get_attr_opt_name(object, name::NAME)?,
        };
        match found.and_then(|value| value.downcast::<Str>(self)) {
            Some(text) => Ok(text.get(self).to_string_lossy()),
            None => Ok(self.class_name(object)),
        }
    }
}

//! Fields of exceptions that hold any object and can be set from Python.

/// The row of a field `Option<Value>` of a layout; `None` shows where it is empty.
macro_rules! value_field {
    ($layout:ty, $field:ident, $name:literal, $doc:literal) => {
        $crate::spec::getset(
            $name,
            |vm, this| Ok(this.downcast::<$layout>(vm).and_then(|e| e.get(vm).$field).unwrap_or(Value::NONE)),
            |vm, this, value| {
                if let Some(exception) = this.downcast::<$layout>(vm) {
                    exception.get_mut(vm).$field = value;
                }
                Ok(())
            },
            $doc,
        )
        .member()
    };
}
pub(crate) use value_field;

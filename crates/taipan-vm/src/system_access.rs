//! What native code needs around host calls: paths and names to bytes and back, OSErrors, waiting without the GIL.

use std::sync::Arc;

use crate::gc::Gc;
use crate::host::{Errno, Host, HostResult};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// The host of the interpreter.
    pub fn host(&self) -> Arc<dyn Host> {
        self.interp().host.clone()
    }

    /// Runs a host operation that does not block for long.
    pub fn ask_host<T>(&mut self, operation: impl FnOnce(&dyn Host) -> HostResult<T>) -> Result<T, Raised> {
        let host = self.host();
        operation(&*host).map_err(|errno| self.raise_os_error(errno, &[]))
    }

    /// Runs a host operation that may block, repeating it when a signal interrupts it and its handler does not raise.
    pub fn wait_host<T>(&mut self, mut operation: impl FnMut(&dyn Host) -> HostResult<T>) -> Result<T, Raised> {
        match self.wait_host_errno(&mut operation)? {
            Ok(value) => Ok(value),
            Err(errno) => Err(self.raise_os_error(errno, &[])),
        }
    }

    /// As `wait_host`, with other errors given back instead of raised.
    pub fn wait_host_errno<T>(
        &mut self,
        mut operation: impl FnMut(&dyn Host) -> HostResult<T>,
    ) -> Result<HostResult<T>, Raised> {
        let host = self.host();
        // A signal that has come before the wait does not interrupt it.
        self.run_signal_handlers()?;
        loop {
            match self.detached(|| operation(&*host)) {
                Err(Errno::INTERRUPTED) => self.run_signal_handlers()?,
                done => return Ok(done),
            }
        }
    }

    /// Raises the OSError of an error number, with file names if there are some.
    #[cold]
    pub fn raise_os_error(&mut self, errno: Errno, files: &[Value]) -> Raised {
        match self.new_os_error(errno, files) {
            Ok(error) => self.raise_value(error),
            Err(raised) => raised,
        }
    }

    fn new_os_error(&mut self, errno: Errno, files: &[Value]) -> Result<Value, Raised> {
        let text = self.host().error_text(errno);
        let text = self.new_str(&text)?;
        let class = self.exception_class(Exc::OSError).value();
        let number = Value::int32(errno.0);
        match *files {
            [] => self.call(class, &[number, text]),
            [file] => self.call(class, &[number, text, file]),
            [from, to, ..] => self.call(class, &[number, text, from, Value::NONE, to]),
        }
    }

    /// The str of system bytes: UTF-8, undecodable bytes as lone surrogates (`os.fsdecode`).
    pub fn decode_name(&mut self, bytes: &[u8]) -> Result<Value, Raised> {
        if bytes.is_ascii() {
            return Ok(Str::from_ascii(self, bytes)?.value());
        }
        let mut points = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            points.extend(chunk.valid().chars().map(u32::from));
            points.extend(chunk.invalid().iter().map(|byte| 0xDC00 + u32::from(*byte)));
        }
        Ok(Str::from_points(self, &points)?.value())
    }

    /// The system bytes of a str (`os.fsencode`). UnicodeEncodeError for surrogates that stand for no byte.
    pub fn encode_name(&mut self, text: Gc<Str>) -> Result<Vec<u8>, Raised> {
        if let Some(ascii) = text.get(self).as_ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        let mut bytes = Vec::new();
        let mut bad = None;
        for (at, point) in text.get(self).text().iter().enumerate() {
            match (char::from_u32(point), point) {
                (Some(c), _) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                (None, 0xDC80..=0xDCFF) => bytes.push((point - 0xDC00) as u8),
                _ => {
                    bad = Some(at);
                    break;
                }
            }
        }
        match bad {
            Some(start) => Err(self.raise_surrogates(text, start)),
            None => Ok(bytes),
        }
    }

    /// `os.fspath(value)`: a str or bytes.
    pub fn fs_path(&mut self, value: Value) -> Result<Value, Raised> {
        if value.downcast::<Str>(self).is_some() || value.downcast::<Bytes>(self).is_some() {
            return Ok(value);
        }
        let class = self.type_of(value);
        let method = crate::types::type_::Type::lookup_name(class, self, name::FSPATH).and_then(Value::not_none);
        let path = match method {
            Some(_) => self.call_special(value, name::FSPATH, &[])?,
            None => None,
        };
        let Some(path) = path else {
            let got = self.class_name(value);
            return Err(self.raise(Exc::TypeError, format!("expected str, bytes or os.PathLike object, not {got}")));
        };
        if path.downcast::<Str>(self).is_some() || path.downcast::<Bytes>(self).is_some() {
            return Ok(path);
        }
        let (own, got) = (self.class_name(value), self.class_name(path));
        Err(self.raise(Exc::TypeError, format!("expected {own}.__fspath__() to return str or bytes, not {got}")))
    }

    /// The system bytes of a path: str, bytes or PathLike. ValueError for null characters.
    pub fn path_bytes(&mut self, value: Value) -> Result<Vec<u8>, Raised> {
        let path = self.fs_path(value)?;
        let bytes = match path.downcast::<Str>(self) {
            Some(text) => self.encode_name(text)?,
            None => match path.downcast::<Bytes>(self) {
                Some(bytes) => bytes.get(self).bytes().to_vec(),
                None => Vec::new(),
            },
        };
        if bytes.contains(&0) {
            return Err(self.raise(Exc::ValueError, "embedded null byte"));
        }
        Ok(bytes)
    }
}

//! What a host does not grant cannot be had: native code.

use std::sync::Arc;

use taipan::Runtime;
use taipan::vm::host::NoHost;
use taipan::vm::interpreter::Config;

const IMPORT: &[u8] = b"
try:
    import _ctypes
except ImportError as error:
    message = str(error)
else:
    message = 'imported'
assert message == 'C code may not be called', message
";

#[test]
fn a_host_that_grants_nothing_grants_no_native_code() {
    let config = Config { hash_seed: Some(0), host: Some(Arc::new(NoHost)), ..Config::default() };
    let mut runtime = Runtime::new(config).expect("a heap");
    let outcome = runtime.initialize().and_then(|()| runtime.vm().run_source(IMPORT, "sandbox", 0));
    if let Err(raised) = outcome {
        let vm = runtime.vm();
        let exception = vm.take_raised(raised);
        let (class, text) = (vm.type_name(exception), vm.str_string(exception).unwrap_or_default());
        panic!("{class}: {text}");
    }
}

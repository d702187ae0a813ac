//! libFuzzer (<https://llvm.org/docs/LibFuzzer.html>), called as a library.

use std::ffi::{CString, c_char, c_int};
use std::os::unix::ffi::OsStringExt as _;
use std::sync::OnceLock;
use std::{env, panic, process, ptr, slice};

/// What an input is given to.
static DECODE: OnceLock<fn(&[u8])> = OnceLock::new();

#[allow(unsafe_code)]
// A C++ library.
// SAFETY: as FuzzerDriver.cpp declares it; the driver keeps the three until the process ends.
#[link(name = "inroom-libfuzzer", kind = "static")]
#[link(name = "stdc++")]
unsafe extern "C" {
    fn LLVMFuzzerRunDriver(
        count: *mut c_int,
        arguments: *mut *mut *mut c_char,
        input: extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

/// Gives a decoder one input after another, as the arguments of this process say. A panic that the decoder does not
/// turn into an error of its own ends the process, and libFuzzer keeps the input.
pub fn run(decode: fn(&[u8])) {
    DECODE.get_or_init(|| decode);
    // An argument of the operating system holds no zero byte, so none is left out.
    let arguments = env::args_os().filter_map(|argument| CString::new(argument.into_vec()).ok());
    let mut arguments: Vec<*mut c_char> = arguments.map(CString::into_raw).collect();
    let mut count = arguments.len() as c_int;
    arguments.push(ptr::null_mut());
    // Never freed, for the driver may keep them.
    let mut arguments = arguments.leak().as_mut_ptr();
    #[allow(unsafe_code)]
    // SAFETY: `count` strings and a null, all of which last as long as the process.
    process::exit(unsafe { LLVMFuzzerRunDriver(&mut count, &mut arguments, input) });
}

extern "C" fn input(bytes: *const u8, length: usize) -> c_int {
    let bytes = if length == 0 {
        &[]
    } else {
        #[allow(unsafe_code)]
        // SAFETY: libFuzzer hands over a block of so many bytes and leaves it alone during the call.
        unsafe {
            slice::from_raw_parts(bytes, length)
        }
    };
    if let Some(decode) = DECODE.get()
        && panic::catch_unwind(|| decode(bytes)).is_err()
    {
        process::abort();
    }
    0
}

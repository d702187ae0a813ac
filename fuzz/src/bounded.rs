//! An allocator with a bound, so that a decoder which believes a false length dies of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

/// Most bytes that a decoder may ask for at once: no input of a fuzzer is nearly as large, so whoever asks for more
/// has believed a number in it.
const MOST_AT_ONCE: usize = 64 << 20;

struct Bounded;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

#[allow(unsafe_code)] // The only way to bound what is asked for.
// SAFETY: the calls are the system allocator's, with the same arguments; null is the trait's word for a refusal.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST_AT_ONCE {
            return ptr::null_mut();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST_AT_ONCE {
            return ptr::null_mut();
        }
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > MOST_AT_ONCE {
            return ptr::null_mut();
        }
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

//! Frames: what is written is read back, and whatever bytes come, reading ends with a message or
//! a typed error and without large allocations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod messages;

use proptest::prelude::*;
use worker::frame::{self, LARGEST, ReadError};
use worker::protocol::{FromWorker, ToWorker, VERSION};

/// Counts what the calling thread asks for at once at most.
#[allow(unsafe_code)] // The only way to see allocations; the calls are passed on as they are.
mod counted {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::Cell;

    thread_local! {
        static LARGEST: Cell<usize> = const { Cell::new(0) };
    }

    struct Counted;

    fn note(bytes: usize) {
        // A thread that is ending has nothing to count any more.
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(bytes)));
    }

    unsafe impl GlobalAlloc for Counted {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            note(layout.size());
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
            unsafe { System.dealloc(at, layout) }
        }

        unsafe fn realloc(&self, at: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
            note(bytes);
            unsafe { System.realloc(at, layout, bytes) }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Counted = Counted;

    /// The largest single allocation while something is done, in bytes.
    pub fn largest_during<T>(act: impl FnOnce() -> T) -> (T, usize) {
        LARGEST.set(0);
        let done = act();
        (done, LARGEST.get())
    }
}

/// A frame with a header that is right for the body.
fn framed(body: &[u8]) -> Vec<u8> {
    let mut frame = (body.len() as u32).to_le_bytes().to_vec();
    frame.extend(VERSION.to_le_bytes());
    frame.extend(body);
    frame
}

/// Reads both kinds of message; neither may panic or allocate more than 4 MiB at once (1 MiB is
/// trusted to a frame's length, and serde trusts a list's length for 1 MiB of its elements).
fn read_both(bytes: &[u8]) {
    let (_, largest) = counted::largest_during(|| {
        let _ = frame::read::<ToWorker>(&mut &bytes[..]);
        let _ = frame::read::<FromWorker>(&mut &bytes[..]);
    });
    assert!(
        largest <= 4 << 20,
        "{largest} bytes at once for an input of {} bytes",
        bytes.len()
    );
}

proptest! {
    #[test]
    fn messages_come_back_as_they_were(
        to in proptest::collection::vec(messages::to_worker(), 1..4),
        from in proptest::collection::vec(messages::from_worker(), 1..4),
    ) {
        let (mut there, mut back) = (Vec::new(), Vec::new());
        to.iter().for_each(|message| frame::write(&mut there, message).unwrap());
        from.iter().for_each(|message| frame::write(&mut back, message).unwrap());
        let (mut there, mut back) = (there.as_slice(), back.as_slice());
        for message in &to {
            prop_assert_eq!(&frame::read::<ToWorker>(&mut there).unwrap(), message);
        }
        for message in &from {
            prop_assert_eq!(&frame::read::<FromWorker>(&mut back).unwrap(), message);
        }
        prop_assert!(matches!(frame::read::<ToWorker>(&mut there), Err(ReadError::Closed)));
        prop_assert!(matches!(frame::read::<FromWorker>(&mut back), Err(ReadError::Closed)));
    }

    #[test]
    fn any_bytes_end_with_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        read_both(&bytes);
        read_both(&framed(&bytes));
    }

    #[test]
    fn a_damaged_message_ends_with_a_message_or_an_error(
        message in messages::from_worker(),
        at in any::<prop::sample::Index>(),
        bits in 1_u8..,
    ) {
        let mut frame = frame::encode(&message).unwrap().to_vec();
        let at = at.index(frame.len());
        frame[at] ^= bits;
        read_both(&frame);
    }

    #[test]
    fn a_cut_frame_is_torn(message in messages::to_worker(), keep in any::<prop::sample::Index>()) {
        let frame = frame::encode(&message).unwrap();
        let keep = keep.index(frame.len());
        let read = frame::read::<ToWorker>(&mut &frame[..keep]);
        if keep == 0 {
            prop_assert!(matches!(read, Err(ReadError::Closed)));
        } else {
            prop_assert!(matches!(read, Err(ReadError::Torn)), "{read:?}");
        }
    }
}

#[test]
fn each_fault_has_its_error() {
    let read = |bytes: &[u8]| frame::read::<ToWorker>(&mut &bytes[..]).expect_err("faulty");
    let quit = frame::encode(&ToWorker::Quit).unwrap().to_vec();

    let mut other = quit.clone();
    other[4] ^= 0xFF;
    assert!(matches!(read(&other), ReadError::OtherVersion { .. }));

    let mut large = quit.clone();
    large[..4].copy_from_slice(&(LARGEST as u32 + 1).to_le_bytes());
    assert!(matches!(read(&large), ReadError::TooLarge { .. }));

    assert!(matches!(read(&framed(&[0xFF])), ReadError::Malformed(_)));
    assert!(matches!(read(&framed(&[])), ReadError::Malformed(_)));

    let mut body = quit[6..].to_vec();
    body.push(0);
    assert!(matches!(
        read(&framed(&body)),
        ReadError::Surplus { bytes: 1 }
    ));
}

#[test]
fn a_length_that_lies_costs_no_memory() {
    let mut frame = (LARGEST as u32).to_le_bytes().to_vec();
    frame.extend(VERSION.to_le_bytes());
    frame.extend([0; 100]);
    read_both(&frame);
    // The same one level deeper: a list that claims 2^60 samples.
    let mut body = vec![2, 0];
    body.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    read_both(&framed(&body));
}

#[test]
fn what_is_too_large_is_not_sent() {
    let message = ToWorker::Audio {
        from: visit::Samples(0),
        pcm: vec![i16::MAX; LARGEST / 3 + 1],
    };
    assert!(matches!(
        frame::encode(&message),
        Err(frame::EncodeError::TooLarge { .. })
    ));
}

#[test]
fn a_message_larger_than_the_trusted_size_arrives_whole() {
    let pcm: Vec<i16> = (0..1_500_000).map(|n| (n % 30_011) as i16).collect();
    let message = ToWorker::Audio {
        from: visit::Samples(7),
        pcm,
    };
    let frame = frame::encode(&message).unwrap();
    assert_eq!(frame::read::<ToWorker>(&mut &frame[..]).unwrap(), message);
}

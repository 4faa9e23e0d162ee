//! The text of a PDF: any bytes give a text or an error of the known kinds, within the limits.

#![no_main]

use std::time::Duration;

use imr::ErrorKind;
use imr::archive::pdf::{Limits, text_within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // A panic of the reader of PDF structure is caught and becomes the file's failure; one of our own is a fault.
        std::panic::set_hook(Box::new(|panic| {
            if !panic.location().is_some_and(|place| place.file().contains("hayro")) {
                eprintln!("{panic}");
                std::process::abort();
            }
        }));
    },
    |bytes: &[u8]| {
        let mut limits = Limits::default();
        limits.decoded_bytes = 32 << 20;
        limits.time = Duration::from_secs(5);
        match text_within(bytes.to_vec(), &limits) {
            Ok(text) => assert!(!text.trim_ascii().is_empty()),
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    ErrorKind::PdfDamaged | ErrorKind::PdfEncrypted | ErrorKind::PdfNoText | ErrorKind::PdfLimit
                ),
                "{error}"
            ),
        }
    }
);

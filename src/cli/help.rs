//! `imr help TOPIC` for what is no command.

use std::ffi::OsString;

/// The page of a topic, if that is what a command line asks for.
pub fn page(args: impl Iterator<Item = OsString>) -> Option<&'static str> {
    let args: Vec<OsString> = args.skip(1).collect();
    match &args[..] {
        [help, topic] if help == "help" && (topic == "query" || topic == "queries") => {
            Some(include_str!("../../schema/query-language.txt"))
        }
        _ => None,
    }
}

//! `imr serve`.

use imr::index;

use super::args::ServeArgs;
use super::{End, message};
use crate::serve::{self, Limits, Settings};

/// Serves until it is told to stop.
pub fn run(args: ServeArgs) -> anyhow::Result<End> {
    let index = index::find(args.index.dir().as_deref(), &std::env::current_dir()?)?;
    let settings = Settings { index, addr: args.addr, hosts: args.host, token: None, limits: Limits::default() };
    serve::run(settings, |started| {
        let url = format!("http://{}/", started.addr);
        message::note(&format!("listening at {url}"));
        if args.open && open::that_detached(&url).is_err() {
            message::note("no browser could be started");
        }
    })?;
    Ok(End::Done)
}

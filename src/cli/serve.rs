//! `imr serve`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use imr::{Error, ErrorKind, Result, index};

use super::args::ServeArgs;
use super::{End, message};
use crate::serve::{self, Limits, Settings};

/// More than the first line of any file with a token.
const MOST_BYTES: u64 = 4 << 10;

/// Serves until it is told to stop.
pub fn run(args: ServeArgs) -> anyhow::Result<End> {
    let index = index::find(args.index.dir().as_deref(), &std::env::current_dir()?)?;
    let settings = Settings {
        index,
        addr: args.addr,
        hosts: args.host,
        makes_token: args.token.is_some(),
        token: token(args.token.flatten(), args.token_file.as_deref())?,
        limits: limits(&args.bound)?,
    };
    let (given, hosts) = (settings.token.is_some(), settings.hosts.clone());
    serve::run(settings, |started| {
        let (here, elsewhere) = places(started.addr, &hosts, own_address(started.addr.ip()));
        message::note(&format!("listening at {here}"));
        let login = |base: &str, token: &String| format!("{base}login?token={token}");
        // What was given is known to whom it was given.
        if let Some(token) = started.token.as_ref().filter(|_| !given) {
            let link = login(elsewhere.as_ref().unwrap_or(&here), token);
            message::note(&format!("who asks has to know the token; a browser does from {link}"));
        } else if let Some(elsewhere) = &elsewhere {
            message::note(&format!("from elsewhere it is {elsewhere}"));
        }
        let link = started.token.as_ref().map(|token| login(&here, token));
        if args.open && open::that_detached(link.unwrap_or(here)).is_err() {
            message::note("no browser could be started");
        }
    })?;
    Ok(End::Done)
}

/// Where browsers find the server: those of this machine, and others, where they can. An address that stands for all of a
/// machine's is none to be called by.
fn places(addr: SocketAddr, hosts: &[String], own: Option<IpAddr>) -> (String, Option<String>) {
    let (ip, port) = (addr.ip(), addr.port());
    let here = match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let url = |ip| format!("http://{}/", SocketAddr::new(ip, port));
    let elsewhere = match hosts.first() {
        Some(host) => Some(format!("http://{host}:{port}/")),
        None => own.filter(|own| ip.is_unspecified() && !own.is_loopback()).map(url),
    };
    (url(here), elsewhere)
}

/// The address by which this machine would go out, if it is known. Nothing is sent: the system is asked for the way.
fn own_address(listening: IpAddr) -> Option<IpAddr> {
    // Addresses for documentation, which are nobody's.
    let (from, to): (IpAddr, IpAddr) = match listening {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    };
    if !listening.is_unspecified() {
        return None;
    }
    let socket = UdpSocket::bind((from, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    socket.local_addr().ok().map(|addr| addr.ip()).filter(|ip| !ip.is_unspecified())
}

/// The token that was given: typed, in a file, or in a variable.
fn token(typed: Option<String>, file: Option<&Path>) -> Result<Option<String>> {
    if typed.is_some() {
        return Ok(typed);
    }
    let Some(file) = file else {
        return Ok(std::env::var("IMR_TOKEN").ok().filter(|token| !token.is_empty()));
    };
    let there = std::fs::metadata(file).map_err(|e| Error::io(file, e))?;
    if !there.is_file() || there.len() > MOST_BYTES {
        return Err(Error::new(ErrorKind::Usage, "is no file with a token").with_path(file));
    }
    let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Ok(Some(line.to_owned())),
        None => Err(Error::new(ErrorKind::Usage, "has no token in its first line").with_path(file)),
    }
}

/// The bounds, with those that were set: a name, `=`, and milliseconds or a number.
fn limits(set: &[String]) -> Result<Limits> {
    let mut limits = Limits::default();
    for bound in set {
        let wrong = || Error::new(ErrorKind::Usage, format!("`{bound}` is no bound"));
        let (name, value) = bound.split_once('=').ok_or_else(wrong)?;
        let value: u32 = value.parse().map_err(|_| wrong())?;
        let (time, number) = (Duration::from_millis(value.into()), value.max(1) as usize);
        match name {
            "head" => limits.head = time,
            "answer" => limits.answer = time,
            "stall" => limits.stall = time,
            "grace" => limits.grace = time,
            "connections" => limits.connections = number,
            "client_connections" => limits.client_connections = number,
            "exports" => limits.exports = number,
            "client_exports" => limits.client_exports = number,
            "queries" => limits.queries = number,
            "waiting" => limits.waiting = number,
            _ => return Err(wrong()),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_an_address_that_is_answered() {
        let own: IpAddr = "192.168.0.7".parse().unwrap();
        let host = ["letters.example.org".to_owned()];
        for (addr, hosts, own, here, elsewhere) in [
            ("127.0.0.1:80", &[][..], None, "http://127.0.0.1:80/", None),
            ("0.0.0.0:80", &[], Some(own), "http://127.0.0.1:80/", Some("http://192.168.0.7:80/")),
            ("0.0.0.0:80", &[], None, "http://127.0.0.1:80/", None),
            ("[::]:80", &[], None, "http://[::1]:80/", None),
            ("0.0.0.0:80", &host, Some(own), "http://127.0.0.1:80/", Some("http://letters.example.org:80/")),
            ("192.168.0.7:80", &[], None, "http://192.168.0.7:80/", None),
        ] {
            let told = places(addr.parse().unwrap(), hosts, own);
            assert_eq!((told.0.as_str(), told.1.as_deref()), (here, elsewhere), "{addr}");
        }
    }
}

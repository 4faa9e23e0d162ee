//! Where to publish: the servers, the index there, what kind of engine it is, and who asks.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// What kind of engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// OpenSearch.
    Opensearch,
    /// Elasticsearch; of its eighth major version on, requests name the version that they are written for.
    Elasticsearch {
        /// The major version.
        major: u32,
    },
    /// Quickwit.
    Quickwit,
    /// rSearch.
    Rsearch,
}

/// The major version of Elasticsearch that requests are written for where it is not asked.
const ELASTICSEARCH: u32 = 8;

impl Flavor {
    /// The name in flags and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opensearch => "opensearch",
            Self::Elasticsearch { .. } => "elasticsearch",
            Self::Quickwit => "quickwit",
            Self::Rsearch => "rsearch",
        }
    }

    /// The flavor of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "opensearch" => Self::Opensearch,
            "elasticsearch" => Self::Elasticsearch { major: ELASTICSEARCH },
            "quickwit" => Self::Quickwit,
            "rsearch" => Self::Rsearch,
            _ => return None,
        })
    }

    /// What stands before the paths of the Elasticsearch protocol.
    pub fn base_path(self) -> &'static str {
        match self {
            Self::Quickwit => "/api/v1/_elastic",
            _ => "",
        }
    }

    /// Whether a document that is sent again under its id replaces the one there, and can be deleted by its id. Quickwit
    /// only ever adds documents, whatever their ids.
    pub fn knows_ids(self) -> bool {
        self != Self::Quickwit
    }
}

/// Servers of one engine, and an index there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Scheme, host and port of each server, and the path that stands before all others, without a slash at the end.
    pub servers: Vec<String>,
    /// The name of the index.
    pub index: String,
}

impl Target {
    /// Reads `https://host:9200/letters`. Several servers of one cluster are parted by commas, the last with the index:
    /// `http://one:9200,http://two:9200/letters`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for what is none; the message never repeats a password that stands in it.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |what: &str| {
            Error::new(ErrorKind::Usage, what)
                .with_hint("a target is written `https://host:9200/index`, or `http://one:9200,http://two:9200/index`")
        };
        if text.contains('@') {
            return Err(bad("credentials do not stand in the address, where other users of the machine see them")
                .with_hint("put them into IMR_REMOTE_USER and IMR_REMOTE_PASSWORD, into IMR_REMOTE_API_KEY, or into a file for `--credentials`"));
        }
        if text.contains(['?', '#']) || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(bad("an address of a target has neither `?` nor `#` nor blanks"));
        }
        let (servers, index) = text.rsplit_once('/').ok_or_else(|| bad("a target is an address and an index"))?;
        if servers.ends_with(":/") {
            return Err(bad("the target names no index"));
        }
        let servers: Vec<String> = servers.split(',').map(|server| server.trim_end_matches('/').to_owned()).collect();
        for server in &servers {
            check_server(server).map_err(|what| bad(&what))?;
        }
        let this = Self { servers, index: String::new() };
        this.with_index(index).map_err(|error| match index {
            "" => bad("the target names no index"),
            _ => error,
        })
    }

    /// Reads the address of servers, without an index.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn parse_servers(text: &str) -> Result<Self> {
        let this = Self::parse(&format!("{}/index", text.trim_end_matches('/')))?;
        Ok(Self { index: String::new(), ..this })
    }

    /// The same servers with another index.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that no engine takes, or that means several indexes.
    pub fn with_index(&self, index: &str) -> Result<Self> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let begins = index.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        // Quickwit wants three characters at least, which also rules out `.` and `..`.
        if !begins || !index.chars().all(plain) || !(3..=200).contains(&index.len()) {
            return Err(Error::new(ErrorKind::Usage, format!("`{index}` is no name of an index"))
                .with_hint("names of indexes have 3 to 200 small letters, digits, `-`, `_` and `.`, and begin with a letter or a digit"));
        }
        Ok(Self { servers: self.servers.clone(), index: index.to_owned() })
    }

    /// The target as files and folders are named after it: without the scheme, and without slashes and colons.
    pub fn slug(&self) -> String {
        let mut servers: Vec<&str> = self
            .servers
            .iter()
            .map(|server| server.split_once("://").map_or(server.as_str(), |(_, host)| host))
            .collect();
        servers.sort_unstable();
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        let mut name: String = servers.join("+").chars().map(|c| if c == '+' { '+' } else { plain(c) }).collect();
        if name.len() > 100 {
            name = blake3::hash(name.as_bytes()).to_hex()[..32].to_owned();
        }
        format!("{name}__{}", self.index)
    }

    /// Whether another target has the same index at some server that this one has, too.
    pub fn meets(&self, other: &Self) -> bool {
        let host = |server: &str| server.split_once("://").map_or(server, |(_, host)| host).to_owned();
        let hosts: Vec<String> = self.servers.iter().map(|server| host(server)).collect();
        self.index == other.index && other.servers.iter().any(|server| hosts.contains(&host(server)))
    }

    /// Whether some server is reached without TLS and is not this machine.
    pub fn is_open(&self) -> bool {
        self.servers.iter().any(|server| {
            let Some(host) = server.strip_prefix("http://") else { return false };
            let host = host.split('/').next().unwrap_or_default();
            let name = match host.strip_prefix('[') {
                Some(rest) => rest.split(']').next().unwrap_or_default(),
                None => host.split(':').next().unwrap_or_default(),
            };
            let is_here =
                name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
            !is_here
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.servers.join(","))?;
        if self.index.is_empty() { Ok(()) } else { write!(f, "/{}", self.index) }
    }
}

/// What is wrong with the address of a server.
fn check_server(server: &str) -> std::result::Result<(), String> {
    let rest = server.strip_prefix("http://").or_else(|| server.strip_prefix("https://"));
    let Some(rest) = rest else { return Err(format!("`{server}` begins neither with `http://` nor with `https://`")) };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rfind(':').filter(|at| !authority[*at..].contains(']')) {
        Some(at) => (&authority[..at], Some(&authority[at + 1..])),
        None => (authority, None),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']');
    if host.is_empty() || !host.chars().all(is_name) {
        return Err(format!("`{server}` has no host that can be asked for"));
    }
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return Err(format!("`{server}` has no port that can be asked for"));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/' | '%');
    if !path.chars().all(is_plain) || path.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(format!("`{server}` has a path that cannot be asked for"));
    }
    Ok(())
}

/// Who asks. It never prints.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// A user with a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// An API key, as Elasticsearch gives it out: encoded.
    ApiKey(String),
    /// A token.
    Bearer(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(..)",
            Self::ApiKey(_) => "ApiKey(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

impl Credentials {
    /// Reads the content of a file of credentials: one line, `Basic USER:PASSWORD`, `ApiKey KEY` or `Bearer TOKEN`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], without the content.
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().filter(|_| lines.next().is_none());
        let (kind, secret) = line.and_then(|line| line.split_once(char::is_whitespace)).ok_or_else(unreadable)?;
        let secret = secret.trim().to_owned();
        let this = match kind.to_ascii_lowercase().as_str() {
            "basic" => {
                let (user, password) = secret.split_once(':').ok_or_else(unreadable)?;
                Self::Basic { user: user.to_owned(), password: password.to_owned() }
            }
            "apikey" => Self::ApiKey(secret),
            "bearer" => Self::Bearer(secret),
            _ => return Err(unreadable()),
        };
        this.checked()
    }

    /// The same if it can stand in a request.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], without the content.
    pub fn checked(self) -> Result<Self> {
        let is_plain = |secret: &str| !secret.is_empty() && secret.bytes().all(|b| (0x21..0x7f).contains(&b));
        let is_good = match &self {
            Self::None => true,
            // The name ends at the first colon.
            Self::Basic { user, password } => {
                !user.is_empty() && !user.contains(':') && !user.chars().chain(password.chars()).any(char::is_control)
            }
            Self::ApiKey(key) | Self::Bearer(key) => is_plain(key),
        };
        if is_good { Ok(self) } else { Err(unreadable()) }
    }

    /// The value of the header that tells who asks.
    pub(super) fn header(&self) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::Basic { user, password } => format!("Basic {}", base64(format!("{user}:{password}").as_bytes())),
            Self::ApiKey(key) => format!("ApiKey {key}"),
            Self::Bearer(token) => format!("Bearer {token}"),
        })
    }

    /// A text of a server without what must not be printed, should it stand there.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let header = self.header();
        let encoded = header.as_deref().and_then(|header| header.split_once(' ')).map(|(_, secret)| secret);
        let plain = match self {
            Self::Basic { password, .. } => Some(password.as_str()),
            _ => None,
        };
        for secret in encoded.into_iter().chain(plain).filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "***");
        }
        text
    }
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Usage, "the credentials cannot be read")
        .with_hint("a file of credentials has one line: `Basic USER:PASSWORD`, `ApiKey KEY` or `Bearer TOKEN`")
}

/// Bytes in letters, as RFC 4648 has them in its fourth section.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_letters() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_text_of_a_server_tells_no_secret() {
        let who = Credentials::Basic { user: "ann".to_owned(), password: "s3cret".to_owned() };
        let header = who.header().unwrap();
        let told = who.hidden_in(&format!("no user ann with s3cret ({header})"));
        assert_eq!(told, "no user ann with *** (Basic ***)");
        assert_eq!(format!("{who:?}"), "Basic(..)");
    }
}

//! The token: what who asks has to know.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderValue};
use imr::{Error, ErrorKind, Result};

/// The shortest token.
const SHORTEST: usize = 16;
/// The longest token.
const LONGEST: usize = 256;
/// What the value of the cookie is derived for. Whoever reads a cookie does not learn the token from it.
const PURPOSE: &str = "imr serve, value of the session cookie, version 1";

/// A token, kept as digests, which are compared in constant time.
pub struct Token {
    token: blake3::Hash,
    session: blake3::Hash,
    /// The name of the cookie. Cookies do not belong to a port, so the name does.
    cookie: String,
    value: String,
}

impl Token {
    /// A token for the server at a port.
    pub fn new(token: &str, port: u16) -> Self {
        let value = blake3::Hash::from_bytes(blake3::derive_key(PURPOSE, token.as_bytes())).to_hex().to_string();
        let session = blake3::hash(value.as_bytes());
        Self { token: blake3::hash(token.as_bytes()), session, cookie: format!("imr-{port}"), value }
    }

    /// Whether this is it.
    pub fn is(&self, token: &str) -> bool {
        // Digests compare in constant time.
        blake3::hash(token.as_bytes()) == self.token
    }

    /// Whether a request knows it: as a bearer, or by the cookie of one who has told it before.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let texts = |name| headers.get_all(name).into_iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        let bearer = |text: &str| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| self.is(token.trim()))
        };
        if texts(AUTHORIZATION).filter_map(bearer).any(|known| known) {
            return true;
        }
        texts(COOKIE)
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.cookie && blake3::hash(value.as_bytes()) == self.session)
    }

    /// The cookie for one who has told it.
    pub fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Lax", self.cookie, self.value)
    }
}

/// Whether a text can be a token: long enough not to be guessed, and nothing that a header cannot hold.
///
/// # Errors
/// [`ErrorKind::Usage`] where it cannot.
pub fn check(token: &str) -> Result<()> {
    let fact = match token.len() {
        length if length < SHORTEST => format!("the token has fewer than {SHORTEST} characters"),
        length if length > LONGEST => format!("the token has more than {LONGEST} characters"),
        _ if !token.bytes().all(|b| b.is_ascii_graphic()) => {
            "the token has other characters than visible ones of ASCII".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Usage, fact).with_hint("`--token` without a value makes one"))
}

/// Makes a token of 256 bits.
///
/// # Errors
/// When the system has no randomness to give.
pub fn make() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::new(ErrorKind::Io, "the system gives no randomness for a token").with_source(e))?;
    Ok(blake3::Hash::from_bytes(bytes).to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn it_is_known_by_its_bearer_and_by_its_cookie_alone() {
        let token = Token::new("0123456789abcdef", 8080);
        let cookie = token.cookie();
        let session = cookie.split(';').next().unwrap();
        assert!(!session.contains("0123456789abcdef"));
        for (name, value, known) in [
            ("authorization", "Bearer 0123456789abcdef", true),
            ("authorization", "bearer 0123456789abcdef", true),
            ("authorization", "Basic 0123456789abcdef", false),
            ("authorization", "Bearer 0123456789abcde", false),
            ("authorization", "Bearer ", false),
            ("authorization", "0123456789abcdef", false),
            ("cookie", &format!("a=b; {session}"), true),
            ("cookie", "imr-8080=0123456789abcdef", false),
            ("cookie", &session.replace("8080", "8081"), false),
            ("x-token", "0123456789abcdef", false),
        ] {
            assert_eq!(token.is_known(&headers(name, value)), known, "{name}: {value}");
        }
    }

    #[test]
    fn what_could_be_guessed_is_no_token() {
        assert!(check("short").is_err() && check(&"x".repeat(300)).is_err());
        assert!(check("with a blank in it").is_err() && check("0123456789abcdef").is_ok());
        let (one, other) = (make().unwrap(), make().unwrap());
        assert!(check(&one).is_ok() && one != other);
    }
}

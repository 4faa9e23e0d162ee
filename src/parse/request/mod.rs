//! A heading taken apart: what was requested and authorized, how much of what for which part of the body.
//!
//! What a heading does not state for certain stays empty.

mod amount;
mod authorization;
mod count;
mod service;
mod side;
mod strength;
mod time;
mod tokens;
mod units;

use self::authorization::Authorization;
use self::tokens::Tokens;
use super::body;
use crate::letter::Request;
use std::ops::Range;

/// Whether a word (in lower case) is a number, or a unit of doses.
pub(super) fn is_measure(word: &str) -> bool {
    tokens::is_number(word) || strength::is_unit(word)
}

/// Reads a heading, given as one paragraph without its outcome, and tells whether it speaks of an authorization in words
/// that could not be taken apart.
pub(super) fn read(heading: &str) -> (Request, bool) {
    /// What is longer is no heading, and is not taken apart.
    const LONGEST: usize = 4000;
    if heading.len() > LONGEST {
        return (Request::default(), false);
    }
    let lower = heading.to_ascii_lowercase();
    let tokens = Tokens::new(&lower);
    let text = |range: Range<usize>| heading.get(range).map(str::to_owned);
    let authorization = authorization::read(heading, &tokens);
    let service = service::read(&tokens);
    let mut request = Request {
        associated: service.associated,
        retrospective: service.retrospective,
        dates_of_service: service.dates,
        ..Request::default()
    };
    // An amount may be that of the request, of what was authorized, or of what is disputed.
    let unclear = matches!(authorization, Authorization::Unclear);
    match authorization {
        Authorization::Parts(parts) => {
            let disputed = lower.get(parts.disputed.clone()).unwrap_or_default();
            read_amounts(&mut request, disputed, &Tokens::new(disputed));
            request.requested = parts.requested.and_then(text);
            request.authorized = parts.authorized.and_then(text);
            request.disputed = text(parts.disputed);
        }
        Authorization::None | Authorization::Unclear => read_amounts(&mut request, &lower, &tokens),
    }
    if unclear {
        (request.quantity, request.unit, request.frequency, request.duration) = (None, None, None, None);
    }
    (request, unclear)
}

/// Reads what the disputed part tells.
fn read_amounts(request: &mut Request, lower: &str, tokens: &Tokens<'_>) {
    request.strength = strength::read(lower);
    let strong = request.strength.is_some() || lower.contains("mg") || lower.contains('%');
    let amounts = amount::read(tokens, strong);
    request.quantity = amounts.quantity;
    request.unit = amounts.unit.map(str::to_owned);
    request.frequency = amounts.frequency;
    request.duration = amounts.duration;
    let mentions = body::mentions(lower);
    request.side = side::read(tokens, &mentions);
    request.body_parts = body::parts(&mentions).into_iter().map(str::to_owned).collect();
}

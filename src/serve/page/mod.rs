//! The pages.

use axum::Router;
use axum::response::Html;
use axum::routing::get;

use super::state::App;

/// The routes of the pages and of what they load.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(nothing))
        .route("/letter/{case}", get(nothing))
        .route("/stats", get(nothing))
        .route("/compare", get(nothing))
        .route("/report", get(nothing))
        .route("/assets/{*name}", get(nothing))
}

async fn nothing() -> Html<&'static str> {
    Html("<!doctype html><html lang=\"en\"><title>imr</title><p>The API is at <code>/api/search?q=acupuncture</code>.")
}

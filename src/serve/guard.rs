//! What stands before every route.

use axum::Router;

use super::state::App;

/// The routes behind the guard.
pub fn before(routes: Router<App>, _app: &App) -> Router<App> {
    routes
}

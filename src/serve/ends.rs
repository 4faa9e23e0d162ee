//! The ends of a connection, which every request carries.

use std::net::SocketAddr;

/// The ends of the connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// The server's.
    pub here: SocketAddr,
    /// The client's.
    pub there: SocketAddr,
}

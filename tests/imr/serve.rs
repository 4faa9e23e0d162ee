//! `imr serve`: the program itself on a free port, spoken to over a connection.

mod api;
mod client;
mod commands;
mod hostile;
mod login;
mod openapi;
mod original;
mod pages;
mod running;
mod schemathesis;

use client::Server;
